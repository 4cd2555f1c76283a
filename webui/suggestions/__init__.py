"""Suggestions to the operator, by nobody in particular."""
