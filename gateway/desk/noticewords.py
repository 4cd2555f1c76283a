"""What people are told of, in words."""

from collections.abc import Mapping

from gateway.i18n import _
from gateway.rules.notifying import Kind


def kind_names() -> Mapping[Kind, str]:
    """What happened."""
    return {
        Kind.MENTION: _("You were mentioned"),
        Kind.ASSIGNED: _("Assigned to you"),
        Kind.FAILED: _("An answer was not delivered"),
        Kind.MINE: _("New mail in your ticket"),
        Kind.FOLLOWED: _("New mail in a ticket that you follow"),
        Kind.WOKEN: _("Woken"),
        Kind.OVERDUE: _("Overdue"),
        Kind.DUE: _("Due soon"),
        Kind.NEW: _("New ticket"),
    }
