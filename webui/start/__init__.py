"""The guided start: what the business is called, its first mailbox, a test mail, colleagues."""
