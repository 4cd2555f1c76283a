"""Servers that refuse, hang, hang up, talk nonsense or lie: what becomes of the delivery, and how soon."""

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.outbound.deliver import deliver
from gateway.outbound.postoffice import PostOffice
from tests.fakes.authority import make_authority
from tests.fakes.certificate import Certificate
from tests.fakes.outgoing import RAW, SetClock, open_post_office, owe, owed, row, told
from tests.fakes.smtp_peer import Answer, Drop, HalfClose, Hang, Raw, SmtpPeer, Step

OPENING = ("connect", "ehlo", "auth")
MAIL = ("mail", "rcpt", "data", "content")
FAULTS: dict[str, Step] = {
    "hang": Hang(),
    "drop": Drop(),
    "half close": HalfClose(),
    "drip": Raw(b"2", pause=0.1),
    "drip of lines": Raw(b"250-more\r\n", pause=0.1),
    "endless line": Raw(b"2" * 4096),
    "endless lines": Raw(b"250-more\r\n" * 400),
    "garbage": Answer("\0\x1b[2J\xff no SMTP"),
    "421": Answer("421 4.3.2 closing", close=True),
    "421 and silence": Answer("421 4.3.2 closing"),
}
NO_FAULT_LASTS = 8.0
"""A few of the peer's timeouts of one second each, on a busy machine; its own patience is 20 seconds."""


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer(login=("me", "pw")) as listening:
        yield listening


@pytest.fixture
def office(root: Path, peer: SmtpPeer, clock: SetClock) -> Iterator[PostOffice]:
    with open_post_office(root, f"smtp://me:pw@127.0.0.1:{peer.port}", clock=clock) as opened:
        yield opened


def try_when_due(delivery_id: int, office: PostOffice, clock: SetClock) -> str:
    """One try, when its time has come; the state of the row."""
    clock.at = max(clock.at, owed()[delivery_id])
    deliver(delivery_id, office=office)
    found = row(delivery_id)
    assert (found["lease_token"], found["leased_until"]) == ("", None)
    return str(found["state"])


