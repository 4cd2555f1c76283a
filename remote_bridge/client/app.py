"""`manage4all-client LINK`: shows the screen of this computer to the support, as far as its user allows."""

import gc
import signal
import sys
import traceback
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import click

from remote_bridge.client.acts import Act
from remote_bridge.client.environment import config_folder, downloads, languages, variables
from remote_bridge.client.face.face import Face
from remote_bridge.client.face.pasting import ask_for_link, can_open_window, tell_in_window
from remote_bridge.client.face.terminal import TerminalFace, Typing
from remote_bridge.client.links import BadLink, parse_link
from remote_bridge.client.reporting import Report, desk_in, open_report
from remote_bridge.client.screen import ScreenUnavailable
from remote_bridge.client.texts import LOCALES, _, speak

_NAME = "manage4all-client"
_CLOSES_AFTER_SECONDS = 5.0
_BROKEN = 70
"""Of sysexits.h: a fault of the program, after which a service is started again; status 1 is a word."""


class _Failure(click.ClickException):
    """One line, status 1."""

    def show(self, file: object = None) -> None:
        if sys.stderr is None:  # started by a double click on Windows or macOS
            tell_in_window(self.format_message())
        else:
            click.echo(f"{_NAME}: {self.format_message()}", err=True)


class _Wishes(NamedTuple):
    """The options that do something else than show a session; one at a time."""

    register: bool
    enrol: tuple[str, str] | None
    system: bool
    unattended: str | None
    forget: bool
    status: bool
    install_service: bool
    uninstall_service: bool


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("link", required=False)
@click.option("--terminal", is_flag=True, help="Ask in the terminal, without a window.")
@click.option("--language", type=click.Choice(LOCALES), help="English or German; otherwise as the system.")
@click.option("--register", is_flag=True, help="Let m4a-remote: links start this program, then leave.")
@click.option("--enrol", nargs=2, metavar="ADDRESS CODE", help="Make this a computer that can be asked.")
@click.option("--name", help="With --enrol: what this computer is called; otherwise its own name.")
@click.option("--system", is_flag=True, help="Stay, and ask whenever the support would like a session.")
@click.option("--unattended", metavar="SCOPES", help='Grant "view,control" without asking; "none" revokes.')
@click.option("--status", is_flag=True, help="Say whose computer this is and what is granted.")
@click.option("--forget", is_flag=True, help="Remove the keys of this computer.")
@click.option(
    "--install-service",
    is_flag=True,
    help="Start --system with each sign-in of this user.",
)
@click.option("--uninstall-service", is_flag=True, help="Do so no more.")
@click.option("--report", is_flag=True, help="Open a report of an error, at the desk of LINK or of --enrol.")
def client(
    link: str | None,
    *,
    terminal: bool,
    language: str | None,
    name: str | None,
    report: bool,
    **wishes: object,
) -> None:
    """Show your screen to your support.

    LINK is the one from the mail; "-" reads it from the input. Nobody sees anything before you have
    allowed it, and Ctrl+Alt+Shift+Esc ends the session at any time.
    """
    env = variables()
    speak([language] if language else languages(env))
    wished = _Wishes(**wishes)  # type: ignore[arg-type] # click has read them as they are declared above
    at_once = wished._replace(install_service=wished.install_service and not wished.enrol)
    if sum(map(bool, at_once)) + (link is not None or report) > 1:
        raise click.UsageError(_("One thing at a time, please."))
    if any(wished):
        _fulfil(wished, name, is_in_terminal=terminal)
        return
    if report:
        _report(sys.stdin.readline() if link == "-" else link)
        return
    if link is None and (link := ask_for_link(is_in_terminal=terminal)) is None:
        raise click.UsageError(_("A link is needed: the one from the mail of your support."))
    if link:
        _show(sys.stdin.readline() if link == "-" else link, is_in_terminal=terminal)


