"""One viewer as the session knows it: sealed connection, picture, files. It may only what is granted."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from remote_bridge.client.acts import Person
from remote_bridge.client.rfb.inputs import Key, Pointer
from remote_bridge.client.showing import CHUNK_BYTES, Showing
from remote_bridge.client.transfers import Transfers
from remote_bridge.protocol import files
from remote_bridge.protocol.errors import TooLarge
from remote_bridge.protocol.files import FileMessage
from remote_bridge.protocol.frames import Channel, with_viewer
from remote_bridge.protocol.handshake import Meeting
from remote_bridge.protocol.link import HostEnd, Received

_MOST_HELD = 64
"""So many words about files wait for the end of a pause; whoever asks for more is not a viewer of ours."""


class Viewer:
    """`put` takes a frame for the relay; `is_open` says whether the relay forwards this channel of ours now.

    `begins` says whether one more handshake may be answered.
    A frame that the relay would drop is not sealed: its counter would be missing, and the connection end.
    """

    def __init__(
        self,
        meeting: Meeting,
        name: str,
        downloads: Path,
        put: Callable[[bytes], None],
        is_open: Callable[[Channel], bool],
        begins: Callable[[], bool] = lambda: True,
    ) -> None:
        self.number, self.name, self.controls = meeting.viewer, name, False
        self.end = HostEnd(meeting, begins=begins)
        self.showing: Showing | None = None
        self.task: asyncio.Task[None] | None = None
        self.wake = asyncio.Event()
        self.transfers = Transfers(self.number, downloads, self.say_of_file)
        self._put, self._is_open = put, is_open
        self._held: list[FileMessage] = []
        self._is_gone = False
        self._buttons = 0
        self.waits_for_clipboard = False

    def person(self) -> Person:
        """As the customer is shown it."""
        return Person(self.number, self.name, self.controls, self.end.code)

    def receive(self, frame: bytes) -> Received:
        """A frame of this viewer; what belongs to the handshake is answered. ProtocolError ends it."""
        received = self.end.receive(frame)
        for reply in received.replies:
            self._put(with_viewer(self.number, reply))
        return received

    def say(self, channel: Channel, body: bytes) -> bool:
        """Seal and send; False when it could not pass now.

        What comes too late for a viewer that is gone would arrive under keys that nobody has any more.
        """
        if self._is_gone or not self.end.is_ready or not self._is_open(channel):
            return False
        self._put(with_viewer(self.number, self.end.seal(channel, body)))
        return True

    def steers(self, inputs: Iterable[Key | Pointer]) -> None:
        """It uses keys and pointer: what goes down has an echo, for which its picture makes room.

        A movement with a button held is no press: what is dragged is to be seen as it moves.
        """
        is_press = False
        for one in inputs:
            if isinstance(one, Key):
                is_press |= one.is_down
            else:
                is_press |= bool(one.buttons & ~self._buttons)
                self._buttons = one.buttons
        if is_press and self.showing is not None:
            self.showing.steered()

    def released(self) -> None:
        """Whatever was held down has been let go of for it."""
        self._buttons = 0

    def say_of_screen(self, stream: bytes) -> None:
        """The next bytes of RFB, in frames of a bearable size."""
        for at in range(0, len(stream), CHUNK_BYTES):
            self.say(Channel.SCREEN, stream[at : at + CHUNK_BYTES])

    def say_of_file(self, message: FileMessage) -> None:
        """Send, or keep for the end of the pause. TooLarge when too much is kept."""
        if self._held or not self.say(Channel.FILES, files.body_of(message)):
            if len(self._held) >= _MOST_HELD:
                raise TooLarge("too much to say of files")
            self._held.append(message)

    def say_held(self) -> None:
        """Say what has waited for the channel to open again."""
        held, self._held = self._held, []
        for message in held:
            self.say_of_file(message)

    def forget_files(self) -> None:
        """Files are no longer granted: what is on its way is over; nobody can be told, nothing may pass."""
        self.transfers.close()
        self._held.clear()

    def close(self) -> None:
        """It is gone."""
        self._is_gone = True
        self.transfers.close()
        if self.task is not None:
            self.task.cancel()
        self.showing = self.task = None
