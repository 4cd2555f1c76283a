"""The HTTP API: the same verbs in other clothes."""