def _fulfil(wished: _Wishes, name: str | None, *, is_in_terminal: bool) -> None:
    from remote_bridge.client import registration
    from remote_bridge.client.system import commands, service

    env = variables()
    folder = config_folder(env)
    try:
        match wished:
            case _Wishes(register=True):
                said = registration.register(env)
            case _Wishes(enrol=(address, code)):
                click.echo(commands.enrol(folder, address, code, name))
                said = service.install(env) if wished.install_service else commands.what_then()
            case _Wishes(install_service=True):
                said = service.install(env)
            case _Wishes(uninstall_service=True):
                said = service.uninstall(env)
            case _Wishes(unattended=str(words)):
                said = commands.grant(folder, commands.parse_grant(words))
            case _Wishes(forget=True):
                said = commands.forget(folder)
            case _Wishes(status=True):
                said = commands.status(folder, is_installed=service.is_installed(env))
            case _:
                _stay(folder, is_in_terminal=is_in_terminal)
                return
    except (registration.CannotRegister, commands.CannotDo) as error:
        raise _Failure(str(error)) from error
    click.echo(said)


def _report(link: str | None) -> None:
    from remote_bridge.client.system import commands

    try:
        desk = desk_in(link) if link else commands.find_desk(config_folder(variables()))
    except (BadLink, commands.CannotDo) as error:
        raise _Failure(str(error)) from error
    if not desk:
        raise _Failure(_("Which support desk? Please put its link or address behind --report."))
    _tell(open_report(desk, ""))


def _stay(folder: Path, *, is_in_terminal: bool) -> None:
    from remote_bridge.client.desks import desk_of
    from remote_bridge.client.system import commands
    from remote_bridge.client.system.staying import Room

    try:
        open_desk, take_stop_key = desk_of(variables())
    except ScreenUnavailable as error:
        raise _Failure(str(error)) from error
    if not is_in_terminal and not can_open_window() and not _has_terminal():
        raise _Failure(_no_face())
    make = partial(make_face, is_in_terminal=is_in_terminal, closes_after=_CLOSES_AFTER_SECONDS)
    signal.signal(signal.SIGTERM, _leave)
    _settle()
    try:
        commands.stay(
            folder, lambda say: Room(open_desk, take_stop_key, downloads(variables()), make, say), _tell
        )
    except KeyboardInterrupt:
        return
    except (click.ClickException, commands.CannotDo):
        raise
    except Exception:  # noqa: BLE001 - the outermost frame: told in full, and by a status of its own
        traceback.print_exc()
        sys.exit(_BROKEN)


def _tell(text: str) -> None:
    if sys.stdout is not None:
        click.echo(text)


def _show(link: str, *, is_in_terminal: bool) -> None:
    from remote_bridge.client.desks import desk_of

    try:
        parsed = parse_link(link)
        open_desk, take_stop_key = desk_of(variables())
    except (BadLink, ScreenUnavailable) as error:
        raise _Failure(str(error)) from error
    from remote_bridge.client.engine import Engine

    engine = Engine(parsed, open_desk, take_stop_key, downloads(variables()))

    def report(why: str) -> str:
        return open_report(parsed.base_url, engine.failed_by or why)

    face = make_face(engine.act, report, is_in_terminal=is_in_terminal)
    signal.signal(signal.SIGTERM, _leave)
    _settle()
    engine.start(face)
    try:
        face.run()
    except KeyboardInterrupt:
        click.echo(err=True)
    finally:
        engine.stop()
    if engine.failure:
        raise _Failure(engine.failure)


def _settle() -> None:
    """What has been imported stays: to go through all of it again holds up a frame for some 40 ms."""
    gc.collect()
    gc.freeze()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def make_face(
    act: Callable[[Act], None],
    report: Report | None = None,
    *,
    is_in_terminal: bool,
    closes_after: float | None = None,
) -> Face:
    """A window where there is Tk, else the terminal, if there is one."""
    if not is_in_terminal and (window := _window(act, closes_after, report)):
        return window
    if not is_in_terminal and not _has_terminal():
        raise _Failure(_no_face())
    return TerminalFace(act, _typing(), sys.stdout)


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _no_face() -> str:
    return _("No window can be shown: please start this in a terminal, or install python3-tk.")


@cache
def _typing() -> Typing:
    return Typing(sys.stdin)


def _window(act: Callable[[Act], None], closes_after: float | None, report: Report | None) -> Face | None:
    """None without Tk, and where Tk finds no display."""
    try:
        import tkinter as tk

        from remote_bridge.client.face.window import WindowFace
    except ImportError:
        return None
    try:
        return WindowFace(act, closes_after=closes_after, report=report)
    except tk.TclError:
        return None


def main() -> None:
    """The console script."""
    client(prog_name=_NAME)


if __name__ == "__main__":
    main()
