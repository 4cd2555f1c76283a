import io
import sys

import click
import pytest

from remote_bridge.client.face import pasting

tk = pytest.importorskip("tkinter", reason="this Python has no Tk (Debian: python3-tk)")
simpledialog = pytest.importorskip("tkinter.simpledialog", reason="this Python has no Tk")
messagebox = pytest.importorskip("tkinter.messagebox", reason="this Python has no Tk")


@pytest.mark.parametrize(("typed", "pasted"), [("https://x", "https://x"), (None, "")])
def test_it_is_pasted_into_a_window(
    display: str, monkeypatch: pytest.MonkeyPatch, typed: str | None, pasted: str
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    # The dialogue waits for a person.
    monkeypatch.setattr(simpledialog, "askstring", lambda *_, **__: typed)
    assert pasting.ask_for_link(is_in_terminal=False) == pasted


def test_without_a_window_it_is_typed_and_without_a_terminal_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":64321")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert pasting.ask_for_link(is_in_terminal=False) is None
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "https://x")  # reads a terminal
    assert pasting.ask_for_link(is_in_terminal=True) == "https://x"


def test_an_error_is_said_in_a_window_where_there_is_one(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    # It waits for a click.
    monkeypatch.setattr(messagebox, "showerror", lambda _title, text, **_: said.append(text))
    monkeypatch.setenv("DISPLAY", ":64321")
    pasting.tell_in_window("No.")
    monkeypatch.setenv("DISPLAY", display)
    pasting.tell_in_window("No.")
    assert said == ["No."]


def test_a_window_can_be_opened_where_there_is_a_display(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":64321")
    assert not pasting.can_open_window()
    monkeypatch.setenv("DISPLAY", display)
    assert pasting.can_open_window()
