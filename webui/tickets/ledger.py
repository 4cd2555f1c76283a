"""The ledger's lines in words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.i18n import _
from gateway.store.intake import HELD_BEFORE, IN_BEFORE, PROBE, SEVERAL_ADDRESSES, Fate, Ledger
from webui.doubts import reason_names


@dataclass(frozen=True, slots=True)
class Part:
    """How many of them for which reason."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """How many mails met one fate."""

    name: str
    meaning: str
    count: int
    parts: tuple[Part, ...] = ()


def lines(book: Ledger, reasons: Mapping[tuple[Fate, str], int] | None = None) -> tuple[Line, ...]:
    """One line a fate; their counts are the sum that stands below them, their parts say why."""
    parts = _parts(reasons or {})
    return (
        Line(_("New tickets"), _("opened a ticket of their own"), book.tickets),
        Line(_("Follow-ups"), _("went into a ticket that was there"), book.follow_ups),
        Line(
            _("Duplicates"),
            _("had come in before, or for several of your addresses"),
            book.duplicates,
            parts[Fate.DUPLICATE],
        ),
        Line(
            _("Quarantined"), _("are doubtful and were held back"), book.quarantined, parts[Fate.QUARANTINED]
        ),
        Line(
            _("Refused"),
            _("were turned away at the door; the sender was told why"),
            book.refused,
            parts[Fate.REFUSED],
        ),
        Line(_("In progress"), _("are accepted and safe, and about to be filed"), book.pending),
    )


def _parts(reasons: Mapping[tuple[Fate, str], int]) -> Mapping[Fate, tuple[Part, ...]]:
    names = _names()
    found: dict[Fate, tuple[Part, ...]] = defaultdict(tuple)
    for (fate, reason), count in sorted(reasons.items(), key=lambda item: -item[1]):
        if name := names.get(reason):
            found[fate] += (Part(name, count),)
    return found


def _names() -> Mapping[str, str]:
    return {
        SEVERAL_ADDRESSES: _("one mail for several of your addresses"),
        IN_BEFORE: _("the same mail is in a ticket already"),
        HELD_BEFORE: _("the same mail is in quarantine already"),
        "too-large": _("larger than the installation takes"),
        "malformed": _("line ends that could smuggle in a second mail"),
        "unreadable": _("the file could not be read"),
        PROBE: _("your own test mails, which make no ticket"),
        **{reason.value: name for reason, name in reason_names().items()},
    }
