"""How long an act can be taken back."""

from datetime import timedelta

OFFERED_FOR = timedelta(seconds=10)
"""How long the page offers it."""

UNDONE_WITHIN = timedelta(minutes=2)
"""Until when it is done: whoever pressed at the last moment on a slow line is not turned away."""
