"""A ServiceClient that is installed for good: enrols, is there, is called (docs/remote-protocol.md, 8)."""
