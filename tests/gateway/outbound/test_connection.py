"""One mail over one session: what goes over the wire, what the answer means, who is told when."""

from collections.abc import Iterator

import pytest

from gateway.outbound.connection import Connection, Lost, Message
from gateway.outbound.relayurl import parse_relay_url
from gateway.rules.retry import Deferred, Failed, Outcome, Sent
from tests.fakes.outgoing import QUICK, RAW
from tests.fakes.smtp_peer import Answer, Drop, Hang, SmtpPeer

MAIL = Message("bounce@desk.example", "ann@example.org", RAW)


def connected(peer: SmtpPeer) -> Connection:
    return Connection(parse_relay_url(peer.url), ehlo_name="desk.example", timeouts=QUICK)


@pytest.fixture
def connection(peer: SmtpPeer) -> Iterator[Connection]:
    made = connected(peer)
    yield made
    made.drop()


def send(connection: Connection, mail: Message = MAIL) -> Outcome:
    return connection.send(mail, has_time_for=lambda _: True, on_accepted=lambda _: None)


def test_a_mail_arrives_byte_for_byte_dots_and_all(peer: SmtpPeer, connection: Connection) -> None:
    assert b"\r\n." in RAW
    assert send(connection) == Sent("250 2.0.0 queued as 1")
    (mail,) = peer.mails
    assert (mail.mail_from, mail.rcpt_to, mail.raw) == ("bounce@desk.example", "ann@example.org", RAW)


def test_a_mail_without_a_last_line_break_gets_one(peer: SmtpPeer, connection: Connection) -> None:
    send(connection, Message("", "ann@example.org", b"Subject: x\r\n\r\nend"))
    assert (peer.mails[0].raw, peer.mails[0].mail_from) == (b"Subject: x\r\n\r\nend\r\n", "")


def test_who_is_told_is_told_before_any_other_command(peer: SmtpPeer, connection: Connection) -> None:
    told: list[tuple[str, str]] = []
    connection.send(
        MAIL, has_time_for=lambda _: True, on_accepted=lambda answer: told.append((answer, peer.commands[-1]))
    )
    assert told == [("250 2.0.0 queued as 1", "DATA")]


def test_the_last_question_comes_right_before_data(peer: SmtpPeer, connection: Connection) -> None:
    asked: list[tuple[str, float]] = []

    def has_time_for(seconds: float) -> bool:
        asked.append((peer.commands[-1], seconds))
        return False

    assert isinstance(connection.send(MAIL, has_time_for=has_time_for, on_accepted=lambda _: None), Deferred)
    assert asked == [("RCPT TO:<ann@example.org>", QUICK.content + QUICK.answer)]
    assert peer.commands[-1] == "RSET"
    assert not any(command.startswith("DATA") for command in peer.commands)
    assert isinstance(send(connection), Sent)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "content"])
def test_5xx_fails_4xx_defers_and_the_session_goes_on(
    step: str, peer: SmtpPeer, connection: Connection
) -> None:
    peer.at(step, Answer("550 5.1.1 no such user"))
    assert send(connection) == Failed("550 5.1.1 no such user")
    peer.at(step, Answer("451 4.3.0 later"))
    assert send(connection) == Deferred("451 4.3.0 later")
    assert peer.mails == []
    assert isinstance(send(connection), Sent)


def test_a_demand_to_sign_in_is_no_fault_of_the_mail(peer: SmtpPeer, connection: Connection) -> None:
    peer.at("mail", Answer("530 5.7.0 authentication required"))
    assert isinstance(send(connection), Deferred)


@pytest.mark.parametrize("line", ["hello?", "354 more", "150 hm", "-1", "25", "2500 x", "999 y"])
def test_an_answer_that_is_none_is_no_success_and_ends_the_session(
    line: str, peer: SmtpPeer, connection: Connection
) -> None:
    peer.at("content", Answer(line))
    assert isinstance(send(connection), Deferred)
    assert not connection.is_open


def test_a_lease_that_ran_out_during_the_content_ends_before_the_final_dot(
    peer: SmtpPeer, connection: Connection
) -> None:
    asked: list[float] = []

    def has_time_for(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) == 1

    outcome = connection.send(MAIL, has_time_for=has_time_for, on_accepted=lambda _: None)
    assert outcome == Deferred("The time for this try ran out before the mail was handed over.")
    assert asked == [QUICK.content + QUICK.answer, QUICK.answer]
    assert (peer.mails, connection.is_open) == ([], False)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("action", [Drop(), Answer("421 4.3.2 closing", close=True), Hang()])
