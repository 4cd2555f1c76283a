"""The customer's mailbox of the demo."""
