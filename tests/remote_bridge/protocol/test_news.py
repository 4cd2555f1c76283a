from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remote_bridge.protocol.errors import Malformed, ProtocolError
from remote_bridge.protocol.messages import MOST_TEXT_BYTES
from remote_bridge.protocol.news import (
    MOST_NAME_CHARS,
    MOST_VIEWERS,
    Asked,
    Ended,
    HostWelcome,
    Joined,
    Left,
    Stands,
    ToHost,
    ToViewer,
    ViewerWelcome,
    Watching,
    parse_to_host,
    parse_to_viewer,
)
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State, Why
from tests.remote_bridge.vectors import code_of, vectors_of

VIEW, ALL = frozenset({Scope.VIEW}), frozenset(Scope)
WATCHING = (Watching(1, "Änne", controls=True), Watching(2, "Bo", controls=False))
HOST_WELCOME = HostWelcome(
    session="r7k2m9q4",
    asked=ALL,
    granted=VIEW,
    who="Änne Müller",
    business="Kranich & Söhne",
    number=17,
    subject="Drucker \U0001f5a8",
    expires_at=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
    state=State.PAUSED,
    viewers=WATCHING,
)
VIEWER_WELCOME = ViewerWelcome(
    session="r7k2m9q4",
    viewer=2,
    name="Bo",
    may_control=False,
    state=State.ASKING,
    asked=ALL,
    granted=frozenset(),
    host=True,
    viewers=WATCHING,
)
STANDS = Stands(State.LIVE, ALL, VIEW, host=False, viewers=WATCHING)

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=MOST_NAME_CHARS)


@pytest.mark.parametrize(
    "message",
    [HOST_WELCOME, STANDS, Joined(3, "Änne"), Left(3, ""), Asked(3, VIEW), *(Ended(why) for why in Why)],
)
def test_what_a_host_is_told_is_understood(message: ToHost) -> None:
    assert parse_to_host(message.text()) == message


@pytest.mark.parametrize("message", [VIEWER_WELCOME, STANDS, Ended(Why.RELAY)])
def test_what_a_viewer_is_told_is_understood(message: ToViewer) -> None:
    assert parse_to_viewer(message.text().encode()) == message


@pytest.mark.parametrize("message", [HOST_WELCOME, Joined(3, "Änne"), Asked(3, VIEW)])
def test_what_is_for_the_host_is_not_for_viewers(message: ToHost) -> None:
    with pytest.raises(Malformed):
        parse_to_viewer(message.text())


def test_texts_are_judged_as_the_vectors_say() -> None:
    for kind, read in (("to_host", parse_to_host), ("to_viewer", parse_to_viewer)):
        for one in vectors_of("texts")[kind]:
            assert code_of(read, one["text"]) == one["code"], one


@given(st.lists(names, max_size=MOST_VIEWERS))
def test_the_state_of_a_full_session_is_a_short_text(given_names: list[str]) -> None:
    viewers = tuple(Watching(2**32 - 1 - n, name, controls=True) for n, name in enumerate(given_names))
    stands = Stands(State.WAITING, ALL, ALL, host=False, viewers=viewers)
    assert len(stands.text().encode()) <= MOST_TEXT_BYTES
    assert parse_to_viewer(stands.text()) == stands


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_nothing_breaks_the_readers(data: str | bytes) -> None:
    for read in (parse_to_host, parse_to_viewer):
        try:
            read(data)
        except ProtocolError:
            continue
