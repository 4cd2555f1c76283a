"""The people of a business: who works in it, and who is invited."""
