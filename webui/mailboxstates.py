"""How a mailbox fares, in words: its light, its last mail, its connection and what can be done with it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.desk.imapsources import SourceView
from gateway.desk.mailboxes import MailboxView
from gateway.i18n import _, ngettext
from gateway.rules.heartbeat import Trouble, find_trouble
from gateway.store.imap import SourceState, WhenDone
from gateway.store.queries.mailboxes import Heartbeat
from gateway.store.servers import Security
from webui.wording import Moment, moment

OLD = "all"
"""What the button says that also fetches the mails that are there already."""


@dataclass(frozen=True, slots=True)
class Line:
    """A mailbox in the list."""

    id: str
    address: str
    light: str
    way: str
    state: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """How one mailbox fares; `light` is ok, wait or bad."""

    light: str
    state: str
    error: str
    advice: str
    heard: Moment | None
    checked: Moment | None
    token_ends: Moment | None


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done with the connection."""

    path: str
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The IMAP account of a mailbox as its page shows it."""

    where: str
    is_trial: bool
    is_counting: bool
    found: str
    buttons: tuple[Button, ...]


def line(box: MailboxView, beat: Heartbeat, now: datetime) -> Line:
    """A mailbox for the list."""
    shown = pulse(beat, now)
    heard = shown.heard
    state = _("last mail: %(ago)s") % {"ago": heard.ago} if heard else _("no mail yet")
    way = _("by IMAP") if beat.imap else _("by forwarding")
    if beat.sending_error and shown.light != "bad":
        return Line(box.public_id, box.address, "bad", way, _("Cannot send"))
    return Line(box.public_id, box.address, shown.light, way, state if shown.light == "ok" else shown.state)


def pulse(beat: Heartbeat, now: datetime) -> Pulse:
    """How a mailbox fares now."""
    light, state = _light(beat, now)
    heard, checked, ends = beat.last_mail_at, beat.checked_at, beat.token_expires_at
    return Pulse(
        light=light,
        state=state,
        error=beat.error,
        advice=_advice(beat, now),
        heard=moment(heard, now) if heard else None,
        checked=moment(checked, now) if checked else None,
        token_ends=moment(ends, now) if ends else None,
    )


def is_counting(view: SourceView) -> bool:
    """Whether what is there is not counted yet."""
    return view.state is SourceState.TRIAL and view.trial is None


def source(view: SourceView) -> Source:
    """The connection with what can be done next."""
    return Source(
        where=f"{view.username} · {view.host}",
        is_trial=view.state is SourceState.TRIAL,
        is_counting=is_counting(view),
        found=_found(view),
        buttons=_buttons(view),
    )


def securities() -> tuple[tuple[str, str], ...]:
    """The kinds of encryption to choose from."""
    return (
        (Security.TLS.value, _("TLS (usual)")),
        (Security.STARTTLS.value, "STARTTLS"),
        (Security.PLAIN.value, _("none (this machine only)")),
    )


def endings() -> tuple[tuple[str, str], ...]:
    """What may become of a mail on the server."""
    return (
        (WhenDone.SEEN.value, _("marked as read")),
        (WhenDone.KEEP.value, _("left as it is")),
        (WhenDone.MOVE.value, _("moved to another folder")),
        (WhenDone.DELETE.value, _("deleted")),
    )


def _light(beat: Heartbeat, now: datetime) -> tuple[str, str]:
    if beat.error:
        return "bad", _("Cannot be fetched")
    match beat.imap:
        case SourceState.PAUSED:
            return "wait", _("Paused: nothing is fetched")
        case SourceState.TRIAL if beat.checked_at is None:
            return "wait", _("Counting the mails there …")
        case SourceState.TRIAL:
            return "wait", _("Connected; you decide what is fetched")
        case _ if _is_silent(beat, now):
            return "bad", _("Silent: no mail for longer than you expect")
        case SourceState.ACTIVE:
            return "ok", _("Mail is fetched")
        case _:
            return ("ok", _("Mail arrives")) if beat.last_mail_at else ("wait", _("Waits for its first mail"))


def _is_silent(beat: Heartbeat, now: datetime) -> bool:
    return find_trouble(beat.pulse, now=now) is Trouble.SILENT


def _advice(beat: Heartbeat, now: datetime) -> str:
    """What to do about a silence; an error has it in its words."""
    if beat.error or beat.imap in (SourceState.PAUSED, SourceState.TRIAL) or not _is_silent(beat, now):
        return ""
    if beat.imap:
        return _("Write to it yourself. If it does not arrive, see which folder your provider puts it in.")
    return _("Write to it yourself. If it does not arrive, see whether your provider still forwards it.")


def _found(view: SourceView) -> str:
    """The dry run in words: what an import would bring, and that it would send nothing."""
    if view.state is not SourceState.TRIAL or view.trial is None:
        return ""
    mails, threads = int(view.trial.get("mails", 0)), int(view.trial.get("threads", 0))
    counted = ngettext("%(num)s mail", "%(num)s mails", mails) % {"num": mails}
    about = ngettext("%(num)s conversation", "%(num)s conversations", threads) % {"num": threads}
    return _("%(mails)s in %(threads)s; 0 mails will be sent") % {"mails": counted, "threads": about}


def _buttons(view: SourceView) -> tuple[Button, ...]:
    leave = Button("disconnect", _("Disconnect"))
    if is_counting(view):
        return (leave,)
    match view.state:
        case SourceState.TRIAL:
            fresh = Button("start", _("Fetch only new mail"))
            return (fresh, Button("start", _("Also import what is there"), OLD), leave)
        case SourceState.PAUSED:
            return (Button("resume", _("Go on")), leave)
        case _:
            return (Button("resume", _("Look now")), Button("pause", _("Pause")), leave)
