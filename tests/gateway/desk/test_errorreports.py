"""Error reports: a ticket of the operator's at once, once for each form, so many and so long."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.desk import errorreports, operating, stamps
from gateway.desk.errorreports import MAX_CHARS, MAX_PART_CHARS, MOST_PARTS
from gateway.desk.stamps import For, Work
from gateway.errors import Conflict, Gone, Invalid, TooMany
from gateway.rules.proofofwork import solve
from gateway.rules.throttling import MOST, WINDOW, Counted
from gateway.store import session
from gateway.store.models import Article, Staff, Ticket
from tests.world import NOON, World

KEY = b"key"


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is promised does not hang on how long a browser works."""
    monkeypatch.setattr(errorreports, "BITS", 4)


@pytest.fixture
def read(world: World) -> World:
    """Ours is the operator's account."""
    with session.transaction() as db:
        operating.appoint(db, "ours", now=NOON)
    return world


def work(*, is_done: bool = True) -> Work:
    challenge = errorreports.new_challenge(KEY, now=NOON)
    return Work(challenge, solve(challenge, bits=4) if is_done else "")


def report(
    words: str = "It failed",
    parts: tuple[str, ...] = ("Page: /",),
    done: Work | None = None,
    *,
    staff_id: int | None = None,
) -> None:
    with session.transaction() as db:
        errorreports.report(db, words, parts, done or work(), staff_id=staff_id, key=KEY, now=NOON)


def texts() -> list[tuple[str, str]]:
    with session.reading() as db:
        found = select(Ticket.subject, Article.text).join(Article, Article.ticket_id == Ticket.id)
        return [(subject, text) for subject, text in db.execute(found.order_by(Article.id))]


def test_it_is_a_ticket_at_once_with_what_was_left_in(read: World) -> None:
    report(" It\r\nfailed ", ("Page: /t/<number>", " Browser:\n x "))
    assert texts() == [("Error report: It failed", "It\nfailed\n\nPage: /t/<number>\nBrowser: x")]
    with session.reading() as db:
        ticket = db.execute(select(Ticket)).scalar_one()
        assert (ticket.account_id, ticket.created_at) == (read.ours.account_id, NOON)
        assert (ticket.contact_id, ticket.requester_address) == (None, "")


def test_it_may_go_with_nothing_but_its_words(read: World) -> None:
    report("It failed", ())
    assert texts() == [("Error report: It failed", "It failed")]


def test_its_subject_is_in_the_operators_language(read: World) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(locale="de"))
    report()
    assert texts()[0][0] == "Fehlermeldung: It failed"


def test_a_form_is_good_for_one_by_whomever(read: World) -> None:
    for staff_id in (None, 7):
        done = work()
        report(done=done, staff_id=staff_id)
        with pytest.raises(Conflict):
            report("Other", done=done, staff_id=staff_id)
    assert len(texts()) == 2
    report()
    with session.reading() as db:
        assert db.execute(select(Ticket.number).order_by(Ticket.id)).scalars().all() == [1, 2, 3]


def test_who_is_signed_in_need_not_work_and_anybody_else_must(read: World) -> None:
    report(done=work(is_done=False), staff_id=7)
    with pytest.raises(Invalid):
        report(done=work(is_done=False))
    suggestions = stamps.new_challenge(KEY, For.SUGGESTION, now=NOON)
    for staff_id in (None, 7):
        with pytest.raises(Invalid):
            report(done=Work(suggestions, solve(suggestions, bits=4)), staff_id=staff_id)
    assert len(texts()) == 1


@pytest.mark.parametrize(
    ("words", "parts", "is_taken"),
    [
        ("x", (), True),
        ("", ("x",), False),
        (" \n\0", ("x",), False),
        ("x" * MAX_CHARS, (), True),
        ("x" * (MAX_CHARS + 1), (), False),
        ("x", ("x",) * MOST_PARTS, True),
        ("x", ("x",) * (MOST_PARTS + 1), False),
        ("x", ("x" * MAX_PART_CHARS,), True),
        ("x", ("x" * (MAX_PART_CHARS + 1),), False),
        ("x", (" ",), False),
    ],
)
def test_words_and_parts_have_their_bounds(
    read: World, words: str, parts: tuple[str, ...], *, is_taken: bool
) -> None:
    if is_taken:
        report(words, parts)
    else:
        with pytest.raises(Invalid):
            report(words, parts)
    assert len(texts()) == is_taken


@pytest.mark.parametrize(("staff_id", "counted"), [(7, Counted.REPORT_OF), (None, Counted.REPORT)])
def test_so_many_are_taken_in_a_stretch_of_time(read: World, staff_id: int | None, counted: Counted) -> None:
    for _ in range(MOST[counted]):
        report(staff_id=staff_id)
    with pytest.raises(TooMany) as caught:
        report(staff_id=staff_id)
    assert 0 < caught.value.retry_after <= WINDOW / timedelta(seconds=1)
    report(staff_id=8)
    assert len(texts()) == MOST[counted] + 1


def test_what_is_refused_does_not_count(read: World) -> None:
    for _ in range(MOST[Counted.REPORT_OF] + 1):
        with pytest.raises(Invalid):
            report("", staff_id=7)
    report(staff_id=7)


def test_where_no_account_is_the_operators_none_is_taken(world: World) -> None:
    with pytest.raises(Gone):
        report()
