"""What `manage4all-client` does about this computer as a system; each says in a line what came of it."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from remote_bridge.client.face.wording import scope_word, scopes_in_order
from remote_bridge.client.links import BadLink, parse_base
from remote_bridge.client.system.alone import Alone, Busy, is_held
from remote_bridge.client.system.enrolling import NotEnrolled, computer_name
from remote_bridge.client.system.enrolling import enrol as ask_desk
from remote_bridge.client.system.keeping import Enrolment, Keeping, Unreadable
from remote_bridge.client.system.presence import Removed
from remote_bridge.client.system.staying import Room, Stay
from remote_bridge.client.texts import _
from remote_bridge.protocol.scopes import NONE, Scope, Scopes

Say = Callable[[str], None]
_LOCK, _LAST_WORD = "system.lock", "system.said"


class CannotDo(Exception):
    """It is not done; the text says why in the customer's language."""


def enrol(folder: Path, address: str, code: str, name: str | None) -> str:
    """Become a system of a customer. CannotDo."""
    keeping = Keeping(folder)
    if found := _found(keeping):
        raise CannotDo(
            _("This computer is enrolled at %(desk)s already; --forget comes first.") % {"desk": found.desk}
        )
    try:
        keeping.make_folder()
        enrolment = ask_desk(parse_base(address), code, name or computer_name())
        keeping.keep(enrolment)
    except (BadLink, NotEnrolled) as error:
        raise CannotDo(str(error)) from error
    except OSError as error:
        raise CannotDo(_("%(folder)s cannot be written.") % {"folder": folder}) from error
    return _("This computer is now “%(name)s” of %(customer)s, looked after by %(business)s.") % _names(
        enrolment
    )


def what_then() -> str:
    """What there is to do after an enrolment."""
    return _("--install-service starts it with each sign-in, --system only now.")


def stay(folder: Path, make_room: Callable[[Say], Room], say: Say) -> None:
    """Be there until this computer is forgotten, removed (CannotDo), or the program is told to leave."""
    keeping = Keeping(folder)
    _enrolled(keeping)
    try:
        with Alone(folder / _LOCK):
            Stay(keeping, make_room(lambda text: _note(folder, text, say))).run()
    except Busy:
        raise CannotDo(_("This program is there already, with the keys of this computer.")) from None
    except Removed:
        raise CannotDo(
            _("The support desk has removed this computer. --forget removes what is kept of it here.")
        ) from None
    except Unreadable as error:
        raise CannotDo(str(error)) from error
    say(_("This computer has been forgotten."))


def grant(folder: Path, scopes: Scopes) -> str:
    """What is granted without asking from now on. CannotDo."""
    keeping = Keeping(folder)
    _enrolled(keeping)
    try:
        keeping.grant(scopes)
    except OSError as error:
        raise CannotDo(_("%(folder)s cannot be written.") % {"folder": folder}) from error
    return _granted(keeping.scopes())


def parse_grant(words: str) -> Scopes:
    """`view,control` or `none`, by the words of either language; CannotDo."""
    known = {name: scope for scope in Scope for name in (scope.value, scope_word(scope))}
    wanted = [word for word in words.casefold().replace(",", " ").split() if word]
    if wanted in (["none"], [_("none")]):
        return NONE
    if not wanted or not known.keys() >= set(wanted):
        listed = ", ".join(scope_word(scope) for scope in Scope)
        raise CannotDo(_("What can be granted: %(scopes)s; or none.") % {"scopes": listed})
    return frozenset({Scope.VIEW, *(known[word] for word in wanted)})


def forget(folder: Path) -> str:
    """Remove keys and all that is kept; a program that stays leaves. CannotDo."""
    try:
        was_there = Keeping(folder).forget()
        (folder / _LAST_WORD).unlink(missing_ok=True)
    except OSError as error:
        raise CannotDo(_("%(path)s cannot be removed.") % {"path": folder}) from error
    if not was_there:
        raise CannotDo(_not_enrolled())
    return _("This computer has been forgotten here. At the support desk it stays until it is removed there.")


def find_desk(folder: Path) -> str:
    """The address of the desk at which this computer is enrolled, "" if it is not. CannotDo."""
    found = _found(Keeping(folder))
    return found.desk if found else ""


def status(folder: Path, *, is_installed: bool) -> str:
    """Some lines: whose it is, what is granted, whether it is there. CannotDo."""
    found = _enrolled(Keeping(folder))
    is_there = is_held(folder / _LOCK)
    lines = [
        _("“%(name)s” of %(customer)s, looked after by %(business)s.") % _names(found),
        _("Support desk: %(desk)s") % {"desk": found.desk},
        _granted(found.unattended),
        _("This program is there.") if is_there else _("This program is not running: nobody can ask."),
    ]
    if is_there:
        with contextlib.suppress(OSError):
            lines.append((folder / _LAST_WORD).read_text("utf-8").strip())
    if is_installed:
        lines.append(_("It is started with each sign-in."))
    return "\n".join(lines)


def _granted(scopes: Scopes) -> str:
    if not scopes:
        return _("Unattended access: none. Somebody is asked each time.")
    listed = ", ".join(scope_word(scope) for scope in scopes_in_order(scopes))
    return _("Unattended access: %(scopes)s. For these nobody is asked.") % {"scopes": listed}


def _names(enrolment: Enrolment) -> dict[str, str]:
    return {"name": enrolment.name, "customer": enrolment.customer, "business": enrolment.business}


def _found(keeping: Keeping) -> Enrolment | None:
    try:
        return keeping.find()
    except Unreadable as error:
        raise CannotDo(str(error)) from error


def _enrolled(keeping: Keeping) -> Enrolment:
    if found := _found(keeping):
        return found
    raise CannotDo(_not_enrolled())


def _not_enrolled() -> str:
    return _("This computer is not enrolled: --enrol, with the address and the code from your support.")


def _note(folder: Path, text: str, say: Say) -> None:
    """Say it, and let `--status` say it."""
    with contextlib.suppress(OSError):
        (folder / _LAST_WORD).write_text(f"{text}\n", "utf-8")
    say(text)
