"""Doors: each translates its protocol to `accept()`."""
