"""The verbs: what can be done. They take an open transaction and never commit."""
