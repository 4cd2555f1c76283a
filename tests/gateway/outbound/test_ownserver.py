"""Mail by a mailbox's own server: what is wrong there is told at the mailbox, and its mail waits."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.desk.servers.faults import ServerFault
from gateway.outbound.ownserver import no_news, rest_after, send_by
from gateway.outbound.relayurl import Relay
from gateway.outbound.submission import Sender
from gateway.outbound.way import Way
from gateway.rules.retry import Deferred, Outcome, Sent
from gateway.store import session
from gateway.store.servers import Trouble
from tests.fakes.outgoing import NOON, QUICK, REACH, SEAL, account_of, account_row, give_account

MINUTE = timedelta(minutes=1)


def way_of(smtp_id: int) -> Way:
    return Way(account_of(smtp_id), seal=SEAL, reach=REACH, clock=SystemClock())


def a_sender() -> Sender:
    return Sender(relay_url="", ehlo_name="desk.example", timeouts=QUICK)


def failing(trouble: Trouble) -> Deferred:
    """What a mail comes to when its account has this trouble; noted as it would be."""

    def send(_: Relay) -> Outcome:
        raise ServerFault(trouble, "535 no")

    tried = send_by(way_of(give_account(25)), send, a_sender(), now=NOON)
    with session.transaction() as db:
        tried.note(db, NOON)
    assert isinstance(tried.outcome, Deferred)
    assert not tried.is_kept
    return tried.outcome


@pytest.mark.parametrize(
    "trouble",
    [
        *(Trouble.LOGIN, Trouble.TOKEN, Trouble.NO_LOGIN, Trouble.NO_TLS, Trouble.TLS, Trouble.OURS),
        *(Trouble.CERTIFICATE_EXPIRED, Trouble.CERTIFICATE_NAME, Trouble.CERTIFICATE_UNTRUSTED),
        Trouble.FORBIDDEN_HOST,
    ],
)
def test_what_somebody_must_mend_counts_as_no_try(root: Path, trouble: Trouble) -> None:
    assert failing(trouble).pause == MINUTE
    assert account_row()["last_error"] == f"{trouble.value}: 535 no"
    assert (account_row()["failing_since"], account_row()["resting_until"]) == (NOON, NOON + MINUTE)


@pytest.mark.parametrize(
    "trouble",
    [
        *(Trouble.UNREACHABLE, Trouble.TIMEOUT, Trouble.DROPPED, Trouble.BUSY, Trouble.PROTOCOL),
        *(Trouble.UNRESOLVED, Trouble.TOKEN_SERVER),
    ],
)
def test_what_passes_by_itself_is_a_try_like_any_other(root: Path, trouble: Trouble) -> None:
    assert failing(trouble).pause is None


def test_the_words_are_those_of_the_mailboxs_page(root: Path) -> None:
    assert failing(Trouble.LOGIN).answer == "The server did not accept user name and password. (535 no)"


def test_while_it_rests_nobody_connects(root: Path) -> None:
    smtp_id = give_account(25, last_error="login: 535 no", resting_until=NOON + MINUTE)

    def send(_: Relay) -> Outcome:
        raise AssertionError

    tried = send_by(way_of(smtp_id), send, a_sender(), now=NOON)
    assert isinstance(tried.outcome, Deferred)
    assert (tried.outcome.pause, tried.note) == (MINUTE, no_news)
    assert "535 no" in tried.outcome.answer


def test_a_success_ends_the_trouble(root: Path) -> None:
    smtp_id = give_account(25, last_error="login", failing_since=NOON, resting_until=NOON)
    tried = send_by(way_of(smtp_id), lambda _: Sent("250 ok"), a_sender(), now=NOON)
    with session.transaction() as db:
        tried.note(db, NOON)
    row = account_row()
    assert (tried.outcome, row["last_error"], row["failing_since"]) == (Sent("250 ok"), "", None)
    again = send_by(way_of(smtp_id), lambda _: Sent("250 ok"), a_sender(), now=NOON)
    assert again.note is no_news


@pytest.mark.parametrize(
    ("trouble", "failing_minutes", "rest_minutes"),
    [
        (Trouble.LOGIN, 0, 1),
        (Trouble.LOGIN, 4, 1),
        (Trouble.LOGIN, 20, 5),
        (Trouble.LOGIN, 6000, 15),
        (Trouble.TIMEOUT, 6000, 5),
    ],
)
def test_the_longer_it_goes_on_the_longer_it_rests(
    root: Path, trouble: Trouble, failing_minutes: int, rest_minutes: int
) -> None:
    account = account_of(give_account(25, failing_since=NOON - failing_minutes * MINUTE))
    assert rest_after(ServerFault(trouble), account, now=NOON) == rest_minutes * MINUTE
