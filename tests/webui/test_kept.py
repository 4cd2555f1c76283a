"""Kept pieces: made once, bounded, the longest unused go first."""

from markupsafe import Markup

from webui.kept import Kept


class Maker:
    """Makes a piece of some length and counts how often."""

    def __init__(self, chars: int = 10) -> None:
        self.times, self._chars = 0, chars

    def __call__(self) -> Markup:
        self.times += 1
        return Markup("x" * self._chars)


def test_a_piece_is_made_once_for_each_key() -> None:
    kept, maker = Kept(10_000), Maker()
    assert [kept.get(key, maker) for key in ("a", "b", "a", "b")] == ["x" * 10] * 4
    assert maker.times == 2


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    kept, maker = Kept(2_000), Maker(100)  # room for two
    for key in ("a", "b", "a", "c", "a"):
        kept.get(key, maker)
    assert maker.times == 3
    kept.get("b", maker)
    assert maker.times == 4


def test_a_piece_larger_than_the_room_is_made_every_time_and_takes_none() -> None:
    kept, large, small = Kept(2_000), Maker(5_000), Maker()
    kept.get("small", small)
    assert len(kept.get("large", large)) == 5_000
    kept.get("large", large)
    assert large.times == 2
    kept.get("small", small)
    kept.get("small", small)
    assert small.times == 2
