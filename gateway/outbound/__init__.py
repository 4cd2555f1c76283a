"""Leases, sends and records what the outbox holds."""
