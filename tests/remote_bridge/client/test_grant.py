"""Unattended access in a session: to what it consents by itself, and what becomes of that when revoked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from remote_bridge.client import acts
from remote_bridge.client.desk import Desk
from remote_bridge.client.grant import Grant, NoGrant
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.protocol import messages
from remote_bridge.protocol.news import Asked
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.state import State, Why
from tests.remote_bridge.client.meetings import ALL, VIEW, Granted, Met, meeting, story

CONTROL = frozenset({Scope.CONTROL})
FILES = frozenset({Scope.FILES})


def test_a_link_grants_nothing_without_asking() -> None:
    grant: Grant = NoGrant()
    grant.revoke()
    assert grant.scopes() == frozenset()


def test_what_is_granted_and_asked_is_consented_to_at_once_and_the_rest_is_a_question(tmp_path: Path) -> None:
    async def told() -> None:
        grant = Granted(VIEW | CONTROL)
        async with meeting(tmp_path, asked=ALL - {Scope.CLIPBOARD}, grant=grant) as met:
            viewer = await met.relay.join(1)
            await met.until(lambda: met.same(viewer))
            assert met.relay.told == [messages.Consent(VIEW | CONTROL)]
            assert all(view.state is not State.ASKING for view in met.views), "nobody was ever asked"
            assert (met.view.granted, met.view.unattended) == (VIEW | CONTROL, VIEW | CONTROL)
            assert met.view.questions == FILES
            met.session.act(acts.Allow(FILES))
            assert (met.view.granted, met.view.unattended) == (VIEW | CONTROL | FILES, VIEW | CONTROL)

    story(told)


@pytest.mark.parametrize(("granted", "asked"), [(frozenset(), ALL), (CONTROL, ALL)])
def test_without_the_screen_in_the_grant_somebody_is_asked(
    tmp_path: Path, granted: Scopes, asked: Scopes
) -> None:
    async def told() -> None:
        async with meeting(tmp_path, asked=asked, grant=Granted(granted)) as met:
            await met.relay.join(1)
            await met.told_all()
            assert (met.view.state, met.opened, met.relay.told) == (State.ASKING, [], [])

    story(told)


def test_what_is_asked_for_later_is_consented_to_if_it_is_granted(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, asked=VIEW, grant=Granted(VIEW | CONTROL)) as met:
            await met.relay.join(1)
            await met.relay.text(Asked(1, CONTROL | FILES).text())
            await met.until(lambda: len(met.relay.told) == 2)
            assert met.relay.told[1] == messages.Consent(CONTROL)
            assert met.view.questions == FILES

    story(told)


def test_what_the_customer_took_back_needs_their_yes(tmp_path: Path) -> None:
    async def told() -> None:
        async with meeting(tmp_path, grant=Granted(ALL)) as met:
            await met.relay.join(1)
            await met.until(lambda: met.view.state is State.LIVE)
            met.session.act(acts.TakeBack(CONTROL))
            await met.relay.text(Asked(1, CONTROL).text())
            await met.until(lambda: met.view.questions == CONTROL)
            assert met.view.granted == ALL - CONTROL
            assert met.view.unattended == ALL - CONTROL

    story(told)


def by_banner(met: Met, _grant: Granted) -> None:
    met.session.act(acts.Revoke())


def elsewhere(met: Met, grant: Granted) -> None:
    grant.now = frozenset()
    met.session.regrant()


@pytest.mark.parametrize("revoke", [by_banner, elsewhere])
def test_revoked_it_is_over_at_once(tmp_path: Path, revoke: Callable[[Met, Granted], None]) -> None:
    async def told() -> None:
        grant = Granted(VIEW | CONTROL)
        async with meeting(tmp_path, grant=grant) as met:
            await met.relay.join(1)
            await met.until(lambda: met.view.state is State.LIVE)
            revoke(met, grant)
            assert grant.now == frozenset()
            assert (met.view.state, met.view.why) == (State.ENDED, Why.HOST_ENDED)
            await met.running
            await met.until(lambda: messages.End() in met.relay.told)

    story(told)


def test_a_part_that_is_revoked_is_withdrawn(tmp_path: Path) -> None:
    async def told() -> None:
        grant = Granted(VIEW | CONTROL)
        async with meeting(tmp_path, grant=grant) as met:
            await met.relay.join(1)
            await met.until(lambda: met.view.state is State.LIVE)
            grant.now = VIEW
            met.session.regrant()
            await met.until(lambda: messages.Withdraw(CONTROL) in met.relay.told)
            assert (met.view.state, met.view.granted, met.view.unattended) == (State.LIVE, VIEW, VIEW)

    story(told)


def test_a_session_that_somebody_has_allowed_goes_on(tmp_path: Path) -> None:
    async def told() -> None:
        grant = Granted(frozenset())
        async with meeting(tmp_path, grant=grant) as met:
            await met.shown(VIEW)
            met.session.regrant()
            assert met.view.state is State.LIVE

    story(told)


def test_a_grant_that_comes_while_somebody_is_asked_answers(tmp_path: Path) -> None:
    async def told() -> None:
        grant = Granted(frozenset())
        async with meeting(tmp_path, grant=grant) as met:
            await met.relay.join(1)
            grant.now = VIEW
            met.session.regrant()
            await met.until(lambda: met.relay.told == [messages.Consent(VIEW)])

    story(told)


def test_what_cannot_be_revoked_for_good_is_said(tmp_path: Path) -> None:
    async def told() -> None:
        grant = Granted(VIEW, is_stuck=True)
        async with meeting(tmp_path, grant=grant) as met:
            await met.relay.join(1)
            await met.until(lambda: met.view.state is State.LIVE)
            met.session.act(acts.Revoke())
            assert "disk" in met.view.trouble

    story(told)


def test_without_a_screen_nothing_is_consented_to_and_the_question_says_why(tmp_path: Path) -> None:
    def no_desk() -> Desk:
        raise ScreenUnavailable("No screen.")

    async def told() -> None:
        async with meeting(tmp_path, open_desk=no_desk, grant=Granted(ALL)) as met:
            assert (met.view.state, met.view.trouble) == (State.ASKING, "No screen.")
            assert met.relay.told == []
            assert met.view.unattended == frozenset()

    story(told)
