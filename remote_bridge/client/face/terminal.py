"""The face in a terminal, for computers without Tk: everything is a line, and an answer is a word."""

import os
import queue
import threading
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from remote_bridge.client import acts
from remote_bridge.client.acts import Act, ChatLine, Line, Phase, Transfer, View
from remote_bridge.client.face import wording
from remote_bridge.client.texts import _
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.state import State

_MEANS = {
    "ja": "yes", "j": "yes", "y": "yes", "nein": "no", "n": "no", "sehen": "view", "steuern": "control",
    "zwischenablage": "clipboard", "dateien": "files", "weiter": "go on", "zurücknehmen": "take back",
    "ende": "end", "mehr": "more", "nicht mehr": "no more", "sag": "say", "sende": "send", "nimm": "take",
    "lass": "drop", "widerrufen": "revoke",
}  # fmt: skip
"""German words, and letters for words. The English ones are always understood."""

_INDENT = "\n    "
_LEAST_COLUMNS = 12


class Typing:
    """What is typed, for one face after another: a thread that waits for a line cannot be told to stop."""

    def __init__(self, typed: IO[str]) -> None:
        self._typed = typed
        self._take: Callable[[str], None] | None = None
        self._thread: threading.Thread | None = None

    def go_to(self, take: Callable[[str], None] | None) -> None:
        """From now on lines go there; None: they go nowhere."""
        self._take = take
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, daemon=True)
            self._thread.start()

    def _listen(self) -> None:
        for line in self._typed:
            if self._take is not None:
                self._take(line)


