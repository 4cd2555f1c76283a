"""Servers of others at which a mailbox has an account: reaching them, and signing in, by IMAP and by SMTP.

Here, because `inbound` and `outbound` both need it and do not know each other.
"""
