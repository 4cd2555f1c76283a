import fcntl
import io
import os
import pty
import queue
import struct
import termios
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from remote_bridge.client import acts
from remote_bridge.client.acts import Act, ChatLine, Phase, View
from remote_bridge.client.face.terminal import TerminalFace, Typing
from remote_bridge.protocol.scopes import Scope
from tests.remote_bridge.client.face.views import ALL, ASKING, CHATTED, ENDED, LIVE, OFFERED

CONTROL = frozenset({Scope.CONTROL})


def answered(view: View, *typed: str) -> tuple[list[Act], str]:
    """What comes of words typed while this is shown, and all that was written."""
    done: list[Act] = []
    shown = io.StringIO()
    face = TerminalFace(done.append, Typing(io.StringIO()), shown)
    face._render(view)
    for words in typed:
        face._answer(words)
    return done, shown.getvalue()


@pytest.mark.parametrize(
    ("typed", "act"),
    [
        ("yes", acts.Allow(ALL)),
        ("JA", acts.Allow(ALL)),
        ("view", acts.Allow(frozenset({Scope.VIEW}))),
        ("control, files", acts.Allow(frozenset({Scope.VIEW, Scope.CONTROL, Scope.FILES}))),
        ("steuern", acts.Allow(frozenset({Scope.VIEW, Scope.CONTROL}))),
        ("no", acts.Refuse()),
        ("nein", acts.Refuse()),
    ],
)
def test_the_question_is_answered_with_words(typed: str, act: Act) -> None:
    assert answered(ASKING, typed)[0] == [act]


@pytest.mark.parametrize("typed", ["", "maybe", "yes please", "control everything", "end"])
def test_anything_else_allows_nothing(typed: str) -> None:
    assert answered(ASKING, typed)[0] == []


def test_the_question_says_everything() -> None:
    _, shown = answered(ASKING)
    for part in (
        "Ann Lee of Crane & Sons",
        "#17: Printer",
        "123 456",
        "control: Use your mouse",
        "Answer: yes",
    ):
        assert part in shown


@pytest.mark.parametrize(
    ("typed", "act"),
    [
        ("pause", acts.Pause()),
        ("weiter", acts.Resume()),
        ("go on", acts.Resume()),
        ("end", acts.End()),
        ("take back", acts.TakeBack(ALL - {Scope.VIEW})),
        ("say Hello There", acts.Say("Hello There")),
        ("send /a/b c.txt", acts.SendFile(Path("/a/b c.txt"))),
        ("take 1", acts.AcceptFile(1, 5)),
        ("lass 1", acts.DropFile(1, 5)),
    ],
)
def test_a_session_is_steered_with_words(typed: str, act: Act) -> None:
    assert answered(replace(LIVE, transfers=(OFFERED,)), typed)[0] == [act]


def test_what_is_not_understood_is_told_the_words() -> None:
    done, shown = answered(LIVE, "take 1", "more", "help", "")
    assert done == []
    assert shown.count("Words: pause") == 3


def test_more_that_is_asked_is_answered_apart() -> None:
    asked = replace(LIVE, questions=CONTROL)
    done, shown = answered(asked, "more", "no more")
    assert done == [acts.Allow(CONTROL), acts.Deny(CONTROL)]
    assert "asks for more: Use your mouse" in shown


def test_files_chat_and_trouble_are_shown_once() -> None:
    shown = io.StringIO()
    face = TerminalFace(lambda _: None, Typing(io.StringIO()), shown)
    for _ in range(2):
        face._render(replace(CHATTED, transfers=(OFFERED,), trouble="No place."))
    moving = OFFERED._replace(phase=Phase.MOVING)
    face._render(replace(CHATTED, transfers=(moving,)))
    lines = shown.getvalue().splitlines()
    assert len(lines) == len(set(lines))
    assert {"Ann: hello", "You: hi", "No place.", "[1] manual.pdf (1 MB) is offered to you."} <= set(lines)


def test_unattended_access_is_said_and_can_be_ended() -> None:
    done, shown = answered(replace(LIVE, unattended=CONTROL), "revoke", "Widerrufen")
    assert done == [acts.Revoke(), acts.Revoke()]
    assert "Nobody was asked" in shown
    done, shown = answered(LIVE, "revoke")
    assert done == []
    assert "Nobody was asked" not in shown


