"""A mailbox's working hours as a form, and what is said outside them."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway.desk.outofhours import OutOfHours
from webui import weeks
from webui.weeks import WeekForm


@dataclass(frozen=True, slots=True)
class HoursForm:
    """What was typed, or what there is."""

    week: WeekForm
    answers: bool
    text: str


def typed(form: MultiDict[str, str]) -> HoursForm:
    """What was sent, to be read or shown again."""
    text = form.get("closed_text", "")[: weeks.MAX_TEXT_CHARS]
    return HoursForm(weeks.typed(form), "answers_closed" in form, text)


def of_view(view: OutOfHours, *, locale: str) -> HoursForm:
    """The form of what there is."""
    return HoursForm(weeks.of_hours(view.hours, locale=locale), view.answers, view.text)


def wanted(form: HoursForm) -> OutOfHours:
    """What was typed, as the desk takes it; Invalid names the field at fault."""
    return OutOfHours(weeks.wanted(form.week), form.answers, form.text)