class TerminalFace:
    """Reads words from `typed`, writes lines to `shown`."""

    def __init__(self, act: Callable[[Act], None], typed: Typing, shown: IO[str]) -> None:
        self._act, self._typed, self._shown = act, typed, shown
        self._events: queue.SimpleQueue[View | str | None] = queue.SimpleQueue()
        self._view = View()
        self._said: set[str] = set()
        self._standing = ""
        self._offered: Scopes | None = None

    def show(self, view: View) -> None:
        self._events.put(view)

    def fail(self, text: str) -> None:
        self._events.put(None)  # the command says it, as every error

    def run(self) -> None:
        self._typed.go_to(self._events.put)
        try:
            self._until_over()
        finally:
            self._typed.go_to(None)

    def _until_over(self) -> None:
        while (event := self._events.get()) is not None:
            if isinstance(event, View):
                self._render(event)
                if event.state is State.ENDED:
                    return
            else:
                self._answer(event.strip())

    def _write(self, text: str) -> None:
        """Names and chat come from elsewhere: they neither steer the terminal nor make lines of ours."""
        columns = _columns(self._shown)
        rows = [row for line in text.splitlines() for row in _rows(_plain(line), columns)]
        print(_INDENT.join(rows), file=self._shown, flush=True)

    def _once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._write(text)

    def _render(self, view: View) -> None:
        before, self._view = self._view, view
        if (standing := wording.standing(view)) != self._standing:
            self._standing = standing
            self._write(standing)
        if said := wording.unattended(view):
            self._once(said)
        if view.trouble and view.trouble != before.trouble:
            self._write(view.trouble)
        if view.state is State.ASKING and view.line is Line.UP:
            self._render_question(view)
        if view.questions and view.questions != before.questions:
            asked = "; ".join(wording.scope_text(s) for s in wording.scopes_in_order(view.questions))
            self._write(
                _("The support asks for more: %(scopes)s. Answer: more, or no more") % {"scopes": asked}
            )
        for line in _new_lines(before.chat, view.chat):
            self._write(wording.chat_text(line))
        known = {(place, one._replace(moved=0)) for place, one in enumerate(before.transfers, 1)}
        for place, one in enumerate(view.transfers, 1):
            if (place, one._replace(moved=0)) not in known:
                self._render_transfer(place, one)

    def _render_transfer(self, place: int, one: Transfer) -> None:
        if one.phase is not Phase.MOVING:
            self._write(f"[{place}] {wording.transfer_text(one)}")
        if one.phase is Phase.OFFERED and one.is_incoming:
            self._write(_("Answer: take %(place)d, or drop %(place)d") % {"place": place})

    def _render_question(self, view: View) -> None:
        if self._offered is None:
            self._offered = view.asked
        self._once(wording.who_asks(view))
        self._once(wording.through(view))
        self._once(wording.about(view))
        self._once(wording.until(view.expires_at))
        for scope in wording.scopes_in_order(view.asked):
            self._once(f"  {wording.scope_word(scope)}: {wording.scope_text(scope)}")
        if any(person.code for person in view.people):
            self._once(wording.codes(view.people))
        self._once(_("Answer: yes, view (look only), the words that you allow, or no"))

    def _answer(self, text: str) -> None:
        """What was typed, as an act; else the words that are understood."""
        act = self._asked(text) if self._view.state is State.ASKING else self._command(text)
        if act is not None:
            self._act(act)
        elif text:
            self._write(
                _(
                    "Words: pause, go on, take back, revoke (unattended access), end, say TEXT, send FILE, "
                    "take N, drop N, more, no more"
                )
            )

    def _asked(self, text: str) -> Act | None:
        words = [_MEANS.get(word, word) for word in text.casefold().replace(",", " ").split()]
        if words == ["no"]:
            return acts.Refuse()
        if words == ["yes"]:
            # What was asked for meanwhile may not have been read yet: that has to be named.
            return acts.Allow((self._offered or frozenset()) & self._view.asked)
        named = [scope for scope in Scope if scope.value in words]
        if words and len(named) == len(words):
            return acts.Allow(frozenset({*named, Scope.VIEW}) & self._view.asked)
        return None

    def _command(self, text: str) -> Act | None:
        word, _space, rest = text.partition(" ")
        match _meant(text):
            case "pause":
                return acts.Pause()
            case "go on":
                return acts.Resume()
            case "end":
                return acts.End()
            case "revoke" if self._view.unattended:
                return acts.Revoke()
            case "take back":
                return acts.TakeBack(self._view.granted - {Scope.VIEW})
            case "more" if self._view.questions:
                return acts.Allow(self._view.questions)
            case "no more" if self._view.questions:
                return acts.Deny(self._view.questions)
            case _:
                return self._command_with(_meant(word), rest.strip())

    def _command_with(self, word: str, rest: str) -> Act | None:
        if word == "say" and rest:
            return acts.Say(rest)
        if word == "send" and rest:
            return acts.SendFile(Path(rest).expanduser())
        if word in ("take", "drop") and rest.isdecimal() and 0 < int(rest) <= len(self._view.transfers):
            one = self._view.transfers[int(rest) - 1]
            return (acts.AcceptFile if word == "take" else acts.DropFile)(one.viewer, one.id)
        return None


def _new_lines(before: tuple[ChatLine, ...], now: tuple[ChatLine, ...]) -> tuple[ChatLine, ...]:
    """What was said since: the oldest lines are forgotten, so that places in the list say nothing."""
    if not before:
        return now
    return now[next((at for at in range(len(now), 0, -1) if now[at - 1] is before[-1]), 0) :]


def _plain(line: str) -> str:
    return "".join(char for char in line if not unicodedata.category(char).startswith("C")).strip()


def _columns(shown: IO[str]) -> int:
    """How wide the terminal is; 0 where it is none."""
    try:
        return os.get_terminal_size(shown.fileno()).columns
    except (OSError, ValueError):
        return 0


def _rows(line: str, columns: int) -> Iterator[str]:
    """A line, cut before the terminal cuts it, as what goes on there would begin a line."""
    room = columns - len(_INDENT)
    while columns >= _LEAST_COLUMNS and (end := _fitting(line, room)) < len(line):
        end = line.rfind(" ", 1, end + 1) if " " in line[1 : end + 1] else end
        yield line[:end]
        line = line[end:].lstrip()
    yield line


def _fitting(line: str, room: int) -> int:
    """How many characters of it fit; those that may be wide count as wide."""
    for at, char in enumerate(line):
        room -= 2 if unicodedata.east_asian_width(char) in "AFW" else 1
        if room < 0:
            return max(at, 1)
    return len(line)


def _meant(text: str) -> str:
    word = text.casefold()
    return _MEANS.get(word, word)
