"""A signed-in connection: to a real Dovecot, and to servers that do not mean well."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import clock
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.inbound.imap.session import Access, ImapSession, wait_for_news
from gateway.inbound.imap.stopping import Stopper
from gateway.store.servers import Auth, Security, Trouble
from tests.fakes.authority import make_authority
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
from tests.fakes.imap_server import ImapServer
from tests.world import mail

QUICK = Reach(allows_private=True, connect_seconds=5, read_seconds=0.5)


def access(port: int, **changes: object) -> Access:
    made = Access("localhost", port, Security.PLAIN, Auth.PASSWORD, USER, PASSWORD)
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of an Access


@contextmanager
def signed_in(with_: Access, reach: Reach = QUICK) -> Iterator[ImapSession]:
    with closing(Stopper()) as stopper:
        session = ImapSession(with_, reach=reach, stopper=stopper)
        try:
            yield session
        finally:
            session.close()


def refusal(with_: Access, reach: Reach = QUICK) -> ServerFault:
    with pytest.raises(ServerFault) as caught, signed_in(with_, reach):
        pass
    return caught.value


def test_dovecot_shows_its_mails(dovecot: Dovecot) -> None:
    raw = mail("for the session")
    dovecot.append(raw, at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    with signed_in(access(dovecot.port)) as session:
        selected = session.select("INBOX", readonly=True)
        assert (selected.mails, selected.uidnext) == (1, 2)
        assert session.status("INBOX") == selected
        assert session.can_idle
        assert session.list_uids(1) == [1]
        assert session.list_uids(2) == []
        assert session.list_uids(1, since=datetime(2026, 3, 3, tzinfo=UTC).date()) == []
        facts = session.facts([1, 7])
        assert facts.keys() == {1}
        assert (facts[1].size_bytes, facts[1].arrived_at) == (
            len(raw),
            datetime(2026, 3, 2, 12, tzinfo=UTC),
        )
        assert session.read([1]) == {1: raw}
        assert session.read([1], len(raw)) == {1: b""}
        [fields] = session.read_threads([1])
        assert fields.startswith(b"Message-ID:")


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_protection_is_checked_against_the_authority(tmp_path: Path, security: Security) -> None:
    authority = make_authority(tmp_path)
    with Dovecot(authority=authority) as dovecot:
        port = dovecot.tls_port if security is Security.TLS else dovecot.port
        known = replace(QUICK, tls=authority.client_context())
        with signed_in(access(port, security=security), known) as session:
            assert session.status("INBOX").mails == 0
        assert refusal(access(port, security=security)).trouble is Trouble.CERTIFICATE_UNTRUSTED


@pytest.mark.parametrize(
    ("is_expired", "names", "trouble"),
    [
        (True, ("localhost",), Trouble.CERTIFICATE_EXPIRED),
        (False, ("mail.elsewhere.example",), Trouble.CERTIFICATE_NAME),
    ],
)
def test_a_wrong_certificate_is_told_apart_before_anything_is_said(
    tmp_path: Path, *, is_expired: bool, names: tuple[str, ...], trouble: Trouble
) -> None:
    authority = make_authority(tmp_path, names=names, is_expired=is_expired)
    with ImapServer(tls=authority.server_context()) as server:
        known = replace(QUICK, tls=authority.client_context())
        assert refusal(access(server.port, security=Security.TLS), known).trouble is trouble
        assert server.commands == []


def test_without_starttls_nothing_is_said_in_the_open(server: ImapServer) -> None:
    fault = refusal(access(server.port, security=Security.STARTTLS))
    assert fault.trouble is Trouble.NO_TLS
    assert not any(PASSWORD in command or "AUTH" in command for command in server.commands)


def test_a_server_that_has_signed_us_in_before_tls_is_not_trusted(server: ImapServer) -> None:
    server.capabilities = (*server.capabilities, "STARTTLS")
    server.faults.greeting = b"* PREAUTH you are somebody\r\n"
    assert refusal(access(server.port, security=Security.STARTTLS)).trouble is Trouble.NO_TLS
    assert "STARTTLS" not in server.commands


def test_what_is_sent_along_with_the_go_ahead_for_tls_is_an_attack(server: ImapServer) -> None:
    server.capabilities = (*server.capabilities, "STARTTLS")
    server.faults.answer["STARTTLS"] = b"TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    assert refusal(access(server.port, security=Security.STARTTLS)).trouble is Trouble.NO_TLS


def test_a_wrong_password_is_told_in_the_servers_words_and_not_repeated(dovecot: Dovecot) -> None:
    fault = refusal(access(dovecot.port, secret="wrong one"))
    assert fault.trouble is Trouble.LOGIN
    assert "Authentication failed" in fault.detail
    assert "wrong one" not in str(fault) + fault.detail


def test_a_server_that_repeats_the_password_does_not_get_it_into_our_books(server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1",)
    server.faults.answer["LOGIN"] = f"TAG NO what is {PASSWORD}?\r\n".encode()
    assert refusal(access(server.port)).detail == "what is ***?"


def test_without_sasl_it_signs_in_by_login(server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1",)
    with signed_in(access(server.port)) as session:
        assert session.status("INBOX").mails == 0


def test_a_password_that_login_cannot_say_is_a_refused_one(server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1",)
    assert refusal(access(server.port, secret="pässwort")).trouble is Trouble.LOGIN


def test_where_login_is_disabled_the_password_is_kept(server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1", "LOGINDISABLED")
    assert refusal(access(server.port)).trouble is Trouble.NO_TLS
    assert not any("LOGIN" in command for command in server.commands)


@pytest.mark.parametrize("field", ["username", "secret"])
@pytest.mark.parametrize("capabilities", [("IMAP4rev1",), ("IMAP4rev1", "AUTH=PLAIN")])
def test_a_line_end_in_a_credential_makes_no_command(
    server: ImapServer, field: str, capabilities: tuple[str, ...]
) -> None:
    server.capabilities = capabilities
    hostile = 'x" "y"\r\nA1 DELETE INBOX'
    assert refusal(access(server.port, **{field: hostile})).trouble is Trouble.LOGIN
    assert not any("DELETE" in command for command in server.commands)


def test_a_line_end_or_a_quote_in_a_folders_name_makes_no_command(server: ImapServer) -> None:
    with signed_in(access(server.port)) as session:
        for name in ('x"\r\nA1 DELETE INBOX\r\n"', 'a" "b', "\x00", "ü\r\n"):
            with pytest.raises(ServerFault) as caught:
                session.select(name, readonly=True)
            assert caught.value.trouble is Trouble.FOLDER
        with pytest.raises(ServerFault):
            session.move([1], 'y"\r\nA1 DELETE INBOX')
        session.noop()
    assert not any(command.startswith("DELETE") for command in server.commands)


def test_folders_have_any_letters(dovecot: Dovecot) -> None:
    dovecot.append(mail(), folder="B&APw-ro")
    with signed_in(access(dovecot.port)) as session:
        assert session.select("Büro", readonly=True).mails == 1


def test_a_folder_that_is_not_there_leaves_the_session_usable(dovecot: Dovecot) -> None:
    with signed_in(access(dovecot.port)) as session:
        with pytest.raises(ServerFault) as caught:
            session.select("Nowhere", readonly=True)
        assert (caught.value.trouble, caught.value.ends_connection) == (Trouble.FOLDER, False)
        assert session.select("INBOX", readonly=True).mails == 0


def test_a_folder_that_may_only_be_read_is_read(server: ImapServer) -> None:
    server.inbox.add(mail())
    server.faults.answer["SELECT"] = (
        b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] it\r\n* OK [UIDNEXT 2] it\r\nTAG OK [READ-ONLY] open\r\n"
    )
    with signed_in(access(server.port)) as session:
        assert session.select("INBOX", readonly=False).mails == 1
    assert any(command.startswith("EXAMINE") for command in server.commands)


def test_uidnext_may_come_by_status_only(server: ImapServer) -> None:
    server.inbox.add(mail())
    server.faults.answer["EXAMINE"] = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] it\r\nTAG OK open\r\n"
    with signed_in(access(server.port)) as session:
        assert session.select("INBOX", readonly=True).uidnext == 2


def test_a_size_that_nobody_can_send_is_not_waited_for(server: ImapServer) -> None:
    server.inbox.add(mail())
    server.faults.literal = lambda *_: 10 * 2**30
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        with pytest.raises(ServerFault) as caught:
            session.read([1])
    assert caught.value.trouble is Trouble.TOO_MUCH


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5000])
def test_a_size_beyond_all_numbers_is_refused(server: ImapServer, digits: str) -> None:
    server.faults.answer["UID FETCH"] = f"* 1 FETCH (UID 1 BODY[]<0> {{{digits}}}\r\n".encode()
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        with pytest.raises(ServerFault) as caught:
            session.read([1])
    assert caught.value.trouble in (Trouble.TOO_MUCH, Trouble.PROTOCOL)


def test_more_than_was_asked_for_is_refused(server: ImapServer) -> None:
    server.inbox.add(mail())
    server.faults.body = lambda _, body: body + b"x" * 400_000
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        with pytest.raises(ServerFault) as caught:
            session.read([1])
    assert caught.value.trouble is Trouble.TOO_MUCH


def test_a_flood_of_news_ends_at_the_limit(server: ImapServer) -> None:
    server.faults.answer["NOOP"] = b"* 1 EXISTS\r\n" * 200_000
    patient = replace(QUICK, read_seconds=60)
    with signed_in(access(server.port), patient) as session, pytest.raises(ServerFault) as caught:
        session.noop()
    assert caught.value.trouble is Trouble.TOO_MUCH


def test_a_line_without_end_ends_at_the_limit(server: ImapServer) -> None:
    server.faults.answer["NOOP"] = b"* OK " + b"x" * 3_000_000
    patient = replace(QUICK, read_seconds=60)
    with signed_in(access(server.port), patient) as session, pytest.raises(ServerFault) as caught:
        session.noop()
    assert caught.value.trouble is Trouble.TOO_MUCH


def test_a_literal_that_stops_half_way_is_given_up(server: ImapServer) -> None:
    server.inbox.add(mail("a" * 500))
    server.faults.stall_in_body = 100
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        with pytest.raises(ServerFault) as caught:
            session.read([1])
    assert caught.value.trouble is Trouble.TIMEOUT


def test_bytes_that_trickle_do_not_begin_the_wait_anew(server: ImapServer) -> None:
    server.inbox.add(mail("a" * 500))
    server.faults.trickle_seconds = 0.1
    began = clock.monotonic()
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        with pytest.raises(ServerFault) as caught:
            session.read([1])
    assert caught.value.trouble is Trouble.TIMEOUT
    assert clock.monotonic() - began < 10


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* 1 FETCH (UID x RFC822.SIZE 1)\r\nTAG OK\r\n",
        b"* 1 FETCH " + b"(" * 100_000 + b"\r\nTAG OK done\r\n",
        b"* 1 FETCH (UID\r\nTAG OK done\r\n",
        b"garbage\r\n",
        b"\xff\xfe\x00\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE -5)\r\n* BYE\r\nOTHER1 OK done\r\n",
        b"TAG OK done\r\nTAG OK done\r\n",
    ],
)
def test_nonsense_is_a_fault_or_nothing(server: ImapServer, nonsense: bytes) -> None:
    server.faults.answer["UID FETCH"] = nonsense
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        found, fault = {}, None
        try:
            found = session.facts([1])
        except ServerFault as error:
            fault = error
    assert found == {}
    assert fault is None or fault.trouble in (Trouble.PROTOCOL, Trouble.DROPPED, Trouble.TIMEOUT)


def test_what_was_not_asked_for_is_not_taken_for_an_answer(server: ImapServer) -> None:
    server.inbox.add(mail("one"), mail("two"))
    server.faults.answer["UID FETCH"] = (
        b"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (UID 9 BODY[]<0> {3}\r\nabc)\r\n"
        b"* 2 FETCH (UID 2 BODY[]<0> {3}\r\ndef)\r\nTAG OK done\r\n"
    )
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        assert session.read([1, 2]) == {2: b"def"}


@pytest.mark.parametrize(("said", "body"), [(b"12345", b"12345"), (b"NIL", b""), (b'"a"', b"a")])
def test_a_short_body_may_come_without_a_literal(server: ImapServer, said: bytes, body: bytes) -> None:
    server.faults.answer["UID FETCH"] = b"* 1 FETCH (UID 1 BODY[]<0> %b)\r\nTAG OK done\r\n" % said
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        assert session.read([1]) == {1: body}


@pytest.mark.parametrize(
    "greeting", [b"* BYE too many\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"* OK" + b"x" * 2_000_000]
)
def test_what_is_no_imap_server_is_a_fault(server: ImapServer, greeting: bytes) -> None:
    server.faults.greeting = greeting
    fault = refusal(access(server.port))
    assert fault.trouble in (Trouble.PROTOCOL, Trouble.DROPPED, Trouble.TOO_MUCH, Trouble.TIMEOUT)


def test_news_wakes_whoever_idles(server: ImapServer) -> None:
    long = replace(QUICK, read_seconds=10)
    with signed_in(access(server.port), long) as session:
        session.select("INBOX", readonly=True)
        session.list_uids(1)
        session.begin_idle()
        server.deliver(mail())
        began = clock.monotonic()
        with closing(Stopper()) as stopper:
            wait_for_news([session], stopper, 20)
        session.end_idle()
        assert clock.monotonic() - began < 10
        assert session.has_news
        assert session.list_uids(1) == [1]
        assert not session.has_news


def test_news_that_comes_before_the_go_ahead_breaks_nothing(server: ImapServer) -> None:
    server.faults.news_before_idle = True
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        session.begin_idle()
        session.end_idle()
        assert session.has_news


def test_idle_that_is_refused_is_a_fault(server: ImapServer) -> None:
    server.faults.answer["IDLE"] = b"TAG NO not today\r\n"
    with signed_in(access(server.port)) as session:
        session.select("INBOX", readonly=True)
        with pytest.raises(ServerFault):
            session.begin_idle()


def test_xoauth2_says_who_and_with_which_token(server: ImapServer) -> None:
    server.accepts_token = lambda token: token == "good"
    with signed_in(access(server.port, auth=Auth.XOAUTH2, secret="good")) as session:
        assert session.status("INBOX").mails == 0


def test_a_refused_token_gets_the_empty_answer_that_ends_the_exchange(server: ImapServer) -> None:
    assert refusal(access(server.port, auth=Auth.XOAUTH2, secret="bad")).trouble is Trouble.LOGIN
    assert "after refusal: b''" in server.commands
