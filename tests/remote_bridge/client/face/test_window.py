import contextlib
import gc
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remote_bridge.client import acts
from remote_bridge.client.acts import Act, ChatLine, Line, View
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import Why
from tests.remote_bridge.client.face.views import ALL, ASKING, CHATTED, ENDED, LIVE, OFFERED, PAUSED

tk = pytest.importorskip("tkinter", reason="this Python has no Tk (Debian: python3-tk)")
ttk = pytest.importorskip("tkinter.ttk", reason="this Python has no Tk (Debian: python3-tk)")
window = pytest.importorskip("remote_bridge.client.face.window", reason="this Python has no Tk")

CONTROL = frozenset({Scope.CONTROL})


class Shown:
    """A face on a real display, and what was done on it."""

    def __init__(self) -> None:
        self.done: list[Act] = []
        self.reported: list[str] = []
        self.face = window.WindowFace(self.done.append, report=self._report)

    def _report(self, why: str) -> str:
        self.reported.append(why)
        return "It is in your browser."

    def buttons(self) -> list[str]:
        return [str(w.cget("text")) for w in self._all() if isinstance(w, ttk.Button)]

    def see(self, view: View) -> None:
        self.face._render(view)
        self.face.root.update()

    def texts(self) -> str:
        return "\n".join(str(w.cget("text")) for w in self._all() if isinstance(w, ttk.Label))

    def _all(self) -> list[Any]:
        found: list[Any] = []
        waiting = [self.face.root]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting += one.winfo_children()
        return found

    def button(self, text: str) -> Any:
        return next(w for w in self._all() if isinstance(w, ttk.Button) and w.cget("text") == text)

    def ticks(self) -> list[Any]:
        boxes = [w for w in self._all() if isinstance(w, ttk.Checkbutton)]
        return sorted(boxes, key=lambda box: box.winfo_rooty())


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Windows are let go of by this thread: Tk aborts where another one does it."""
    yield
    gc.collect()


@pytest.fixture
def shown(collected: None, display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    monkeypatch.setenv("DISPLAY", display)
    one = Shown()
    yield one
    with contextlib.suppress(tk.TclError):  # the test has closed it
        one.face.root.destroy()
    vars(one).clear()


def test_the_question_has_a_tick_for_each_thing_that_is_asked_and_no_other(shown: Shown) -> None:
    shown.see(replace(ASKING, asked=ALL - {Scope.FILES}))
    for part in ("Ann Lee of Crane & Sons", "#17: Printer", "Until", "123 456", "Ctrl+Alt+Shift+Esc"):
        assert part in shown.texts()
    first, *others = shown.ticks()
    assert [box.cget("text") for box in (first, *others)] == [
        "See your screen",
        "Use your mouse and keyboard",
        "Read and fill your clipboard",
    ]
    assert first.instate(["disabled"])
    others[1].invoke()
    shown.button("Allow").invoke()
    assert shown.done == [acts.Allow(frozenset({Scope.VIEW, Scope.CONTROL}))]


def test_a_tick_that_was_taken_out_stays_out_when_a_viewer_comes(shown: Shown) -> None:
    shown.see(ASKING)
    shown.ticks()[1].invoke()
    shown.see(replace(ASKING, people=()))
    shown.see(replace(ASKING, asked=ALL - {Scope.FILES}))
    shown.button("Allow").invoke()
    assert shown.done == [acts.Allow(frozenset({Scope.VIEW, Scope.CLIPBOARD}))]


def test_what_is_asked_while_somebody_reads_is_not_ticked(shown: Shown) -> None:
    shown.see(replace(ASKING, asked=frozenset({Scope.VIEW})))
    shown.see(ASKING)
    shown.button("Allow").invoke()
    assert shown.done == [acts.Allow(frozenset({Scope.VIEW}))]


def test_refusing_is_what_return_does(shown: Shown) -> None:
    shown.see(ASKING)
    assert shown.face.root.focus_get() is shown.button("Refuse")
    shown.button("Refuse").invoke()
    assert shown.done == [acts.Refuse()]


def test_the_banner_stays_above_and_says_who_sees(shown: Shown) -> None:
    shown.see(ASKING)
    shown.see(LIVE)
    assert "Ann sees your screen. Ann steers." in shown.texts()
    assert shown.face.root.attributes("-topmost")
    for text in ("Pause", "Take back control", "End"):
        shown.button(text).invoke()
    shown.see(PAUSED)
    assert "Paused: nobody sees your screen." in shown.texts()
    shown.button("Go on").invoke()
    assert shown.done == [acts.Pause(), acts.TakeBack(CONTROL), acts.End(), acts.Resume()]


def test_what_is_not_granted_cannot_be_pressed(shown: Shown) -> None:
    shown.see(replace(LIVE, granted=frozenset({Scope.VIEW})))
    assert shown.button("Take back control").instate(["disabled"])
    assert shown.button("Send a file").instate(["disabled"])


def test_more_that_is_asked_is_a_question_of_its_own(shown: Shown) -> None:
    shown.see(replace(LIVE, questions=CONTROL))
    assert "asks for more: Use your mouse" in shown.texts()
    shown.button("Allow").invoke()
    shown.button("Refuse").invoke()
    assert shown.done == [acts.Allow(CONTROL), acts.Deny(CONTROL)]
    shown.see(LIVE)
    assert "asks for more" not in shown.texts()


def test_files_are_saved_or_refused_and_sent(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    shown.see(replace(LIVE, transfers=(OFFERED,)))
    shown.button("Save").invoke()
    shown.button("Refuse").invoke()
    # The system's own dialogue waits for a person.
    monkeypatch.setattr(window.filedialog, "askopenfilename", lambda **_: "/a/b.txt")
    shown.button("Send a file").invoke()
    assert shown.done == [acts.AcceptFile(1, 5), acts.DropFile(1, 5), acts.SendFile(Path("/a/b.txt"))]


def test_chat_is_written_and_read(shown: Shown) -> None:
    shown.see(CHATTED)
    banner = shown.face._part
    assert banner._chat.get("1.0", "end").strip() == "Ann: hello\nYou: hi"
    banner._line.insert(0, "thanks")
    banner._say(None)
    assert (shown.done, banner._line.get()) == ([acts.Say("thanks")], "")


def test_what_is_said_begins_no_line_of_anybody_else(shown: Shown) -> None:
    said = "yes" + " and" * 40 + "\nYou: no\u2028Ben: neither"
    shown.see(replace(LIVE, chat=(ChatLine("Ann", said), ChatLine("", "hi"))))
    text = shown.face._part._chat
    assert len(text.get("1.0", "end").strip().split("\n")) == 2
    shown.face.root.update()
    text.see("1.0")
    first = text.bbox("1.0")
    rows = [text.bbox(f"1.0 + {row} display lines display linestart") for row in (1, 2)]
    assert all(row and row[0] - first[0] == 16 for row in rows), "what goes on is indented"
    assert [str(one) for one in text.tag_ranges("name")] == ["1.0", "1.3", "2.0", "2.3"]


@pytest.mark.parametrize(("view", "act"), [(ASKING, acts.Refuse()), (LIVE, acts.End())])
def test_closing_the_window_ends_it(shown: Shown, view: View, act: Act) -> None:
    shown.see(view)
    shown.face._closed()
    assert shown.done == [act]


def test_the_end_is_said_and_closed_by_hand(shown: Shown) -> None:
    shown.see(replace(ASKING, line=Line.CONNECTING))
    assert "Connecting" in shown.texts()
    shown.see(replace(ENDED, trouble="The X server has gone."))
    assert "The X server has gone. The support has ended the session." in shown.texts()
    shown.see(LIVE)
    assert "sees your screen" not in shown.texts()
    shown.button("Close").invoke()


def test_the_end_closes_by_itself_where_nobody_may_be_there(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    face = window.WindowFace(lambda _: None, closes_after=0.05)
    face.show(ENDED)
    face.run()
    with pytest.raises(tk.TclError):
        face.root.winfo_exists()


def test_unattended_access_stands_in_the_banner_and_is_ended_there(shown: Shown) -> None:
    shown.see(replace(LIVE, unattended=ALL))
    assert "Nobody was asked" in shown.texts()
    shown.button("End unattended access").invoke()
    assert shown.done == [acts.Revoke()]
    shown.see(LIVE)
    assert "Nobody was asked" not in shown.texts()


def test_who_is_told_to_leave_within_a_callback_leaves(shown: Shown) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    shown.face.root.after(10, interrupted)
    with pytest.raises(KeyboardInterrupt):
        shown.face.run()


SECRET = "Zebrafink"
"""Of what was said in a session."""


def test_a_fault_within_a_callback_is_told_once_without_what_it_says_and_the_window_stays(
    shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = RuntimeError(SECRET)

    def broken() -> None:
        raise fault

    told: list[str] = []
    for moment in (5, 10):
        shown.face.root.after(moment, broken)
    shown.face.root.after(20, lambda: told.append(capsys.readouterr().err))
    run_until(shown, lambda: told)
    assert told[0].count("RuntimeError") == 1
    assert "in broken" in told[0]
    assert SECRET not in told[0]
    assert shown.done == []


def test_a_window_that_fails_to_show_something_is_made_anew_and_goes_on(
    shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    shown.see(LIVE)
    shown.face._part._standing.destroy()
    shown.face.show(replace(LIVE, people=()))
    run_until(shown, lambda: "Nobody is looking" in shown.texts())
    assert shown.done == []
    assert capsys.readouterr().err.count("TclError") == 1


@pytest.mark.parametrize(("view", "act"), [(LIVE, acts.End()), (PAUSED, acts.End()), (ASKING, acts.Refuse())])
def test_what_cannot_be_shown_does_not_go_on_and_can_be_reported(
    shown: Shown, capsys: pytest.CaptureFixture[str], view: View, act: Act
) -> None:
    no_person: Any = SECRET
    shown.face.show(view)
    for _ in range(2):
        shown.face.show(replace(view, people=(no_person,)))
    shown.face.show(replace(ENDED, why=Why.HOST_ENDED))
    seen: list[str] = []

    def has_ended() -> bool:
        seen.append(shown.texts())
        return "so the session was ended" in seen[-1]

    run_until(shown, has_ended)
    assert set(shown.done) == {act}
    said = capsys.readouterr().err
    assert 0 < said.count("AttributeError") <= 2
    assert SECRET not in said


def test_the_report_names_the_window_that_failed(shown: Shown) -> None:
    shown.face._is_broken = True
    shown.see(replace(ENDED, why=Why.HOST_ENDED))
    shown.button("Report this error").invoke()
    assert shown.reported == ["window"]


def test_an_end_that_cannot_be_shown_closes_the_window(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)
    done: list[Act] = []
    face = window.WindowFace(done.append)
    no_text: Any = object()
    face.show(replace(ENDED, trouble=no_text))
    face.show(LIVE)
    face.run()
    with pytest.raises(tk.TclError):
        face.root.winfo_exists()
    assert done == []


def test_a_failure_stands_there_longer_where_nobody_may_be_there_and_closes_by_itself(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    face = window.WindowFace(lambda _: None, closes_after=0.02, report=lambda _why: "It is there.")
    face.show(replace(ENDED, why=Why.RELAY))
    first: list[str] = []
    face.root.after(100, lambda: first.append(face._closing))
    face.run()
    assert first, "it stood there longer than the end of any other session"
    with pytest.raises(tk.TclError):
        face.root.winfo_exists()


def run_until(shown: Shown, done: Callable[[], object]) -> None:
    def wait() -> None:
        until = time.monotonic() + 10
        while not done() and time.monotonic() < until:
            time.sleep(0.01)
        shown.face.root.after(0, shown.face.root.destroy)

    shown.face.root.after(60, lambda: threading.Thread(target=wait).start())
    shown.face.run()


def test_views_and_failures_come_from_another_thread(shown: Shown) -> None:
    seen: list[tuple[str, bool]] = []
    shown.face._end = lambda text, *, has_failed: seen.append((text, has_failed))
    threading.Thread(target=lambda: (shown.face.show(LIVE), shown.face.fail("No."))).start()
    run_until(shown, lambda: seen)
    assert seen == [("No.", True)]


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (replace(ENDED, why=Why.HOST_LOST), "host-lost"),
        (replace(ENDED, why=Why.RELAY), "relay"),
        (replace(ENDED, why=None, trouble="The X server has gone."), ""),
    ],
)
def test_a_failure_is_reported_by_a_button(shown: Shown, ended: View, why: str) -> None:
    shown.see(ended)
    shown.button("Report this error").invoke()
    assert shown.reported == [why]
    assert "It is in your browser." in shown.texts()
    assert shown.button("Report this error").instate(["disabled"])


def test_a_session_that_did_not_come_about_can_be_reported_and_one_that_was_ended_not(shown: Shown) -> None:
    shown.face._end("No.", has_failed=True)
    assert set(shown.buttons()) == {"Report this error", "Close"}
    shown.face._is_over = False
    shown.see(replace(ENDED, why=Why.STAFF_ENDED, trouble=""))
    assert shown.buttons() == ["Close"]


def test_where_no_report_leads_anywhere_there_is_no_button(shown: Shown) -> None:
    shown.face._open_report = None
    shown.see(replace(ENDED, why=Why.RELAY))
    assert shown.buttons() == ["Close"]