@pytest.mark.parametrize("step", [*OPENING, *MAIL])
@pytest.mark.parametrize("times", [1, 4])
def test_put_off_so_many_times_it_is_sent_at_the_next(
    step: str, times: int, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at(step, Answer("451 4.7.1 greylisted, come again"), times=times)
    for attempt in range(1, times + 1):
        assert try_when_due(delivery_id, office, clock) == "deferred"
        assert (row(delivery_id)["attempts"], peer.mails) == (attempt, [])
        assert owed()[delivery_id] > clock.at
    assert try_when_due(delivery_id, office, clock) == "sent"
    assert (told(), owed(), [mail.raw for mail in peer.mails]) == (["deferred", "sent"], {}, [RAW])


@pytest.mark.parametrize("step", OPENING)
def test_refused_for_good_before_the_mail_it_is_our_fault_and_tried_again(
    step: str, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at(step, Answer("554 5.7.1 go away"))
    assert try_when_due(delivery_id, office, clock) == "deferred"
    assert try_when_due(delivery_id, office, clock) == "sent"
    assert len(peer.mails) == 1


@pytest.mark.parametrize("step", MAIL)
def test_a_mail_refused_for_good_fails_with_the_servers_words(
    step: str, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at(step, Answer("554-5.7.1 Not\r\n554 5.7.1 from you"))
    assert try_when_due(delivery_id, office, clock) == "failed"
    assert (row(delivery_id)["answer"], owed()) == ("554 5.7.1 Not 5.7.1 from you", {})
    deliver(delivery_id, office=office)
    assert (told(), peer.mails) == (["failed"], [])


@pytest.mark.parametrize("step", [*OPENING, *MAIL])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_step_puts_it_off_in_time_and_it_is_sent_once(
    fault: str, step: str, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at(step, FAULTS[fault])
    began = time.monotonic()
    assert try_when_due(delivery_id, office, clock) == "deferred"
    assert time.monotonic() - began < NO_FAULT_LASTS
    assert row(delivery_id)["answer"].isprintable()
    assert peer.mails == []
    assert try_when_due(delivery_id, office, clock) == "sent"
    assert [mail.raw for mail in peer.mails] == [RAW]


def test_dropped_after_the_250_it_is_sent(peer: SmtpPeer, office: PostOffice, clock: SetClock) -> None:
    first, second = owe(), owe("bob@example.org")
    peer.at("content", Answer("250 2.0.0 queued", close=True))
    assert try_when_due(first, office, clock) == "sent"
    assert try_when_due(second, office, clock) == "sent"
    assert [mail.session for mail in peer.mails] == [2]


def test_taken_without_a_word_it_comes_again_as_the_same_mail(
    peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at("content", Drop(keep=True))
    assert try_when_due(delivery_id, office, clock) == "deferred"
    assert try_when_due(delivery_id, office, clock) == "sent"
    assert [mail.raw for mail in peer.mails] == [RAW, RAW]


@pytest.mark.parametrize("step", ["connect", "ehlo", *MAIL[:3]])
def test_answers_that_run_ahead_never_count_as_an_acceptance(
    step: str, peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    ahead = "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go on\r\n250 2.0.0 queued"
    usual = {"connect": "220 hello", "data": "354 go ahead"}.get(step, "250 ok")
    peer.at(step, Answer(f"{usual}\r\n{ahead}"))
    assert try_when_due(delivery_id, office, clock) == "deferred"
    assert peer.mails == []
    assert try_when_due(delivery_id, office, clock) == "sent"
    assert len(peer.mails) == 1


def test_an_extra_answer_behind_the_250_is_not_taken_for_the_next_mails(
    peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    first, second = owe(), owe("bob@example.org")
    peer.at("content", Answer("250 2.0.0 queued\r\n250 2.0.0 again\r\n250 2.0.0 and again"))
    assert try_when_due(first, office, clock) == "sent"
    assert try_when_due(second, office, clock) == "sent"
    assert [(mail.rcpt_to, mail.session) for mail in peer.mails] == [("bob@example.org", 2)]


def test_a_greeting_and_an_offer_of_two_hundred_lines_are_fine(root: Path, clock: SetClock) -> None:
    offered = ("SIZE 52428800", *(f"X-EXTENSION-{number} {'x' * 60}" for number in range(200)), "8BITMIME")
    delivery_id = owe()
    with SmtpPeer(extensions=offered) as peer, open_post_office(root, peer.url, clock=clock) as office:
        peer.at("connect", Answer("220-hello\r\n" * 199 + "220 hello"))
        assert try_when_due(delivery_id, office, clock) == "sent"
        assert peer.mails[0].options.startswith("SIZE=")


@pytest.mark.parametrize("size", ["²", "9" * 5000, "-5", "0", "many", ""])
def test_a_size_that_is_none_is_no_limit(size: str, root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    offered = SmtpPeer(extensions=(f"SIZE {size}",))
    with offered as peer, open_post_office(root, peer.url, clock=clock) as office:
        assert try_when_due(delivery_id, office, clock) == "sent"


@pytest.mark.parametrize("fault", ["hang", "drop", "garbage", "drip"])
def test_an_encryption_that_fails_puts_it_off_and_no_mail_goes_in_the_clear(
    fault: str, root: Path, clock: SetClock, trusted: Certificate
) -> None:
    delivery_id = owe()
    with SmtpPeer(tls=trusted.server_context()) as peer, open_post_office(root, peer.url, clock=clock) as out:
        peer.at("starttls", FAULTS[fault])
        assert try_when_due(delivery_id, out, clock) == "deferred"
        assert peer.mails == []
        assert try_when_due(delivery_id, out, clock) == "sent"


def test_without_starttls_where_it_is_required_no_mail_goes(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    with SmtpPeer() as peer, open_post_office(root, f"{peer.url}?starttls=require", clock=clock) as office:
        assert try_when_due(delivery_id, office, clock) == "deferred"
        assert "STARTTLS" in row(delivery_id)["answer"]
        assert [c.split()[0].upper() for c in peer.commands if not c.upper().startswith("EHLO")] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("unknown authority", "certificate verify failed"),
        ("expired", "certificate has expired"),
        ("wrong name", "not valid for|doesn't match|mismatch"),
    ],
)
@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_a_bad_certificate_is_told_and_no_mail_goes(
    kind: str,
    words: str,
    way: str,
    root: Path,
    clock: SetClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("other.example",) if kind == "wrong name" else ("localhost",)
    authority = make_authority(tmp_path / "ca", names=names, is_expired=kind == "expired")
    if kind != "unknown authority":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
    delivery_id = owe()
    with SmtpPeer(tls=authority.server_context(), implicit_tls=way == "implicit") as peer:
        url = f"smtps://localhost:{peer.port}"
        if way == "starttls":
            url = f"smtp://localhost:{peer.port}?starttls=require"
        with open_post_office(root, url, clock=clock) as office:
            assert try_when_due(delivery_id, office, clock) == "deferred"
        answer = row(delivery_id)["answer"]
        assert any(word in answer for word in words.split("|")), answer
        assert peer.mails == []


def test_zero_bytes_in_an_answer_do_not_reach_the_database(
    peer: SmtpPeer, office: PostOffice, clock: SetClock
) -> None:
    delivery_id = owe()
    peer.at("content", Answer("250 2.0.0 que\0ued\x1b[2J"))
    assert try_when_due(delivery_id, office, clock) == "sent"
    assert row(delivery_id)["answer"] == "250 2.0.0 que ued [2J"


def test_a_large_mail_to_a_server_that_stops_reading_is_put_off_in_time(root: Path, clock: SetClock) -> None:
    delivery_id = owe()
    with SmtpPeer() as peer, open_post_office(root, peer.url, clock=clock) as office:
        peer.at("body", Hang())
        began = time.monotonic()
        assert try_when_due(delivery_id, office, clock) == "deferred"
        assert time.monotonic() - began < NO_FAULT_LASTS
        assert peer.mails == []


def test_a_flood_of_answers_takes_little_memory(peer: SmtpPeer, office: PostOffice, clock: SetClock) -> None:
    delivery_id = owe()
    deliver(delivery_id, office=office)
    flooded = owe("bob@example.org")
    peer.at("rcpt", Raw(b"250-more\r\n" * 400), times=2)
    tracemalloc.start()
    assert try_when_due(flooded, office, clock) == "deferred"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
