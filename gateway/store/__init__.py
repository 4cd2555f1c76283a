"""The only SQL and the only files."""
