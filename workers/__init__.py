"""Runs jobs: an id in, one call down; stands on gateway."""
