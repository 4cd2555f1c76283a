"""Mail that waits in an IMAP account: fetched, accepted, and only then marked there."""
