"""The ServiceClient on the customer's system."""
