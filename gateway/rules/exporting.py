"""Exports: of what they are, how far they are, for how long they are there."""

from datetime import timedelta
from enum import StrEnum

LASTS = timedelta(days=7)
"""How long a file can be had once it is ready."""

MOST_TRIES = 5
"""So often a worker begins; whoever asked is told then that it does not work."""

FORMAT = "manage4all-export"
VERSION = 1
"""Of the files in an export, as docs/export.md has them; raised when an older reader would misread them."""


class Scope(StrEnum):
    """Of what an export is."""

    ACCOUNT = "account"
    CUSTOMER = "customer"
    CONTACT = "contact"


class State(StrEnum):
    """How far an export is."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
