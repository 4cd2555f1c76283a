"""What works at the end of the guided start, and what to do about the rest: a line for each thing."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.desk.deliverability import Looked
from gateway.i18n import _
from gateway.rules.access import Actor
from webui.mailboxstates import Line


@dataclass(frozen=True, slots=True)
class Works:
    """One thing; `light` is ok, wait or bad, `words` say so. `href` is where to mend it, "" where nowhere."""

    name: str
    light: str
    words: str
    href: str = ""


def of_address(by: Actor) -> Works:
    """Whether the person's own address is confirmed."""
    name = _("Your e-mail address")
    if by.is_confirmed:
        return Works(name, "ok", _("confirmed"))
    return Works(name, "bad", _("not confirmed: until then no mail goes out"), "/confirm")


def of_mailbox(line: Line) -> Works:
    """How a mailbox fares."""
    return Works(line.address, line.light, f"{line.way} · {line.state}", f"/mailboxes/{line.id}")


def no_mailbox() -> Works:
    """That there is none."""
    return Works(_("Mailbox"), "bad", _("none yet: mails cannot become tickets"), "/start/mailbox")


def of_sending(*, has_own: bool, has_relay: bool, is_kept: bool) -> Works:
    """By which server answers leave; `is_kept` where nothing really does."""
    name = _("Answers")
    if is_kept:
        return Works(name, "wait", _("kept and shown here: this is a demo"))
    if has_own:
        return Works(name, "ok", _("leave by a server of your own"))
    if has_relay:
        return Works(name, "ok", _("leave by the server of this installation"))
    return Works(name, "bad", _("wait: there is no server by which they could leave"), "/start/mailbox")


def of_tests(looked: Sequence[Looked]) -> Works:
    """Whether a test mail came back."""
    name = _("Test mail")
    if any(one.back_at for one in looked):
        return Works(name, "ok", _("came back: mail goes out and comes in"))
    if looked:
        return Works(name, "wait", _("has not come back"), "/start/test")
    return Works(name, "wait", _("none sent yet"), "/start/test")
