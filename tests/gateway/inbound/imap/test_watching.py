"""One source, held: its end, its faults, and what is left after a drop at any byte."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import clock
from gateway.desk.servers.reach import Reach
from gateway.inbound.imap import watching
from gateway.inbound.imap.stopping import Stopper
from gateway.inbound.imap.watching import Watch
from gateway.store import session
from gateway.store.imap import SourceState
from gateway.store.models import ImapSource
from gateway.store.servers import Security, Trouble
from tests.fakes.authority import make_authority
from tests.fakes.cutting import cut_everywhere
from tests.fakes.desk import eventually
from tests.fakes.fetching import SEAL, Fetching
from tests.fakes.imap_server import Folder, ImapServer
from tests.world import mail

STEP = 17
"""Every so many bytes of the dialogue; a journey takes them all."""


def test_a_drop_at_any_byte_loses_nothing_doubles_nothing_and_marks_last(
    scripted: Fetching, server: ImapServer
) -> None:
    assert cut_everywhere(scripted, server, step=STEP) > 1000


@dataclass
class Running:
    """A watch in a thread of its own, until stopped."""

    stopper: Stopper
    thread: threading.Thread
    outcome: list[Trouble | None]


@contextmanager
def watched(fetching: Fetching) -> Iterator[Running]:
    source = fetching.lease()
    assert source is not None
    stopper, outcome = Stopper(), list[Trouble | None]()
    watch = Watch(fetching.office, source, fetching.reach, SEAL, stopper, fetching.setbacks)
    thread = threading.Thread(target=lambda: outcome.append(watch.run()))
    thread.start()
    try:
        yield Running(stopper, thread, outcome)
    finally:
        stopper.set()
        thread.join(20)
        assert not thread.is_alive()
        stopper.close()


def test_news_is_taken_at_once_while_it_idles(scripted: Fetching, server: ImapServer) -> None:
    scripted.begin()
    with watched(scripted):
        assert eventually(lambda: "IDLE" in server.commands, within=10)
        for number in range(1, 4):
            server.deliver(mail())
            assert eventually(lambda number=number: len(scripted.raws()) == number, within=10)  # type: ignore[misc]
    assert "NOOP" not in server.commands


def test_a_server_without_idle_is_asked(
    scripted: Fetching, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A constant of time, so that the test takes less of it.
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.05)
    server.capabilities = ("IMAP4rev1", "AUTH=PLAIN")
    scripted.begin()
    with watched(scripted):
        assert eventually(lambda: "NOOP" in server.commands, within=10)
        server.deliver(mail())
        assert eventually(lambda: len(scripted.raws()) == 1, within=10)
    assert "IDLE" not in server.commands


def test_idle_is_begun_anew_and_what_the_server_did_not_tell_is_found(
    scripted: Fetching, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Constants of time, so that the test takes less of it.
    monkeypatch.setattr(watching, "IDLE_SECONDS", 0.1)
    server.is_silent = True
    scripted.begin()
    with watched(scripted):
        assert eventually(lambda: server.commands.count("IDLE") > 2, within=10)
        server.deliver(mail())
        assert eventually(lambda: len(scripted.raws()) == 1, within=10)


def test_idle_lasts_less_than_the_29_minutes_of_rfc_2177() -> None:
    assert watching.IDLE_SECONDS < 29 * 60
    assert watching.POLL_SECONDS <= 1


def test_every_folder_is_watched(scripted: Fetching, server: ImapServer) -> None:
    server.folders["Sales"] = Folder()
    scripted.begin(folders=("INBOX", "Sales"))
    with watched(scripted):
        assert eventually(lambda: server.commands.count("IDLE") == 2, within=10)
        server.deliver(mail(), folder="Sales")
        assert eventually(lambda: len(scripted.raws()) == 1, within=10)
        server.deliver(mail())
        assert eventually(lambda: len(scripted.raws()) == 2, within=10)


def test_it_stops_within_seconds_while_it_idles_and_gives_the_source_back(
    scripted: Fetching, server: ImapServer
) -> None:
    scripted.begin()
    with watched(scripted) as running:
        assert eventually(lambda: "IDLE" in server.commands, within=10)
        began = clock.monotonic()
        running.stopper.set()
        running.thread.join(20)
        assert clock.monotonic() - began < 5
    assert running.outcome == [None]
    assert (scripted.source().lease_token, scripted.source().leased_until) == ("", None)


def test_a_dropped_connection_rests_for_a_moment_and_goes_on(scripted: Fetching, server: ImapServer) -> None:
    scripted.begin()
    with watched(scripted) as running:
        assert eventually(lambda: "IDLE" in server.commands, within=10)
        server.hang_up()
        running.thread.join(20)
    assert running.outcome == [Trouble.DROPPED]
    row = scripted.source()
    assert row.last_error == "dropped"
    assert row.failing_since is not None
    assert row.leased_until is not None
    assert row.leased_until - row.failing_since < timedelta(seconds=5)
    scripted.look()
    row = scripted.source()
    assert (row.last_error, row.failing_since) == ("", None)


def test_a_wrong_password_rests_for_a_minute_and_longer_the_longer_it_is_wrong(
    scripted: Fetching, server: ImapServer
) -> None:
    scripted.connect(sealed_secret=SEAL.seal("wrong"))
    assert scripted.look() is Trouble.LOGIN
    row = scripted.source()
    assert row.leased_until is not None
    assert row.failing_since is not None
    assert row.leased_until - row.failing_since >= timedelta(seconds=60)
    with session.transaction() as db:
        db.query(ImapSource).update({"failing_since": clock.now() - timedelta(days=1)})
    scripted.look()
    rest = (scripted.source().leased_until or clock.now()) - clock.now()
    assert timedelta(minutes=14) < rest <= timedelta(minutes=15)
    assert scripted.source().last_error.startswith("login")


def test_an_expired_certificate_is_told_and_nothing_is_fetched(
    scripted: Fetching, server: ImapServer, tmp_path: Path
) -> None:
    authority = make_authority(tmp_path / "ca", is_expired=True)
    server.tls = authority.server_context()
    server.inbox.add(mail())
    scripted.reach = Reach(allows_private=True, tls=authority.client_context())
    scripted.connect(security=Security.TLS)
    assert scripted.look() is Trouble.CERTIFICATE_EXPIRED
    assert scripted.source().last_error == "certificate-expired: certificate has expired"
    assert server.commands == []


def test_a_trial_is_counted_and_given_back_for_a_minute(scripted: Fetching, server: ImapServer) -> None:
    scripted.connect()
    assert scripted.look() is None
    row = scripted.source()
    assert row.state == SourceState.TRIAL
    assert row.trial is not None
    assert row.checked_at is not None
    assert row.leased_until is not None
    assert timedelta(seconds=30) < row.leased_until - row.checked_at < timedelta(seconds=70)


def test_while_our_side_cannot_keep_mail_nothing_is_marked_and_later_all_is_taken(
    scripted: Fetching, server: ImapServer
) -> None:
    server.inbox.add(mail(), mail())
    scripted.begin()
    spool = scripted.world.blobs.spool_dir
    spool.rename(spool.with_name("away"))
    assert scripted.look() is Trouble.OURS
    assert [message.flags for message in server.inbox.messages] == [set(), set()]
    spool.with_name("away").rename(spool)
    assert scripted.look() is None
    assert len(scripted.raws()) == 2
