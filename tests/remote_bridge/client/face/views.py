"""Moments of a session as faces are shown them."""

from dataclasses import replace
from datetime import UTC, datetime

from remote_bridge.client.acts import ChatLine, Line, Person, Phase, Transfer, View
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State, Why

ALL = frozenset(Scope)
ANN, BEN = Person(1, "Ann", controls=True, code="123 456"), Person(2, "Ben", controls=False, code="654 321")
ASKING = View(
    line=Line.UP,
    state=State.ASKING,
    desk="support.crane.example",
    who="Ann Lee",
    business="Crane & Sons",
    number=17,
    subject="Printer",
    expires_at=datetime(2030, 1, 2, 12, 0, tzinfo=UTC),
    asked=ALL,
    people=(ANN,),
)
LIVE = replace(ASKING, state=State.LIVE, granted=ALL)
PAUSED = replace(LIVE, state=State.PAUSED)
ENDED = replace(LIVE, state=State.ENDED, why=Why.STAFF_ENDED)
OFFERED = Transfer(1, 5, "manual.pdf", 1_234_567, 0, is_incoming=True, phase=Phase.OFFERED)
CHATTED = replace(LIVE, chat=(ChatLine("Ann", "hello"), ChatLine("", "hi")))
