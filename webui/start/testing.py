"""The third step of the guided start: a mail goes out, comes back, and is a ticket."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import deliverability, imapsources
from gateway.desk.deliverability import Looked, TrialMail
from gateway.desk.guidedstart import Progress, Step
from gateway.desk.mailboxes import MailboxView, list_mailboxes
from gateway.errors import Conflict, NotFound
from gateway.i18n import _, ngettext
from gateway.rules.access import Permission, may
from gateway.rules.deliverability import Probe, Sending
from gateway.store.imap import SourceState
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import arrivals, pages
from webui.office import office
from webui.sessions import signed_in
from webui.start import steps

blueprint = Blueprint("start_testing", __name__)
_PATH = "/start/test"
_FACTS = {"tls", "spf", "dkim", "dmarc", "ptr"}


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list; `light` is ok, wait or bad, `state` the same in a word."""

    light: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the test mail; `is_away` while it may still come back, `ticket` is a number."""

    checks: tuple[Check, ...]
    others: tuple[arrivals.Line, ...]
    ticket: int | None
    is_away: bool


@blueprint.get(_PATH)
@signed_in
def form() -> ResponseReturnValue:
    """The button, and what became of the mail that it sent last."""
    known = steps.progress()
    box, looked, why_not = _standing(known)
    return steps.page(
        "test",
        Step.TEST,
        known,
        box=box,
        why_not=why_not,
        trial=_shown(looked, box) if looked and box else None,
        is_kept=is_kept(),
        wrong=arrivals.too_soon(request.args),
    )


@blueprint.post(_PATH)
@signed_in
def send() -> ResponseReturnValue:
    """Send the test mail, beside the pages; then the page shows what becomes of it."""
    by, settings, now = steps.manager(), office().settings, office().clock.now()
    box = _box(steps.progress())
    if box is None:
        return redirect(_PATH, 303)
    mail = TrialMail(
        _("Test mail: it has arrived"),
        _("The guided start has sent this mail, and it came back: your customers’ mails arrive here, too."),
    )
    try:
        with transaction() as db:
            task = deliverability.begin(
                db,
                by,
                box.public_id,
                seal=Seal(settings.key()),
                mail_domain=settings.mail_domain,
                now=now,
                test_mail=mail,
            )
    except Conflict:
        return redirect(f"{_PATH}?{arrivals.SOON}=1", 303)
    return arrivals.look(by, task, _PATH)


@blueprint.get("/start/test/list")
@signed_in
def listed() -> ResponseReturnValue:
    """The list alone, which asks again by itself while the test mail is away."""
    box, looked, _why_not = _standing(steps.progress())
    trial = _shown(looked, box) if looked and box else None
    if trial is None:
        raise NotFound(detail="start: no test mail")
    return pages.render("web/start/checks.html", trial=trial, is_kept=is_kept())


@blueprint.post("/start/test/done")
@signed_in
def done() -> ResponseReturnValue:
    """They have seen enough."""
    steps.manager()
    return steps.settle(Step.TEST)


def is_kept() -> bool:
    """Whether outgoing mail ends in the demo's postbox."""
    settings = office().settings
    return settings.demo and settings.relay_url.get_secret_value() in ("", settings.postbox_url)


def _box(known: Progress) -> MailboxView | None:
    """The mailbox that the start is about, else the account's oldest."""
    with reading() as db:
        mail_domain = office().settings.mail_domain
        boxes = list_mailboxes(db, steps.manager().account_id, mail_domain=mail_domain)
    chosen = (box for box in boxes if box.public_id == known.mailbox_id)
    return next(chosen, boxes[0] if boxes else None)


def _standing(known: Progress) -> tuple[MailboxView | None, Looked | None, str]:
    """The mailbox, its newest test mail, and why none can be sent now ("" if one can)."""
    by, box = steps.manager(), _box(known)
    if box is None:
        return None, None, "mailbox"
    with reading() as db:
        looked = deliverability.find_looked(db, by, box.public_id)
        source = imapsources.find_view(db, by, box.public_id)
    why_not = "" if may(by, Permission.SEND_MAIL) else "confirm"
    if source is not None and source.state is SourceState.TRIAL:
        why_not = "fetch"
    return box, looked if looked and looked.wants_ticket else None, why_not


def _shown(looked: Looked, box: MailboxView) -> Trial | None:
    """None while it is being sent, which takes a moment."""
    now = office().clock.now()
    found = arrivals.shown(looked, box, now)
    if found is None or looked.facts is None:
        return None
    names = [one.check for one in looked.findings(now=now)]
    lines = dict(zip(names, found.lines, strict=True))
    checks = [Check(lines["server"].light, lines["server"].state, _sent_words(looked, lines["server"].words))]
    if looked.facts.sending is Sending.SENT:
        checks.append(_back(looked, lines["probe"].words))
    others = tuple(line for name, line in lines.items() if name in _FACTS)
    return Trial(tuple(checks), others, looked.ticket_number, found.is_away and not is_kept())


def _sent_words(looked: Looked, words: str) -> str:
    is_sent = looked.facts is not None and looked.facts.sending is Sending.SENT
    return _("Sent: the outgoing server took it") if is_sent else words


def _back(looked: Looked, words: str) -> Check:
    if looked.back_at is not None:
        seconds = max(1, round((looked.back_at - looked.began_at).total_seconds()))
        after = ngettext("%(num)s second", "%(num)s seconds", seconds) % {"num": seconds}
        return Check("ok", _("good"), _("Came back after %(seconds)s") % {"seconds": after})
    if is_kept():
        return Check("wait", _("to improve"), _("It is kept and shown here: nothing leaves a demo"))
    is_late = looked.probe(now=office().clock.now()) is Probe.LATE
    return Check("bad" if is_late else "wait", _("wrong") if is_late else _("on its way"), words)
