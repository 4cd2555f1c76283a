"""How far the index is asked at once: all articles once, few pieces for any spread of the hits."""

import bisect

import pytest

from gateway.store.queries.stretches import CROWD, GATHERED, SHORTEST, STRETCHES, Pace, Piece, stretch_word

MILLION = 1_000_000


def stretches_of(article: int) -> set[str]:
    """The words that the trigger adds."""
    return {stretch_word(width, article >> width) for width in STRETCHES}


def pieces(hits: list[int], wanted: int, *, is_gathered: bool = False) -> tuple[int, int]:
    """How many pieces it takes to read so many of the newest hits, and how many hits are read for that."""
    pace, below, asked, read, got = Pace(is_gathered=is_gathered), MILLION + 1, 0, 0, 0
    while below and got < wanted:
        piece = pace.next(below)
        assert 0 <= piece.low < piece.below == below
        there = bisect.bisect_left(hits, below) - bisect.bisect_left(hits, piece.low)
        asked, read = asked + 1, read + min(there, pace.crowd)
        if there >= pace.crowd:
            pace.learn_of_crowd(piece)
            continue
        pace.learn(there, below - piece.low, wanted - got)
        got, below = got + there, piece.low
    assert got >= min(wanted, len(hits))
    return asked, read


@pytest.mark.parametrize("is_gathered", [True, False])
@pytest.mark.parametrize("width", [1, 5000, 70_000, 1 << 17, MILLION, 5 * MILLION, 1 << 50])
@pytest.mark.parametrize("below", [1, SHORTEST, SHORTEST + 1, 200_001, MILLION, 300 * MILLION])
def test_a_piece_has_every_article_of_it_and_no_older_one(
    below: int, width: int, *, is_gathered: bool
) -> None:
    pace = Pace(is_gathered=is_gathered)
    pace.learn(1, width, 1)
    piece = pace.next(below)
    words, end = set(piece.words), -(-below // piece.stretch) * piece.stretch
    assert len(piece.words) <= 70
    for article in (piece.low, (piece.low + below) // 2, below - 1, end - 1):
        assert len(stretches_of(article) & words) == 1
    for article in (piece.low - 1, end):
        assert not stretches_of(article) & words


@pytest.mark.parametrize(
    "hits",
    [
        pytest.param([], id="none"),
        pytest.param([1], id="the oldest"),
        pytest.param(list(range(0, MILLION, 5)), id="everywhere"),
        pytest.param(list(range(0, MILLION, 1000)), id="seldom"),
        pytest.param(list(range(700_000, 800_000)), id="a crowd in the middle"),
        pytest.param([1, 2, 3, *range(10_000, 70_000)], id="a crowd far behind"),
        pytest.param([*range(100_000), 900_000, 950_000], id="a few before a crowd"),
    ],
)
def test_any_spread_of_hits_takes_few_pieces(hits: list[int]) -> None:
    asked, read = pieces(hits, 150)
    assert asked <= 16
    assert read <= 6 * CROWD
    asked, read = pieces(hits, 150, is_gathered=True)
    assert asked <= 3
    assert read <= 2 * GATHERED


def test_the_next_piece_is_as_long_as_the_hits_lie_apart() -> None:
    pace = Pace()
    pace.learn(1, 100, 150)
    assert 15_000 <= MILLION - pace.next(MILLION).low <= 20_000
    pace.learn(500, 1000, 50)
    assert MILLION - pace.next(MILLION).low <= SHORTEST


def test_a_piece_is_never_shorter_than_a_stretch_nor_a_crowd_in_one() -> None:
    pace = Pace()
    while (piece := pace.next(MILLION)).low < MILLION - SHORTEST:
        pace.learn_of_crowd(piece)
    assert piece.low == (MILLION - 1) // SHORTEST * SHORTEST
    assert SHORTEST < CROWD < GATHERED


def test_after_a_leap_the_next_piece_is_the_stretch_that_was_found_and_no_longer() -> None:
    pace = Pace()
    pace.learn(0, 100_000, 50)
    pace.learn_of_crowd(pace.next(MILLION))
    pace.leap()
    end = 10 * SHORTEST
    piece = pace.next(end)
    assert (piece.low, piece.below) == (end - SHORTEST, end)
    assert piece.senders("account1xann:*") == ("zzf12x9account1xann:*",)


def test_senders_are_looked_for_in_the_stretches_of_the_words() -> None:
    piece = Piece(0, (1 << 16) + 1, 1 << 16)
    assert piece.words == ("zzb16x0", "zzb16x1")
    assert piece.senders("account1xann:*") == ("zzf16x0account1xann:*", "zzf16x1account1xann:*")
