"""The ledger's lines in words."""

from dataclasses import dataclass

from gateway.i18n import _
from gateway.store.intake import Ledger


@dataclass(frozen=True, slots=True)
class Line:
    """How many mails met one fate."""

    name: str
    meaning: str
    count: int


def lines(book: Ledger) -> tuple[Line, ...]:
    """One line a fate; their counts are the sum that stands below them."""
    return (
        Line(_("New tickets"), _("opened a ticket of their own"), book.tickets),
        Line(_("Follow-ups"), _("went into a ticket that was there"), book.follow_ups),
        Line(_("Duplicates"), _("had come in before, or for several of your addresses"), book.duplicates),
        Line(_("Quarantined"), _("are doubtful and wait for somebody to look"), book.quarantined),
        Line(_("Refused"), _("were turned away at the door; the sender was told why"), book.refused),
        Line(_("In progress"), _("are accepted and safe, and about to be filed"), book.pending),
    )
