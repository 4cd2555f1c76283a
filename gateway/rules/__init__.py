"""Decisions: pure, values in, a decision out."""
