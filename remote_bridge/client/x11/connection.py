"""A connection to the X server and its extensions."""

import contextlib
from collections.abc import Iterator
from typing import Any, Self

import xcffib
import xcffib.damage
import xcffib.randr
import xcffib.shm
import xcffib.xfixes
import xcffib.xproto
import xcffib.xtest

from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.texts import _


class Connection:
    """One of several that the client holds: what waits for an answer on one does not hold up another."""

    def __init__(self, display: str | None) -> None:
        try:
            connect: Any = xcffib.connect  # its types end here
            self.x: Any = connect(display)
        except xcffib.ConnectionException as error:
            raise ScreenUnavailable(_("There is no X server that lets us in.")) from error
        self.screen: Any = self.x.get_setup().roots[self.x.pref_screen]
        self.root: int = self.screen.root
        self.core: Any = self.x.core

    def extension(self, module: Any, major: int, minor: int) -> Any:
        """An extension of at least this version. Raises ScreenUnavailable when the server has none."""
        try:
            extension: Any = self.x(module.key)
            ask = getattr(extension, "QueryVersion", None) or extension.GetVersion  # XTEST calls it so
            ask(major, minor).reply()
        except (xcffib.XcffibException, KeyError) as error:
            name = str(module.__name__).rpartition(".")[2].upper()
            raise ScreenUnavailable(
                _("The X server lacks the extension %(name)s.") % {"name": name}
            ) from error
        return extension

    def atom(self, name: str) -> int:
        """The number of a name."""
        number: int = self.core.InternAtom(False, len(name), name).reply().atom  # noqa: FBT003
        return number

    def events(self) -> Iterator[Any]:
        """What has arrived, without waiting. An error that belongs to no question of ours is passed over."""
        while True:
            try:
                event = self.x.poll_for_event()
            except xcffib.ConnectionException as error:
                raise ScreenUnavailable(_("The X server has gone.")) from error
            except xcffib.Error:
                continue  # a window went away between its event and our question about it
            if event is None:
                return
            yield event

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """A question inside: ScreenUnavailable when nobody is there to answer any more."""
        try:
            yield
        except xcffib.ConnectionException as error:
            raise ScreenUnavailable(_("The X server has gone.")) from error

    def flush(self) -> None:
        """Send what was asked so far."""
        self.x.flush()

    def fileno(self) -> int:
        """Readable when the server has said something."""
        number: int = self.x.get_file_descriptor()
        return number

    def close(self) -> None:
        self.x.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
