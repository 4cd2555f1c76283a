"""The ledger's lines."""

from gateway.store.intake import Ledger
from webui.tickets.ledger import lines


def test_the_lines_add_up_to_what_was_offered() -> None:
    book = Ledger(offered=63, tickets=1, follow_ups=2, duplicates=4, quarantined=8, refused=16, pending=32)
    assert sum(line.count for line in lines(book)) == book.offered


def test_every_line_says_what_it_means() -> None:
    assert all(line.name and line.meaning for line in lines(Ledger(0, 0, 0, 0, 0, 0, 0)))
