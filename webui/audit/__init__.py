"""The audit log, as its owner reads it."""
