"""The states of a session and who may send what when (docs/remote-protocol.md, 3 and 4).

Both the relay and the host use this: the host trusts neither the relay nor a viewer.
"""

from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from remote_bridge.protocol.errors import Misplaced
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.scopes import NONE, Scope, Scopes


class State(StrEnum):
    """Where a session stands."""

    WAITING = "waiting"
    ASKING = "asking"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class Why(StrEnum):
    """How a session ended."""

    HOST_ENDED = "host-ended"
    STAFF_ENDED = "staff-ended"
    REFUSED = "refused"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SIGNED_OUT = "signed-out"
    HOST_LOST = "host-lost"
    NOBODY = "nobody"
    RELAY = "relay"


class Side(Enum):
    """Who speaks: the side that is seen, or one that sees."""

    HOST = "host"
    VIEWER = "viewer"


_AFTER_CONSENT = frozenset({State.LIVE, State.PAUSED})
_WITH_HOST = frozenset({State.ASKING, State.LIVE, State.PAUSED})


@dataclass(frozen=True, slots=True)
class Standing:
    """State, what was asked for and what is granted. Each verb gives the next one, or Misplaced."""

    state: State
    asked: Scopes
    granted: Scopes = NONE

    def come(self) -> "Standing":
        """A host is there: the first one is asked, one that comes again goes on where it was."""
        self._must_be(self.state is not State.ENDED)
        return replace(self, state=State.ASKING) if self.state is State.WAITING else self

    def consent(self, scopes: Scopes) -> "Standing":
        """Grant a part of what was asked: the first grant has `view` and begins the session."""
        self._must_be(self.state in _WITH_HOST)
        self._must_be(bool(scopes) and scopes <= self.asked)
        if self.state is State.ASKING:
            self._must_be(Scope.VIEW in scopes)
            return replace(self, state=State.LIVE, granted=scopes)
        return replace(self, granted=self.granted | scopes)

    def ask(self, scopes: Scopes) -> "Standing":
        """A viewer asks for more, whenever: what it asked stands until it is declined."""
        self._must_be(self.state is not State.ENDED and bool(scopes))
        return replace(self, asked=self.asked | scopes)

    def decline(self, scopes: Scopes) -> "Standing":
        """Say no to what was asked and is not granted; `view` was asked by the session itself."""
        self._must_be(self.state in _WITH_HOST)
        self._must_be(bool(scopes) and Scope.VIEW not in scopes)
        return replace(self, asked=self.asked - (scopes - self.granted))

    def withdraw(self, scopes: Scopes) -> "Standing":
        """Take scopes back. They stay asked, so that the host may grant them again."""
        self._must_be(self.state in _AFTER_CONSENT)
        self._must_be(bool(scopes) and Scope.VIEW not in scopes)
        return replace(self, granted=self.granted - scopes)

    def pause(self) -> "Standing":
        """Nothing is shown and nothing done until `resume`."""
        self._must_be(self.state is State.LIVE)
        return replace(self, state=State.PAUSED)

    def resume(self) -> "Standing":
        """Go on after `pause`."""
        self._must_be(self.state is State.PAUSED)
        return replace(self, state=State.LIVE)

    def refuse(self) -> "Standing":
        """Say no to the session."""
        self._must_be(self.state is State.ASKING)
        return self.end()

    def end(self) -> "Standing":
        """It is over, whoever said so."""
        self._must_be(self.state is not State.ENDED)
        return replace(self, state=State.ENDED, granted=NONE)

    def _must_be(self, allowed: bool) -> None:  # noqa: FBT001 - a guard reads best like this
        if not allowed:
            raise Misplaced(f"not while {self.state}")


class Verdict(Enum):
    """What becomes of a frame."""

    PASS = "pass"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a channel is open: in which states, with which grant, and whether only one viewer may send."""

    states: frozenset[State]
    scope: Scope | None = None
    from_host: bool = True
    controller_only: bool = False


_LIVE = frozenset({State.LIVE})
_RULES: dict[Channel, _Rule] = {
    Channel.HANDSHAKE: _Rule(_WITH_HOST),
    Channel.SCREEN: _Rule(_AFTER_CONSENT, Scope.VIEW),
    Channel.INPUT: _Rule(_LIVE, Scope.CONTROL, from_host=False, controller_only=True),
    Channel.CLIPBOARD: _Rule(_LIVE, Scope.CLIPBOARD, controller_only=True),
    Channel.CHAT: _Rule(_AFTER_CONSENT),
    Channel.FILES: _Rule(_LIVE, Scope.FILES, controller_only=True),
}


def judge(channel: Channel, side: Side, standing: Standing, *, controls: bool = True) -> Verdict:
    """Whether a frame of `side` may pass now; Misplaced for a channel that this side never has.

    `controls`: whether the viewer that it comes from has the control. Of the host's frames none is dropped
    for that: it may not know yet who has it, and a gap in its counters would end the viewer's connection.
    """
    rule = _RULES[channel]
    if side is Side.HOST and not rule.from_host:
        raise Misplaced("this channel is for viewers only")
    is_open = standing.state in rule.states and (rule.scope is None or rule.scope in standing.granted)
    is_theirs = side is Side.HOST or controls or not rule.controller_only
    return Verdict.PASS if is_open and is_theirs else Verdict.DROP
