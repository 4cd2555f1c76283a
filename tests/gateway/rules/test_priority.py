"""How pressing a ticket is."""

from gateway.rules.priority import Priority


def test_what_presses_more_counts_more() -> None:
    assert list(Priority) == sorted(Priority)
    assert Priority.LOW < Priority.NORMAL < Priority.HIGH < Priority.URGENT
