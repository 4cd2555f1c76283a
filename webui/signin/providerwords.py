"""What came of a way to the sign-in provider, carried in an address and told on the page that is there."""

from enum import StrEnum
from urllib.parse import quote

from flask import request

from gateway.i18n import _
from webui.signin import door

_FIELD = "provider"


class Outcome(StrEnum):
    """How it ended."""

    DOWN = "down"
    FAILED = "failed"
    UNKNOWN = "unknown"
    TAKEN = "taken"
    LINKED = "linked"
    UNLINKED = "unlinked"


_GOOD = frozenset({Outcome.LINKED, Outcome.UNLINKED})


def found() -> Outcome | None:
    """The outcome that this request's address carries."""
    said = request.args.get(_FIELD)
    return Outcome(said) if said in list(Outcome) else None


def address(path: str, outcome: Outcome, onward: str = "/") -> str:
    """The page at `path`, on which it is told."""
    return f"{path}?{_FIELD}={outcome}" + (f"&next={quote(onward)}" if onward != "/" else "")


def told(*, is_good: bool = False) -> str:
    """That outcome in words if it is one of the good, or of the others; "" without one."""
    outcome, name = found(), door.provider_name()
    return in_words(outcome, name) if outcome and name and (outcome in _GOOD) == is_good else ""


def in_words(outcome: Outcome, name: str) -> str:
    """One sentence or two, with the provider's name."""
    words = {
        Outcome.DOWN: _("%(name)s does not answer at the moment. Your password lets you in."),
        Outcome.FAILED: _("Signing in with %(name)s did not work. Please try again, or use your password."),
        Outcome.UNKNOWN: _(
            "Nobody here is linked with this account at %(name)s. Sign in with your password,"
            " then link it under Account, Password and sign-ins."
        ),
        Outcome.TAKEN: _("This account at %(name)s is linked with another person here."),
        Outcome.LINKED: _("From now on %(name)s lets you in, too."),
        Outcome.UNLINKED: _("%(name)s lets you in no more. Every other sign-in has ended."),
    }
    return words[outcome] % {"name": name}
