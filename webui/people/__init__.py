"""The people who work in the account."""
