"""The ledger's lines."""

from gateway.rules.doubts import Reason
from gateway.store.intake import SEVERAL_ADDRESSES, Fate, Ledger
from webui.tickets.ledger import lines


def test_the_lines_add_up_to_what_was_offered() -> None:
    book = Ledger(offered=63, tickets=1, follow_ups=2, duplicates=4, quarantined=8, refused=16, pending=32)
    assert sum(line.count for line in lines(book)) == book.offered


def test_every_line_says_what_it_means() -> None:
    assert all(line.name and line.meaning for line in lines(Ledger(0, 0, 0, 0, 0, 0, 0)))


def test_what_was_refused_or_held_back_is_explained_most_frequent_first() -> None:
    reasons = {
        (Fate.REFUSED, "too-large"): 1,
        (Fate.REFUSED, "malformed"): 2,
        (Fate.REFUSED, "from a version to come"): 9,
        (Fate.DUPLICATE, SEVERAL_ADDRESSES): 3,
        **{(Fate.QUARANTINED, reason.value): 4 for reason in Reason},
    }
    told = lines(Ledger(0, 0, 0, 0, 0, 0, 0), reasons)
    parts = {line.name: [part.count for part in line.parts] for line in told}
    assert (parts["Refused"], parts["Duplicates"], parts["Quarantined"]) == ([2, 1], [3], [4] * len(Reason))
    assert parts["New tickets"] == []
