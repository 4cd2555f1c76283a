"""The pages of the guided start: who may see them, and the list of steps that each shows."""

from dataclasses import dataclass

from flask import redirect, request
from werkzeug.wrappers import Response

from gateway.desk import guidedstart
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.views import overview
from gateway.i18n import _
from gateway.rules.access import Actor, Permission, require
from gateway.store.session import reading, transaction
from webui import pages
from webui.office import office
from webui.rail import rail
from webui.sessions import actor

ROOT = "/start"
END = "/start/end"


@dataclass(frozen=True, slots=True)
class Mark:
    """A step in the list; `state` is done, skipped or open, `word` says so."""

    number: int
    name: str
    href: str
    state: str
    word: str
    is_here: bool


def manager() -> Actor:
    """Who acts, if they manage the account; else Denied."""
    by = actor()
    require(by, Permission.MANAGE_ACCOUNT)
    return by


def progress() -> Progress:
    """How far the account's start has come."""
    with reading() as db:
        return guidedstart.find(db, manager())


def path_of(step: Step) -> str:
    """The page of a step."""
    return f"{ROOT}/{step.value}"


def go_on(after: Step | None = None) -> Response:
    """To the next step that is not behind them, or to the end."""
    following = progress().next_after(after)
    query = "?confirmed=1" if "confirmed" in request.args else ""
    return redirect((path_of(following) if following else END) + query, 303)


def settle(step: Step, *, is_skipped: bool = False) -> Response:
    """The step is behind them; on to the next one."""
    with transaction() as db:
        guidedstart.settle(db, manager(), step, is_skipped=is_skipped, now=office().clock.now())
    return go_on(step)


def page(name: str, here: Step | None, known: Progress, **values: object) -> str:
    """A page of the start, with the list of steps."""
    by = manager()
    with reading() as db:
        views = rail(overview(db, by), by)
    return pages.render(
        f"web/start/{name}.html",
        area="start",
        views=views,
        steps=_marks(known, here),
        step=here.value if here else "",
        **values,
    )


def _marks(known: Progress, here: Step | None) -> list[Mark]:
    names, marks = _names(), []
    for number, step in enumerate(Step, 1):
        state, word = "open", _("to do")
        if step in known.done:
            state, word = "done", _("done")
        elif step in known.skipped:
            state, word = "skipped", _("skipped")
        marks.append(Mark(number, names[step], path_of(step), state, word, step is here))
    return marks


def _names() -> dict[Step, str]:
    return {
        Step.BUSINESS: _("Your business"),
        Step.MAILBOX: _("First mailbox"),
        Step.TEST: _("Test both ways"),
        Step.COLLEAGUES: _("Colleagues"),
    }
