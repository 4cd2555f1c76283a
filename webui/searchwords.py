"""The language of the search in the reader's: what filters are called, what was not understood."""

from collections.abc import Mapping, Sequence

from gateway.i18n import _
from gateway.rules.searching import Key, Problem, ProblemKind, Term
from gateway.rules.status import Status
from webui.wording import status_names


def in_words(problem: Problem) -> str:
    """One sentence that says what was not understood, and what would be."""
    filled = {"key": problem.key, "value": problem.value, "known": ", ".join(problem.known)}
    return _sentence(problem) % filled


def chip(term: Term) -> str:
    """What a term asks for, as a label."""
    told = _bare(term)
    return _("not %(what)s") % {"what": told} if term.is_negated else told


def _sentence(problem: Problem) -> str:
    match problem.kind:
        case ProblemKind.UNKNOWN_FILTER:
            return _("There is no filter “%(key)s:”, so this was looked for as words.")
        case ProblemKind.UNKNOWN_VALUE:
            return _("“%(key)s:” does not know “%(value)s”, only %(known)s.")
        case ProblemKind.NO_VALUE if problem.known:
            return _("“%(key)s:” needs one of %(known)s behind it, without a blank.")
        case ProblemKind.NO_VALUE:
            return _("“%(key)s:” needs a word behind it, without a blank.")
        case ProblemKind.NO_DATE:
            return _("“%(key)s:” needs a day like 2026-01-31, not “%(value)s”.")
        case ProblemKind.NO_WORD:
            return _("“%(value)s” holds no letter and no digit to look for.")
        case ProblemKind.TOO_LONG:
            return _("A search has at most %(value)s characters; the rest was left out.")
        case ProblemKind.TOO_MANY:
            return _("A search has at most %(value)s parts; the rest was left out.")


def _bare(term: Term) -> str:
    if term.key is Key.WORD:
        return term.values[0]
    if term.key is Key.PHRASE:
        return f"“{term.values[0]}”"
    if term.key is Key.NUMBER:
        return f"#{term.values[0]}"
    if term.key in (Key.IS, Key.HAS):
        return _listed(term.values)
    return f"{_names()[term.key]}: {_listed(term.values)}"


def _listed(values: Sequence[str]) -> str:
    named = _values()
    return _(" or ").join(named.get(value, value) for value in values)


def _names() -> Mapping[Key, str]:
    return {
        Key.STATUS: _("status"),
        Key.ASSIGNEE: _("assignee"),
        Key.FROM: _("from"),
        Key.TO: _("to"),
        Key.CUSTOMER: _("customer"),
        Key.GROUP: _("group"),
        Key.MAILBOX: _("mailbox"),
        Key.TAG: _("tag"),
        Key.FILENAME: _("file"),
        Key.SUBJECT: _("subject"),
        Key.BEFORE: _("before"),
        Key.AFTER: _("since"),
        Key.CREATED: _("created"),
        Key.UPDATED: _("last active"),
        Key.PRIORITY: _("priority"),
        Key.DUE: _("due"),
        Key.MENTIONS: _("mentions"),
    }


def _values() -> Mapping[str, str]:
    states = {status.value: name for status, name in status_names().items()}
    return {
        **states,
        Status.OPEN.value: f"{states['new']}, {states['open']}",
        "unassigned": _("nobody’s"),
        "mine": _("mine"),
        "me": _("me"),
        "nobody": _("nobody"),
        "unread": _("unread"),
        "snoozed": _("sleeping"),
        "mentioned": _("where I am mentioned"),
        "attachment": _("with attachment"),
        "today": _("today"),
        "overdue": _("overdue"),
        "low": _("low"),
        "normal": _("normal"),
        "high": _("high"),
        "urgent": _("urgent"),
    }
