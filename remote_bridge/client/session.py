"""The host's side of a session: what may be seen and done is decided here, whatever relay and viewers say.

Runs on one event loop. The transport hands in what arrives, takes out frames and texts in their order; the
customer's acts come in by `act`, and after each change `show` gets all that is to be seen.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from remote_bridge.client import acts
from remote_bridge.client.acts import Act, ChatLine, Line, Phase, View
from remote_bridge.client.desk import Desk, OpenDesk
from remote_bridge.client.grant import Grant, NoGrant
from remote_bridge.client.outbox import Outbox
from remote_bridge.client.pointing import PointedScreen
from remote_bridge.client.pumping import Pump
from remote_bridge.client.rfb.inputs import Key, parse_inputs
from remote_bridge.client.rfb.messages import RfbError
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.texts import _
from remote_bridge.client.viewer import Viewer
from remote_bridge.protocol import chat, clipboard, files, messages, news
from remote_bridge.protocol.errors import Misplaced, ProtocolError
from remote_bridge.protocol.frames import Channel, split_viewer
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.link import MOST_HANDSHAKES
from remote_bridge.protocol.messages import FromHost, text_of
from remote_bridge.protocol.names import plain
from remote_bridge.protocol.scopes import NONE, Scope, Scopes
from remote_bridge.protocol.state import Side, Standing, State, Verdict, Why, judge

_LINES_SHOWN = 200
_MOST_WAITING_BYTES = 32 * 1024 * 1024
"""Waits for the relay at most before a viewer that makes us say still more is sent away."""


class Session:
    """From the relay's first welcome to the end."""

    def __init__(
        self,
        link_key: bytes,
        open_desk: OpenDesk,
        show: Callable[[View], None],
        downloads: Path,
        pool: Executor,
        *,
        desk: str = "",
        grant: Grant | None = None,
    ) -> None:
        self._link_key, self._open_desk, self._show, self._downloads = link_key, open_desk, show, downloads
        self._standing = Standing(State.WAITING, frozenset())
        self._view = View(desk=desk)
        self._viewers: dict[int, Viewer] = {}
        self._desk: Desk | None = None
        self._screen: PointedScreen | None = None
        self._id = ""
        self._grant = grant or NoGrant()
        self._by_itself = self._taken_back = NONE
        self._handshakes = 0
        """Since the customer has last said yes."""
        self.last_word: FromHost | None = None
        """With which the customer has ended it; None when others have."""
        self.outbox = Outbox()
        self._pump = Pump(self.outbox, self._viewers, self._lost, self._broken, pool)
        self.over = asyncio.Event()

    # --- the relay ------------------------------------------------------------------------------------------

    def welcome(self, said: news.HostWelcome) -> None:
        """The relay has let us in, for the first time or again: each viewer shows its keys anew.

        Misplaced when it speaks of another session than before.
        """
        if self._id and said.session != self._id:
            raise Misplaced("another session than before")
        if not self._id:
            self._id = said.session
            self._standing = Standing(State.ASKING, said.asked)
            self._view = replace(
                self._view,
                who=plain(said.who),
                business=plain(said.business),
                number=said.number,
                subject=plain(said.subject),
                expires_at=said.expires_at,
            )
        self._meet(said)
        self._set_viewers(said.viewers)
        self._consent_by_itself()
        self._tell(line=Line.UP)

    def _meet(self, said: news.HostWelcome) -> None:
        """Make the relay's state ours where it missed what the customer said.

        What it does not know to have been asked it lets nobody grant: that is to be asked for again.
        """
        own = self._standing
        own = replace(own, granted=own.granted & (said.asked | said.granted))
        self._standing = replace(own, asked=said.asked | own.granted)
        self.outbox.clear()
        if own.state is State.ASKING:
            return
        self._question(said.asked - own.asked)
        theirs = Standing(said.state, said.asked, said.granted)
        if theirs.state is State.ASKING or own.granted - theirs.granted:
            self._say(messages.Consent(own.granted))
        if extra := theirs.granted - own.granted - {Scope.VIEW}:
            self._say(messages.Withdraw(extra))
        if own.state is State.PAUSED and theirs.state is not State.PAUSED:
            self._say(messages.Pause())
        if own.state is State.LIVE and theirs.state is State.PAUSED:
            self._say(messages.Resume())

    def lost(self) -> None:
        """The connection is gone: nobody steers, nothing is shown, until it is back."""
        self._release_input()
        for viewer in self._viewers.values():
            viewer.close()
        self._viewers.clear()
        self.outbox.clear()
        self._tell(line=Line.LOST)

    def on_text(self, text: str) -> None:
        """A text of the relay. ProtocolError for what is none."""
        match news.parse_to_host(text):
            case news.HostWelcome():
                raise Misplaced("a second welcome")
            case news.Joined(viewer, name):
                self._join(viewer, name)
            case news.Left(viewer, _name):
                self._leave(viewer)
            case news.Asked(_viewer, scopes):
                self._standing = self._standing.ask(scopes)
                self._question(scopes)
                self._consent_by_itself()
            case news.Stands() as stands:
                self._standing = replace(self._standing, asked=stands.asked | self._standing.granted)
                self._set_viewers(stands.viewers)
            case news.Ended(why):
                self.end(why)
        self._tell()

    def on_frame(self, data: bytes) -> None:
        """A frame of the relay. Whatever is wrong with it ends its viewer's connection and no other."""
        number, frame = split_viewer(data)
        viewer = self._viewers.get(number)
        if viewer is None:
            return  # it left while this was on its way
        had_code, waiting = viewer.end.is_ready, self.outbox.size
        try:
            received = viewer.receive(bytes(frame))
            if received.opened is not None:
                self._take(viewer, *received.opened)
            if self.outbox.size > max(waiting, _MOST_WAITING_BYTES):
                raise Misplaced("more is asked for than is read")
        except (ProtocolError, RfbError):
            self._throw_out(viewer)
        if viewer.end.is_ready and not had_code and number in self._viewers:
            self._begin_showing(viewer)
            self._tell()

    # --- viewers --------------------------------------------------------------------------------------------

    def _join(self, number: int, name: str) -> None:
        if number not in self._viewers:
            meeting = Meeting(self._id, number, self._link_key)
            self._viewers[number] = Viewer(
                meeting, plain(name), self._downloads, self.outbox.put, self._is_open, self._begins
            )

    def _leave(self, number: int) -> None:
        viewer = self._viewers.pop(number, None)
        if viewer is None:
            return
        if viewer.controls:
            self._release_input()
        viewer.close()

    def _throw_out(self, viewer: Viewer) -> None:
        self._say(messages.Drop(viewer.number))
        self._leave(viewer.number)
        self._tell()

    def _lost(self, viewer: Viewer) -> None:
        """It does not read any more, or cannot follow."""
        if viewer.number in self._viewers:
            self._throw_out(viewer)

    def _broken(self, text: str) -> None:
        """There is no screen any more."""
        self._view = replace(self._view, trouble=text)
        self._end_here(messages.End(), Why.HOST_ENDED)

    def _set_viewers(self, said: news.Viewers) -> None:
        for gone in self._viewers.keys() - {one.viewer for one in said}:
            self._leave(gone)
        for one in said:
            self._join(one.viewer, one.name)
            viewer = self._viewers[one.viewer]
            if viewer.controls and not one.controls:
                self._release_input()
                viewer.transfers.drop_all()
            viewer.name, viewer.controls = plain(one.name), one.controls

    def _begins(self) -> bool:
        """Whether one more handshake is answered.

        Each is a try at the code: after many the customer is to compare again before anything goes on.
        """
        if Scope.VIEW in self._by_itself:
            return True  # nobody compares it
        if self._handshakes >= MOST_HANDSHAKES:
            return False
        self._handshakes += 1
        if self._handshakes == MOST_HANDSHAKES and self._standing.state is State.LIVE:
            self._view = replace(self._view, trouble=_many_came())
            self._change(self._standing.pause(), messages.Pause())
        return True

    def _is_open(self, channel: Channel) -> bool:
        return judge(channel, Side.HOST, self._standing) is Verdict.PASS

    def _take(self, viewer: Viewer, channel: Channel, body: bytes) -> None:
        """What a viewer says, if it may say it now; else it counts as not said."""
        if judge(channel, Side.VIEWER, self._standing, controls=viewer.controls) is Verdict.DROP:
            return
        match channel:
            case Channel.SCREEN:
                if viewer.showing is not None:
                    viewer.showing.receive(body)
                    viewer.wake.set()
            case Channel.INPUT:
                self._steer(viewer, body)
            case Channel.CLIPBOARD:
                self._take_clipboard(viewer, body)
            case Channel.CHAT:
                self._heard(viewer.name or _("Somebody"), chat.Said.parse(body).text)
            case Channel.FILES:
                viewer.transfers.receive(files.parse(body))
                self._pump.files()
                self._tell()
            case Channel.HANDSHAKE:
                raise Misplaced("the handshake is over")
            case _:
                assert_never(channel)

    def _steer(self, viewer: Viewer, body: bytes) -> None:
        inputs = parse_inputs(body)
        if self._desk is None:
            return
        viewer.steers(inputs)
        try:
            for one in inputs:
                if isinstance(one, Key):
                    self._desk.input.key(one.keysym, one.scancode, down=one.is_down)
                else:
                    self._desk.input.pointer(one.x, one.y, one.buttons)
                    self._steered(one.x, one.y)
        except ScreenUnavailable as error:
            self._broken(str(error))

    def _steered(self, x: int, y: int) -> None:
        if self._screen is not None:
            self._screen.steered(x, y)

    def _take_clipboard(self, viewer: Viewer, body: bytes) -> None:
        said = clipboard.parse(body)
        if self._desk is None:
            return
        if isinstance(said, clipboard.Copied):
            self._pump.later(self._desk.clipboard.put(said.text))
        elif not viewer.waits_for_clipboard and self.outbox.size <= _MOST_WAITING_BYTES:
            viewer.waits_for_clipboard = True
            self._pump.later(self._send_clipboard(viewer, self._desk))

    async def _send_clipboard(self, viewer: Viewer, desk: Desk) -> None:
        text = await desk.clipboard.text()
        viewer.waits_for_clipboard = False
        bounded = text.encode("utf-8", "replace")[: clipboard.MOST_BYTES].decode("utf-8", "ignore")
        viewer.say(Channel.CLIPBOARD, clipboard.Copied(bounded).body())

    def _heard(self, name: str, text: str) -> None:
        for viewer in self._viewers.values():
            viewer.say(Channel.CHAT, chat.Heard(name, text).body())
        self._view = replace(self._view, chat=(*self._view.chat, ChatLine(name, text))[-_LINES_SHOWN:])
        self._tell()

    # --- the customer ---------------------------------------------------------------------------------------

    def act(self, act: Act) -> None:
        """What the customer does. What is not possible at this moment changes nothing."""
        if self._standing.state is State.ENDED:
            return
        with contextlib.suppress(ProtocolError, KeyError):
            self._act(act)
        self._tell()

    def _act(self, act: Act) -> None:
        match act:
            case acts.Allow(scopes):
                self._allow(messages.Consent(scopes & self._standing.asked))
            case acts.Deny(scopes):
                self._taken_back |= scopes
                self._answered(scopes)
                self._change(self._standing.decline(scopes), messages.Decline(scopes))
            case acts.Refuse():
                self._standing.refuse()
                self._end_here(messages.Refuse(), Why.REFUSED)
            case acts.Pause():
                self._change(self._standing.pause(), messages.Pause())
            case acts.Resume():
                self._change(self._standing.resume(), messages.Resume())
                self._agreed()
                self._pump.resume()
            case acts.TakeBack(scopes):
                self._taken_back |= scopes
                self._change(self._standing.withdraw(scopes), messages.Withdraw(scopes))
            case acts.Revoke():
                with self._telling_of_trouble(_("This cannot be kept: is the disk full?")):
                    self._grant.revoke()
                self.regrant()
            case acts.End():
                self._end_here(messages.End(), Why.HOST_ENDED)
            case _:
                self._act_live(act)

    def _act_live(self, act: acts.Live) -> None:
        match act:
            case acts.Say(text):
                if text.strip() and self._is_open(Channel.CHAT):
                    self._heard("", text[: chat.MOST_CHARS])
            case acts.SendFile(path):
                with self._telling_of_trouble(_("This file cannot be sent.")):
                    self._controller().transfers.offer(path)
            case acts.AcceptFile(viewer, id_):
                with self._telling_of_trouble(_("There is no place for this file.")):
                    self._viewers[viewer].transfers.accept(id_)
            case acts.DropFile(viewer, id_):
                self._viewers[viewer].transfers.drop(id_)
            case _:
                assert_never(act)

    @contextlib.contextmanager
    def _telling_of_trouble(self, text: str) -> Iterator[None]:
        self._view = replace(self._view, trouble="")
        try:
            yield
        except (OSError, Misplaced, KeyError):
            self._view = replace(self._view, trouble=text)

    def _controller(self) -> Viewer:
        """Whom files go to. KeyError when nobody controls, or files are not granted."""
        if not self._is_open(Channel.FILES):
            raise KeyError(Channel.FILES)
        return {viewer.controls: viewer for viewer in self._viewers.values()}[True]

    def _allow(self, consent: messages.Consent) -> None:
        """The first yes opens the screen; before that nothing has been looked at."""
        granted = self._standing.consent(consent.scopes)
        if self._desk is None:
            try:
                self._desk = self._open_desk()
            except ScreenUnavailable as error:
                self._view = replace(self._view, trouble=str(error))
                return
            self._screen = PointedScreen(self._desk.screen)
            self._pump.watch(self._screen)
        self._answered(consent.scopes)
        self._change(granted, consent)
        self._agreed()
        for viewer in self._viewers.values():
            self._begin_showing(viewer)

    def _agreed(self) -> None:
        self._handshakes = 0
        self._view = replace(self._view, trouble="")

    def _consent_by_itself(self) -> None:
        """To what is asked and granted without asking; what the customer has said no to needs their yes."""
        standing = self._standing
        scopes = (standing.asked - standing.granted - self._taken_back) & self._grant.scopes()
        if not scopes or standing.state is State.ENDED or not {Scope.VIEW} <= standing.granted | scopes:
            return
        self._allow(messages.Consent(scopes))
        if self._standing is not standing:  # else there is no screen, and the question says so
            self._by_itself |= scopes
            self._question(self._standing.asked)

    def regrant(self) -> None:
        """What is granted without asking has changed: what rested on it and is not granted now, is over."""
        gone = self._by_itself - self._grant.scopes()
        self._by_itself -= gone
        if Scope.VIEW in gone:
            self.act(acts.End())
        elif gone := gone & self._standing.granted:
            self.act(acts.TakeBack(gone))
        self._consent_by_itself()
        self._tell()

    def _question(self, scopes: Scopes) -> None:
        """A viewer would like more; in the first consent there is one question for all."""
        if self._standing.state is not State.ASKING:
            asked = self._view.questions | (scopes - self._standing.granted)
            self._view = replace(self._view, questions=asked)

    def _answered(self, scopes: Scopes) -> None:
        self._view = replace(self._view, questions=self._view.questions - scopes)

    def _change(self, standing: Standing, message: FromHost) -> None:
        """Ours first, then the relay's: from this line on nothing passes that may not."""
        before, self._standing = self._standing, standing
        lost = before.granted - standing.granted
        if standing.state is not State.LIVE or Scope.CONTROL in lost:
            self._release_input()
        if Scope.FILES in lost:
            for viewer in self._viewers.values():
                viewer.forget_files()
        self._say(message)

    def _begin_showing(self, viewer: Viewer) -> None:
        if self._desk and self._screen and viewer.end.is_ready and viewer.showing is None:
            takes_places = self._desk.input.knows_places
            self._pump.begin(viewer, self._screen, self._view.business, takes_places=takes_places)

    def _release_input(self) -> None:
        if self._desk is not None:
            self._desk.input.release_all()
        for viewer in self._viewers.values():
            viewer.released()

    def _say(self, message: FromHost) -> None:
        self.outbox.put(text_of(message))

    @property
    def has_begun(self) -> bool:
        """Whether the relay has ever let us in."""
        return bool(self._id)

    def _end_here(self, word: FromHost, why: Why) -> None:
        self.last_word = word
        self._say(word)
        self.end(why)

    def end(self, why: Why | None) -> None:
        """It is over, whoever said so; nothing is shown and nothing comes in from this line on."""
        if self._standing.state is not State.ENDED:
            self._standing = self._standing.end()
        self._close(why)
        self._tell()

    def _close(self, why: Why | None) -> None:
        if self.over.is_set():
            return
        self.over.set()
        self._pump.close()
        for viewer in self._viewers.values():
            viewer.close()
        self._viewers.clear()
        if self._desk is not None:
            self._desk.close()
            self._desk = self._screen = None
        self._view = replace(self._view, why=why)

    def _tell(self, line: Line | None = None) -> None:
        people = tuple(viewer.person() for viewer in self._viewers.values())
        moving = tuple(one for viewer in self._viewers.values() for one in viewer.transfers.told())
        broken = tuple(
            one._replace(phase=Phase.BROKEN) if one.phase in (Phase.OFFERED, Phase.MOVING) else one
            for one in self._view.transfers
        )
        self._view = replace(
            self._view,
            line=line or self._view.line,
            state=self._standing.state,
            asked=self._standing.asked,
            granted=self._standing.granted,
            unattended=self._by_itself & self._standing.granted,
            people=people,
            transfers=moving or broken,
        )
        self._pump.set_live(live=self._standing.state is State.LIVE)
        self._show(self._view)


def _many_came() -> str:
    return _("Many have joined, or come again and again. Please compare the codes before you go on.")