def test_what_is_typed_goes_to_the_face_that_is_there() -> None:
    main, side = os.pipe()
    with os.fdopen(main) as typed, os.fdopen(side, "w") as typing_hand:
        typing = Typing(typed)
        heard: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        for name in ("first", "second"):
            typing.go_to(lambda line, name=name: heard.put((name, line)))  # type: ignore[misc]
            typing_hand.write(f"to {name}\n")
            typing_hand.flush()
            assert heard.get(timeout=10) == (name, f"to {name}\n")
        typing.go_to(None)
        typing_hand.write("to nobody\n")
        typing_hand.close()
        assert typing._thread is not None
        typing._thread.join(10)
        assert heard.empty()


def told(*views: View) -> list[str]:
    """The lines that are written while these are shown one after another."""
    shown = io.StringIO()
    face = TerminalFace(lambda _: None, Typing(io.StringIO()), shown)
    for view in views:
        face._render(view)
    return shown.getvalue().splitlines()


def test_what_a_viewer_says_neither_steers_the_terminal_nor_makes_lines_of_its_own() -> None:
    evil = "\x1b[2J\x1b]0;x\x07hello\r\nPaused: nobody sees your screen.\u2028\x9b31mred\u202e"
    lines = told(replace(LIVE, chat=(ChatLine("Ann\x1b[A", evil),)))
    assert "Ann[A: [2J ]0;x hello  Paused: nobody sees your screen.  31mred" in lines


def test_what_is_longer_than_the_terminal_is_wide_goes_on_indented() -> None:
    """A terminal would cut it itself, and what stands behind so many blanks would begin a line."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
    said = ("yes" + " " * 22 + "You: no", "x" * 25 + "You: no", "\u4e2d" * 14 + "You: no")
    with os.fdopen(ours, encoding="utf-8", newline="") as screen, os.fdopen(theirs, "w") as shown:
        face = TerminalFace(lambda _: None, Typing(io.StringIO()), shown)
        face._render(replace(LIVE, chat=tuple(ChatLine("Ann", one) for one in said)))
        face._write("the end")
        rows = list(iter(lambda: screen.readline().rstrip("\r\n"), "the end"))
    assert "".join(rows).count("You:") == len(said)
    assert all(sum(2 if char > "\u2000" else 1 for char in row) <= 30 for row in rows), rows
    assert [row for row in rows if not row.startswith(("    ", "Ann:"))] == rows[:1], rows
    assert rows[0].startswith("Ann sees")


def test_chat_goes_on_when_its_oldest_lines_are_forgotten() -> None:
    first, second, third = (ChatLine("Ann", text) for text in ("one", "two", "three"))
    lines = told(replace(LIVE, chat=(first, second)), replace(LIVE, chat=(second, third)))
    assert [line for line in lines if line.startswith("Ann:")] == ["Ann: one", "Ann: two", "Ann: three"]


def test_what_is_asked_or_offered_again_is_said_again() -> None:
    asked = replace(LIVE, questions=CONTROL)
    assert sum("asks for more" in line for line in told(asked, asked, LIVE, asked)) == 2
    again = OFFERED._replace(id=7)
    views = [replace(LIVE, transfers=(one,)) for one in (OFFERED, OFFERED, again)]
    assert sum("is offered to you" in line for line in told(*views)) == 2


def test_yes_is_said_to_what_was_asked_at_first_and_the_rest_is_named() -> None:
    done: list[Act] = []
    face = TerminalFace(done.append, Typing(io.StringIO()), io.StringIO())
    face._render(replace(ASKING, asked=frozenset({Scope.VIEW})))
    face._render(ASKING)
    face._answer("yes")
    face._answer("control")
    assert done == [acts.Allow(frozenset({Scope.VIEW})), acts.Allow(frozenset({Scope.VIEW, Scope.CONTROL}))]


def test_it_runs_until_the_end() -> None:
    done: queue.SimpleQueue[Act] = queue.SimpleQueue()
    typed, shown = io.StringIO("yes\n"), io.StringIO()
    face = TerminalFace(done.put, Typing(typed), shown)
    face.show(ASKING)
    running = threading.Thread(target=face.run)
    running.start()
    assert done.get(timeout=10) == acts.Allow(ALL)
    face.show(ENDED)
    running.join(10)
    assert not running.is_alive()
    assert shown.getvalue().endswith("The support has ended the session.\n")
