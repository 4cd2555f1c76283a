"""Frozen read models for pages and rules; the account is in every WHERE."""
