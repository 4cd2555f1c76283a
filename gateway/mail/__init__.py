"""Bytes to values and back: mail as RFC 5322 and MIME have it. Pure: no clock, no files, no network."""
