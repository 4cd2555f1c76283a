"""The server's half of RFB (RFC 6143) without I/O."""
