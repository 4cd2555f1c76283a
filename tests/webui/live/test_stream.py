"""The stream as browsers have it: over a real server, with what other processes tell."""

import signal
import time

from sqlalchemy import select

from gateway import clock
from gateway.desk import noting, signin, staff
from gateway.desk.staff import Access
from gateway.rules.access import Actor, Role
from gateway.store import session
from gateway.store.models import Staff
from tests.admitting import add_guest, add_limited, add_person, cookie_of, group_of
from tests.fakes.desk import Server
from tests.fakes.events import Listening
from tests.fakes.web import Web
from tests.webui.cast import World, mail


def note(world: World, number: int = 1) -> None:
    with session.transaction() as db:
        noting.note(db, world.ours.actor, number, "Call her.", now=clock.now())


def test_what_another_process_commits_is_heard_at_once(web: Web, world: World) -> None:
    with Listening(web.port, world.ours.cookie) as stream:
        note(world)
        assert stream.hears("ticket", "1")
        world.ours.receive(mail("New one"))
        assert stream.hears("ticket", "2")


def test_the_stream_is_neither_packed_nor_kept(web: Web, world: World) -> None:
    with Listening(web.port, world.ours.cookie) as stream:
        head = stream.text.partition(b"\r\n\r\n")[0].lower()
    assert b"200 ok" in head
    assert b"content-type: text/event-stream" in head
    assert b"x-accel-buffering: no" in head
    assert b"content-encoding" not in head
    assert b"content-security-policy" in head


def test_strangers_hear_nothing_of_it(web: Web, world: World) -> None:
    with (
        Listening(web.port, world.stranger.cookie) as stranger,
        Listening(web.port, world.ours.cookie) as ours,
    ):
        note(world)
        assert ours.hears("ticket", "1")
    assert stranger.said == []


def test_who_sees_some_tickets_only_learns_no_number(web: Web, world: World) -> None:
    key, _ = group_of(world.ours.actor, "Theirs")
    limited = cookie_of(add_limited(world.ours.account_id, [key]), now=clock.now())
    with Listening(web.port, limited) as stream:
        note(world)
        assert stream.hears("ticket", "")
        assert stream.said == [("ticket", "")]


def test_nobody_and_guests_have_no_stream(web: Web, world: World) -> None:
    guest = cookie_of(add_guest(world.ours.account_id, ticket=1), now=clock.now())
    for cookie, status in ((guest, b"404"), ("", b"303")):
        stream = Listening(web.port, cookie)
        assert stream.waits_for(lambda: b"\r\n\r\n" in stream.text)  # noqa: B023 - used at once
        assert stream.text.split()[1] == status
        stream.close()


def test_it_ends_as_soon_as_one_signs_out(web: Web, world: World) -> None:
    with Listening(web.port, world.ours.cookie) as stream:
        with session.transaction() as db:
            signin.close_session(db, world.ours.cookie)
        assert stream.hears("end")
        assert stream.text.endswith(b"0\r\n\r\n")


def test_a_queue_server_that_was_away_is_heard_again(web: Web, world: World, server: Server) -> None:
    with Listening(web.port, world.ours.cookie) as stream:
        server.stop(signal.SIGKILL)
        note(world)
        server.start()
        assert stream.hears("look")
        note(world)
        assert stream.hears("ticket", "1")


def test_open_streams_do_not_keep_the_server_from_stopping(web: Web, world: World) -> None:
    streams = [Listening(web.port, world.ours.cookie).__enter__() for _ in range(5)]
    begun = time.monotonic()
    web.process.send_signal(signal.SIGTERM)
    assert web.process.wait(10) == 0
    assert time.monotonic() - begun < 5
    assert all(stream.has_ended.wait(2) for stream in streams)
    for stream in streams:
        stream.close()


def test_who_has_gone_leaves_their_place(web: Web, world: World) -> None:
    """More streams one after the other than a person may have at once."""
    for _ in range(25):
        with Listening(web.port, world.ours.cookie) as stream:
            assert stream.text
    many = [Listening(web.port, world.ours.cookie) for _ in range(21)]
    assert all(stream.waits_for(lambda s=stream: b"\r\n\r\n" in s.text) for stream in many)  # type: ignore[misc]
    refused = [stream for stream in many if b" 503 " in stream.text.partition(b"\r\n")[0]]
    assert len(refused) == 1
    for stream in many:
        stream.close()


def test_a_person_whose_rights_change_learns_no_more_than_they_may(web: Web, world: World) -> None:
    admin = add_person(world.ours.account_id, Role.ADMIN, now=clock.now())
    cookie = cookie_of(Actor(world.ours.account_id, Role.ADMIN, admin), now=clock.now())
    with session.reading() as db:
        public_id = db.execute(select(Staff.public_id).where(Staff.id == admin)).scalar_one()
    _, group = group_of(world.ours.actor, "Theirs")
    with Listening(web.port, cookie) as stream:
        with session.transaction() as db:
            access = Access(role=Role.STAFF, sees_all=False, groups=(group,))
            staff.set_access(db, world.ours.actor, public_id, access, now=clock.now())
        note(world)
        assert stream.hears("ticket", "")
        assert ("ticket", "1") not in stream.said
