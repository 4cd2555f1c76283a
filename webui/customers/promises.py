"""What a group's customers are promised as a form: targets, and working hours of their own."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway.desk.promises import GroupPromise
from gateway.rules.hours import Hours
from webui import promising, weeks
from webui.promising import TargetsForm
from webui.weeks import WeekForm


@dataclass(frozen=True, slots=True)
class PromiseForm:
    """What was typed, or what there is; `week` counts with `has_hours` alone."""

    targets: TargetsForm
    has_hours: bool
    week: WeekForm


def typed(form: MultiDict[str, str]) -> PromiseForm:
    """What was sent, to be read or shown again."""
    return PromiseForm(promising.typed(form), "own_hours" in form, weeks.typed(form))


def of_promise(promise: GroupPromise, *, locale: str) -> PromiseForm:
    """The form of what there is."""
    week = weeks.of_hours(promise.hours or Hours(), locale=locale)
    return PromiseForm(promising.of_targets(promise.targets), promise.hours is not None, week)


def wanted(form: PromiseForm) -> GroupPromise:
    """What was typed, as the desk takes it; Invalid names the field at fault."""
    return GroupPromise(promising.wanted(form.targets), weeks.wanted(form.week) if form.has_hours else None)