def test_before_the_content_the_connection_is_lost(
    step: str, action: Drop | Answer | Hang, peer: SmtpPeer, connection: Connection
) -> None:
    peer.at(step, action)
    with pytest.raises(Lost):
        send(connection)
    assert not connection.is_open


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Answer("552 5.3.4 too large"), Failed("552 5.3.4 too large")),
        (Answer("552 5.3.4 too large", close=True), Failed("552 5.3.4 too large")),
        (Answer("452 4.2.2 full"), Deferred("452 4.2.2 full")),
        (
            Answer("250 2.0.0 queued"),
            Deferred("The server answered before the mail had ended. 250 2.0.0 queued"),
        ),
    ],
)
def test_what_is_answered_before_the_mails_end_is_no_acceptance(
    said: Answer, outcome: Outcome, peer: SmtpPeer, connection: Connection
) -> None:
    peer.at("body", said)
    large = RAW + (b"x" * 998 + b"\r\n") * 20_000  # more than the sockets hold, so it is answered meanwhile
    assert send(connection, Message("", "ann@example.org", large)) == outcome
    assert (peer.mails, connection.is_open) == ([], False)


@pytest.mark.parametrize("action", [Drop(), Hang()])
def test_a_server_that_stops_reading_puts_it_off(
    action: Drop | Hang, peer: SmtpPeer, connection: Connection
) -> None:
    peer.at("body", action)
    large = RAW + (b"x" * 998 + b"\r\n") * 20_000
    assert isinstance(send(connection, Message("", "ann@example.org", large)), Deferred)
    assert (peer.mails, connection.is_open) == ([], False)


@pytest.mark.parametrize("action", [Drop(), Hang(), Drop(keep=True)])
def test_without_an_answer_to_the_content_it_is_deferred_and_nobody_told(
    action: Drop | Hang, peer: SmtpPeer, connection: Connection
) -> None:
    peer.at("content", action)
    told: list[str] = []
    outcome = connection.send(MAIL, has_time_for=lambda _: True, on_accepted=told.append)
    assert isinstance(outcome, Deferred)
    assert "handed over" in outcome.answer
    assert told == []
    assert not connection.is_open


def test_the_session_dying_after_the_250_changes_nothing(peer: SmtpPeer, connection: Connection) -> None:
    told: list[str] = []

    def accepted(answer: str) -> None:
        told.append(answer)
        peer.hang_up()

    outcome = connection.send(MAIL, has_time_for=lambda _: True, on_accepted=accepted)
    assert outcome == Sent(told[0])
    with pytest.raises(Lost):
        send(connection)


def test_a_reset_that_kills_the_session_keeps_the_outcome(peer: SmtpPeer, connection: Connection) -> None:
    peer.at("rcpt", Answer("550 5.1.1 no such user"))
    peer.at("rset", Drop())
    assert send(connection) == Failed("550 5.1.1 no such user")
    assert not connection.is_open


def test_too_large_for_the_server_fails_before_a_byte_goes_over() -> None:
    with SmtpPeer(extensions=("SIZE 100",)) as peer:
        connection = connected(peer)
        outcome = send(connection)
        connection.quit()
        assert isinstance(outcome, Failed)
        assert "no more than 100" in outcome.answer
        assert [c.split()[0].upper() for c in peer.commands] == ["EHLO", "QUIT"]


def test_size_is_declared_where_it_is_offered(peer: SmtpPeer, connection: Connection) -> None:
    send(connection)
    assert peer.mails[0].options == f"SIZE={len(RAW)}"


def test_a_server_without_extensions_gets_plain_commands() -> None:
    with SmtpPeer(extensions=()) as peer:
        connection = connected(peer)
        assert isinstance(send(connection), Sent)
        connection.quit()
        assert peer.mails[0].options == ""


def test_eight_bit_content_is_declared(peer: SmtpPeer, connection: Connection) -> None:
    raw = "Subject: x\r\n\r\nGrüße\r\n".encode()
    send(connection, Message("", "ann@example.org", raw))
    assert peer.mails[0].options == f"SIZE={len(raw)} BODY=8BITMIME"
    assert peer.mails[0].raw == raw


def test_addresses_outside_ascii_go_with_smtputf8(peer: SmtpPeer, connection: Connection) -> None:
    assert isinstance(send(connection, Message("", "jörg@example.org", RAW)), Sent)
    assert peer.mails[0].rcpt_to == "jörg@example.org"
    assert peer.mails[0].options.endswith("SMTPUTF8")
    assert isinstance(send(connection), Sent)
    assert "SMTPUTF8" not in peer.mails[1].options


def test_addresses_outside_ascii_fail_in_words_where_the_server_cannot() -> None:
    with SmtpPeer(extensions=("8BITMIME",)) as peer:
        connection = connected(peer)
        for mail in (
            Message("", "jörg@example.org", RAW),
            Message("", "ann@example.org", "To: jörg@example.org\r\n\r\nx\r\n".encode()),
        ):
            outcome = send(connection, mail)
            assert isinstance(outcome, Failed)
            assert "SMTPUTF8" in outcome.answer
        connection.quit()
        connection.quit()


def test_it_knows_who_answers_and_that_anybody_can_listen(connection: Connection) -> None:
    assert (connection.peer_address, connection.is_encrypted) == ("127.0.0.1", False)
    connection.drop()
    assert connection.peer_address == ""
