"""What is promised to customers as a form: within which time somebody answers and is done."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.rules.due import Goal, Targets, read_term

_MAX_CHARS = 20


@dataclass(frozen=True, slots=True)
class TargetsForm:
    """What was typed, or what there is; nothing where nothing is promised."""

    first_answer: str = ""
    next_answer: str = ""
    resolution: str = ""
    by_priority: bool = False


def typed(form: MultiDict[str, str]) -> TargetsForm:
    """What was sent, to be read or shown again."""
    terms = {goal.value: form.get(goal.value, "").strip()[:_MAX_CHARS] for goal in Goal}
    return TargetsForm(**terms, by_priority="by_priority" in form)


def of_targets(targets: Targets) -> TargetsForm:
    """The form of what there is."""
    terms = {goal.value: str(targets.of(goal) or "") for goal in Goal}
    return TargetsForm(**terms, by_priority=targets.by_priority)


def wanted(form: TargetsForm) -> Targets:
    """What was typed; Invalid names the field at fault."""
    terms = {}
    for goal in Goal:
        try:
            terms[goal.value] = read_term(getattr(form, goal.value))
        except Invalid as error:
            raise Invalid(error.public, field=goal.value) from None
    return Targets(**terms, by_priority=form.by_priority)
