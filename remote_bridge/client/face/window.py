"""The face as a window of Tk: first the question, then a banner that stays above everything else."""

import queue
import sys
import tkinter as tk
import traceback
from collections.abc import Callable
from pathlib import Path
from tkinter import filedialog, ttk
from types import TracebackType

from remote_bridge.client import acts
from remote_bridge.client.acts import Act, Line, Phase, Transfer, View
from remote_bridge.client.face import wording
from remote_bridge.client.reporting import Report
from remote_bridge.client.texts import _
from remote_bridge.protocol.scopes import Scope, Scopes
from remote_bridge.protocol.state import State, Why

_LOOK_MILLISECONDS = 40
_WRAP = 420
_LINES = 6
_PAD = 8
_INDENT = 16
_LONGER = 12
"""Times as long as else a failure that can be reported stands there, should somebody sit there after all."""
_FAULT = "window"
"""What a report calls a session that ended because nobody could have been shown that it is on."""
_FAILURES = (Why.HOST_LOST, Why.RELAY)
"""Ends that nobody wanted."""


class WindowFace:
    """One window, rebuilt when it shows another kind of thing. Raises TclError without a display.

    `closes_after`: when it is over, the window closes by itself in so many seconds, as nobody may be there;
    later where there is something to report.
    `report`: what a button does that stands there after a failure.
    """

    def __init__(
        self,
        act: Callable[[Act], None],
        *,
        closes_after: float | None = None,
        report: Report | None = None,
    ) -> None:
        self._act, self._closes_after, self._open_report = act, closes_after, report
        self._events: queue.SimpleQueue[View | str] = queue.SimpleQueue()
        self.root = tk.Tk()
        self.root.title(_("Remote support"))
        self.root.attributes("-topmost", True)  # noqa: FBT003
        self.root.resizable(width=False, height=False)
        self.root.protocol("WM_DELETE_WINDOW", self._closed)
        self._body = ttk.Frame(self.root, padding=_PAD)
        self._body.pack(fill="both", expand=True)
        self._part: Question | Banner | None = None
        self._is_over = self._is_interrupted = self._is_broken = False
        self._closing = ""
        self._noted: set[tuple[str, int]] = set()
        self.root.report_callback_exception = self._report
        self._message(wording.standing(View()))

    def show(self, view: View) -> None:
        self._events.put(view)

    def fail(self, text: str) -> None:
        self._events.put(text)

    def run(self) -> None:
        self.root.after(_LOOK_MILLISECONDS, self._look)
        self.root.mainloop()
        if self._is_interrupted:
            self.root.destroy()
            raise KeyboardInterrupt

    def _report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Ctrl-C and SIGTERM may come within a callback, where Tk would print them and go on."""
        if issubclass(kind, KeyboardInterrupt):
            self._is_interrupted = True
            self.root.quit()
        else:
            self._note(error)

    def _note(self, error: BaseException) -> None:
        """Where it happened and of which kind, once: what an error says may have been said in the session."""
        frames = traceback.extract_tb(error.__traceback__)
        place = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
        if place not in self._noted and sys.stderr is not None:
            self._noted.add(place)
            sys.stderr.write("".join([*traceback.format_list(frames), type(error).__name__, "\n"]))

    def _look(self) -> None:
        self.root.after(_LOOK_MILLISECONDS, self._look)  # first: no fault stops what comes later
        while not self._events.empty() and self._draw(self._events.get()):
            pass

    def _draw(self, event: View | str) -> bool:
        """Show it, made anew should that fail; what cannot be shown at all does not go on unseen.

        False: nothing can be shown any more, and the window is gone.
        """
        for draw in (self._take, self._take_anew):
            try:
                draw(event)
                return True
            except Exception as error:  # noqa: BLE001 - noted; the outermost frame of what Tk calls
                self._note(error)
        if isinstance(event, str) or event.state in (State.WAITING, State.ENDED):
            self.root.destroy()
            return False
        self._is_broken = True
        self._act(acts.Refuse() if event.state is State.ASKING else acts.End())
        return True

    def _take(self, event: View | str) -> None:
        if isinstance(event, str):
            self._end(event, has_failed=True)
        else:
            self._render(event)

    def _take_anew(self, event: View | str) -> None:
        self._clear()
        self._is_over = False
        self._take(event)

    def _render(self, view: View) -> None:
        if self._is_over:
            return
        if view.state is State.ENDED:
            self._render_end(view)
            return
        if view.state is State.WAITING or (view.state is State.ASKING and view.line is not Line.UP):
            self._message(wording.standing(view))
            return
        kind = Question if view.state is State.ASKING else Banner
        if not isinstance(self._part, kind):
            self._clear()
            self._part = kind(self._body, self._act)
            self._place(kind)
        self._part.show(view)

    def _render_end(self, view: View) -> None:
        if self._is_broken:
            said = _("This window could not show what goes on, so the session was ended.")
            self._end(said, why=_FAULT, has_failed=True)
            return
        text = " ".join(text for text in (view.trouble, wording.why_text(view.why)) if text)
        has_failed = bool(view.trouble) or view.why in _FAILURES
        self._end(text, why=view.why.value if view.why else "", has_failed=has_failed)

    def _place(self, kind: "type[Question | Banner]") -> None:
        """The question in the middle; the banner at the upper edge, where it hides little."""
        self.root.update_idletasks()
        x = (self.root.winfo_screenwidth() - self.root.winfo_reqwidth()) // 2
        y = 0 if kind is Banner else (self.root.winfo_screenheight() - self.root.winfo_reqheight()) // 3
        self.root.geometry(f"+{x}+{y}")
        self.root.lift()

    def _clear(self) -> None:
        for child in self._body.winfo_children():
            child.destroy()
        self._part = None

    def _message(self, text: str) -> ttk.Label:
        self._clear()
        label = ttk.Label(self._body, text=text, wraplength=_WRAP, justify="left")
        label.pack(padx=_PAD, pady=_PAD)
        return label

    def _end(self, text: str, *, why: str = "", has_failed: bool = False) -> None:
        self._is_over = True
        may_report = has_failed and self._open_report is not None
        said = self._message(text)
        buttons = ttk.Frame(self._body)
        buttons.pack(pady=_PAD)
        if has_failed and self._open_report is not None:
            self._offer_report(buttons, said, self._open_report, why)
        close = ttk.Button(buttons, text=_("Close"), command=self.root.destroy)
        close.pack(side="left")
        close.focus_set()
        self._close_later(_LONGER if may_report else 1)

    def _close_later(self, times: int) -> None:
        if self._closes_after is None:
            return
        if self._closing:
            self.root.after_cancel(self._closing)
        self._closing = self.root.after(round(times * self._closes_after * 1000), self.root.destroy)

    def _offer_report(self, buttons: ttk.Frame, said: ttk.Label, report: Report, why: str) -> None:
        def open_it() -> None:
            said.configure(text=report(why))
            button.state(["disabled"])
            self._close_later(_LONGER)

        button = ttk.Button(buttons, text=_("Report this error"), command=open_it)
        button.pack(side="left", padx=4)

    def _closed(self) -> None:
        """Whoever closes the window means it: the session ends, or is refused."""
        if self._is_over:
            self.root.destroy()
        elif isinstance(self._part, Question):
            self._act(acts.Refuse())
        elif self._part is None:
            self.root.destroy()
        else:
            self._act(acts.End())


class Question:
    """Who asks, for what, and a tick box for each thing that is asked."""

    def __init__(self, parent: ttk.Frame, act: Callable[[Act], None]) -> None:
        self._parent, self._act = parent, act
        self.boxes: dict[Scope, tk.BooleanVar] = {}
        self._texts = {
            name: ttk.Label(parent, wraplength=_WRAP) for name in ("who", "through", "about", "until", "code")
        }
        for label in self._texts.values():
            label.pack(anchor="w", pady=2)
        self._ticks = ttk.Frame(parent)
        self._ticks.pack(anchor="w", pady=_PAD)
        self._trouble = ttk.Label(parent, wraplength=_WRAP)
        self._trouble.pack(anchor="w")
        stop = _("Ctrl+Alt+Shift+Esc ends the session at any time.")
        ttk.Label(parent, text=stop, wraplength=_WRAP).pack(anchor="w", pady=2)
        buttons = ttk.Frame(parent)
        buttons.pack(anchor="e", pady=_PAD)
        refuse = ttk.Button(buttons, text=_("Refuse"), command=lambda: act(acts.Refuse()))
        allow = ttk.Button(buttons, text=_("Allow"), command=self._allow)
        refuse.pack(side="left", padx=4)
        allow.pack(side="left")
        refuse.focus_set()  # Return does no harm

    def show(self, view: View) -> None:
        texts = {
            "who": wording.who_asks(view),
            "through": wording.through(view),
            "about": wording.about(view),
            "until": wording.until(view.expires_at),
            "code": wording.codes(view.people),
        }
        for name, text in texts.items():
            self._texts[name].configure(text=text)
        self._trouble.configure(text=view.trouble)
        if view.asked != frozenset(self.boxes):
            self._set_ticks(view.asked)

    def _set_ticks(self, asked: Scopes) -> None:
        for child in self._ticks.winfo_children():
            child.destroy()
        before, self.boxes = self.boxes, {}
        for scope in wording.scopes_in_order(asked):
            # What is asked for while somebody reads is not allowed by the click that they were about to make.
            ticked = before[scope].get() if scope in before else not before
            self.boxes[scope] = tk.BooleanVar(self._ticks, value=ticked)
            box = ttk.Checkbutton(self._ticks, text=wording.scope_text(scope), variable=self.boxes[scope])
            if scope is Scope.VIEW:
                box.state(["disabled"])  # without it there is no session: that is Refuse
            box.pack(anchor="w")

    def _allow(self) -> None:
        self._act(acts.Allow(frozenset(scope for scope, box in self.boxes.items() if box.get())))


class Banner:
    """Who sees the screen, and all that the customer can do about it."""

    def __init__(self, parent: ttk.Frame, act: Callable[[Act], None]) -> None:
        self._act = act
        self._view = View()
        self._standing = ttk.Label(parent, wraplength=_WRAP, font="TkHeadingFont")
        self._standing.pack(anchor="w")
        self._codes = ttk.Label(parent, wraplength=_WRAP)
        self._codes.pack(anchor="w")
        self._unattended = ttk.Frame(parent)
        self._unattended.pack(anchor="w", fill="x")
        row = ttk.Frame(parent)
        row.pack(anchor="w", pady=4)
        self.buttons = {
            "pause": ttk.Button(row, command=self._pause),
            "take back": ttk.Button(row, text=_("Take back control"), command=self._take_back),
            "file": ttk.Button(row, text=_("Send a file"), command=self._send_file),
            "end": ttk.Button(row, text=_("End"), command=lambda: act(acts.End())),
        }
        for button in self.buttons.values():
            button.pack(side="left", padx=2)
        self._more = ttk.Frame(parent)
        self._files = ttk.Frame(parent)
        self._chat = tk.Text(parent, height=_LINES, width=52, wrap="word", state="disabled", takefocus=False)
        self._chat.tag_configure("name", font="TkHeadingFont")
        self._chat.tag_configure("said", lmargin2=_INDENT)  # what goes on begins no line of anybody's
        self._line = ttk.Entry(parent)
        self._line.bind("<Return>", self._say)
        self._trouble = ttk.Label(parent, wraplength=_WRAP)
        for part in (self._more, self._files, self._trouble, self._chat, self._line):
            part.pack(fill="x")

    def show(self, view: View) -> None:
        before, self._view = self._view, view
        is_paused = view.state is State.PAUSED
        self._standing.configure(text=wording.standing(view))
        self._codes.configure(text=wording.codes(view.people) if view.people else "")
        self.buttons["pause"].configure(text=_("Go on") if is_paused else _("Pause"))
        self._enable("take back", is_on=Scope.CONTROL in view.granted)
        self._enable("file", is_on=Scope.FILES in view.granted and any(p.controls for p in view.people))
        self._trouble.configure(text=view.trouble)
        if view.unattended != before.unattended:
            self._show_unattended(view)
        if view.questions != before.questions:
            self._show_question(view.questions)
        if view.transfers != before.transfers:
            self._show_files(view.transfers)
        if view.chat != before.chat:
            self._show_chat(view)

    def _enable(self, name: str, *, is_on: bool) -> None:
        self.buttons[name].state(["!disabled" if is_on else "disabled"])

    def _show_unattended(self, view: View) -> None:
        _empty(self._unattended)
        if said := wording.unattended(view):
            ttk.Label(self._unattended, text=said, wraplength=_WRAP).pack(anchor="w")
            revoke = ttk.Button(
                self._unattended, text=_("End unattended access"), command=lambda: self._act(acts.Revoke())
            )
            revoke.pack(anchor="w")

    def _show_question(self, questions: Scopes) -> None:
        _empty(self._more)
        if not questions:
            return
        listed = "; ".join(wording.scope_text(scope) for scope in wording.scopes_in_order(questions))
        text = _("The support asks for more: %(scopes)s") % {"scopes": listed}
        ttk.Label(self._more, text=text, wraplength=_WRAP).pack(anchor="w")
        ttk.Button(self._more, text=_("Allow"), command=lambda: self._act(acts.Allow(questions))).pack(
            side="left"
        )
        ttk.Button(self._more, text=_("Refuse"), command=lambda: self._act(acts.Deny(questions))).pack(
            side="left"
        )

    def _show_files(self, transfers: tuple[Transfer, ...]) -> None:
        _empty(self._files)
        for one in transfers[-_LINES:]:
            row = ttk.Frame(self._files)
            row.pack(fill="x")
            ttk.Label(row, text=wording.transfer_text(one), wraplength=_WRAP - 120).pack(side="left")
            accept, drop = acts.AcceptFile(one.viewer, one.id), acts.DropFile(one.viewer, one.id)
            if one.phase is Phase.OFFERED and one.is_incoming:
                self._button(row, _("Save"), accept)
            if one.phase in (Phase.OFFERED, Phase.MOVING):
                self._button(row, _("Refuse") if one.is_incoming else _("Cancel"), drop)

    def _button(self, row: ttk.Frame, text: str, act: Act) -> None:
        ttk.Button(row, text=text, command=lambda: self._act(act)).pack(side="right")

    def _show_chat(self, view: View) -> None:
        self._chat.configure(state="normal")
        self._chat.delete("1.0", "end")
        for place, line in enumerate(view.chat):
            name = wording.chat_name(line)
            self._chat.insert("end", "\n" if place else "", "", name, ("said", "name"))
            self._chat.insert("end", wording.chat_text(line).removeprefix(name), "said")
        self._chat.configure(state="disabled")
        self._chat.see("end")

    def _pause(self) -> None:
        self._act(acts.Resume() if self._view.state is State.PAUSED else acts.Pause())

    def _take_back(self) -> None:
        self._act(acts.TakeBack(frozenset({Scope.CONTROL})))

    def _send_file(self) -> None:
        if name := filedialog.askopenfilename(parent=self._standing.winfo_toplevel()):
            self._act(acts.SendFile(Path(name)))

    def _say(self, _event: object) -> None:
        self._act(acts.Say(self._line.get()))
        self._line.delete(0, "end")


def _empty(frame: ttk.Frame) -> None:
    for child in frame.winfo_children():
        child.destroy()
    frame.configure(height=1)
