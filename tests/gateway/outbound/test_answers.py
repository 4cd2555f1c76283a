"""Answers of a server: whole, bounded in time and size, none out of turn; with TLS nothing from before it."""

import smtplib
import time
import tracemalloc

import pytest

from gateway.outbound.answers import (
    MAX_ANSWER_BYTES,
    MAX_TEXT,
    BadAnswer,
    Conversation,
    EncryptedConversation,
    one_line,
)
from tests.fakes.certificate import Certificate
from tests.fakes.smtp_peer import Answer, Call, Drop, Raw, SmtpPeer

SECONDS = 0.5


def open_at(peer: SmtpPeer) -> Conversation:
    opened = Conversation("127.0.0.1", peer.port, local_hostname="desk.example", timeout=SECONDS)
    opened.ehlo()
    return opened


def lines(count: int, length: int = 100) -> str:
    """An answer of so many lines, each so long with its end."""
    texts = [f"250-{number:06}".ljust(length - 2, "x") for number in range(count)]
    return "\r\n".join([*texts[:-1], texts[-1].replace("-", " ", 1)])


def test_an_answer_of_two_hundred_lines_is_read_whole(peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer(lines(200)))
    code, text = session.noop()
    assert (code, len(text.split(b"\n"))) == (250, 200)
    assert session.noop() == (250, b"2.0.0 ok")
    session.close()


@pytest.mark.parametrize("count", [MAX_ANSWER_BYTES // 64 - 1, MAX_ANSWER_BYTES // 64])
def test_an_answer_up_to_64_kibibytes_is_read(count: int, peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer(lines(count, 64)))
    assert session.noop()[0] == 250
    session.close()


@pytest.mark.parametrize(
    "answer", [lines(MAX_ANSWER_BYTES // 64, 64) + "x", "250 " + "x" * (MAX_ANSWER_BYTES - 5)]
)
def test_one_byte_more_than_64_kibibytes_is_too_much(answer: str, peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer(answer))
    with pytest.raises(BadAnswer, match="longer than 65536 bytes"):
        session.noop()
    assert session.sock is None


@pytest.mark.parametrize("piece", [b"x" * 4096, b"250-more\r\n" * 400])
def test_an_endless_answer_ends_soon_and_takes_little_memory(piece: bytes, peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Raw(piece))
    tracemalloc.start()
    with pytest.raises(BadAnswer):
        session.noop()
    assert tracemalloc.get_traced_memory()[1] < 20 * MAX_ANSWER_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize("piece", [b"2", b"250-more\r\n"])
def test_a_server_that_drips_has_the_time_of_one_answer(piece: bytes, peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Raw(piece, pause=SECONDS / 5))
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        session.noop()
    assert time.monotonic() - began < 3 * SECONDS


@pytest.mark.parametrize("answer", ["hello?", "25", "2500 x", "250_x", "-1 x", "²50 x", "\r\n", "999 x"])
def test_what_is_no_answer_ends_the_session(answer: str, peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer(answer))
    with pytest.raises(BadAnswer, match="not SMTP"):
        session.noop()
    assert session.sock is None


def test_an_answer_may_be_a_code_alone_or_end_in_a_bare_line_feed(peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer("250"))
    assert session.noop() == (250, b"")
    peer.at("noop", Answer("250-a\n250 b"))
    assert session.noop() == (250, b"a\nb")
    session.close()


def test_an_answer_that_nobody_asked_for_is_never_taken_for_the_next_one(peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer("250 ok\r\n250 2.0.0 queued"))
    session.noop()
    with pytest.raises(BadAnswer, match=r"out of turn or hung up\. 250 2\.0\.0 queued"):
        session.rset()
    assert not any(command.upper() == "RSET" for command in peer.commands)


def test_a_server_that_hung_up_meanwhile_is_noticed_before_the_next_command(peer: SmtpPeer) -> None:
    session = open_at(peer)
    assert not session.has_unread()
    peer.hang_up()
    time.sleep(0.1)
    with pytest.raises(BadAnswer, match="hung up"):
        session.noop()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        session.noop()


def test_hanging_up_in_the_middle_of_an_answer_is_no_answer(peer: SmtpPeer) -> None:
    session = open_at(peer)
    peer.at("noop", Answer("250-half", close=True))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        session.noop()
    peer.at("connect", Drop())
    with pytest.raises(smtplib.SMTPServerDisconnected):
        open_at(peer)


def test_what_was_said_before_tls_is_forgotten_behind_it(trusted: Certificate) -> None:
    with SmtpPeer(tls=trusted.server_context()) as peer:
        session = open_at(peer)
        session._held = b"250 injected\r\n"
        session._held_of = None
        session.starttls()
        assert (session.ehlo()[0], b"injected" in (session.ehlo_resp or b"")) == (250, False)
        session.quit()


@pytest.mark.parametrize("begin", ["starttls", "implicit"])
def test_over_tls_silence_is_no_hanging_up_and_an_extra_answer_is_seen(
    begin: str, trusted: Certificate
) -> None:
    with SmtpPeer(tls=trusted.server_context(), implicit_tls=begin == "implicit") as peer:
        session = opened_with_tls(peer, begin)
        session.ehlo()
        assert not session.has_unread()
        peer.at("noop", Answer("250 ok\r\n250 more"))
        session.noop()
        assert session.has_unread()
        session.close()


def opened_with_tls(peer: SmtpPeer, begin: str) -> Conversation:
    if begin == "implicit":
        return EncryptedConversation("localhost", peer.port, timeout=SECONDS)
    opened = open_at(peer)
    opened.starttls()
    return opened


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (b"250 first\n250 second \xff", "250 first 250 second \N{REPLACEMENT CHARACTER}"),
        (b"a\0b\x1b[31mc\x85d", "a b [31mc\N{REPLACEMENT CHARACTER}d"),
        (b"x" * (MAX_TEXT - 1), "x" * (MAX_TEXT - 1)),
        (b"x" * MAX_TEXT, "x" * MAX_TEXT),
        (b"x" * (MAX_TEXT + 1), "x" * MAX_TEXT),
    ],
)
def test_an_answer_becomes_one_line_that_every_database_keeps(said: bytes, line: str) -> None:
    assert one_line(said) == line


def test_without_a_time_limit_an_answer_is_waited_for(peer: SmtpPeer) -> None:
    session = open_at(peer)
    assert session.sock is not None
    session.sock.settimeout(None)
    peer.at("noop", Call(lambda: time.sleep(2 * SECONDS)))
    assert session.noop()[0] == 250
    session.close()
