"""How the installation is, in words and counts; nothing about anybody."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.i18n import _, ngettext
from gateway.settings import SignUp
from gateway.store.deliveries import State
from gateway.store.intake import Fate
from gateway.store.queries import health
from gateway.store.session import reading
from webui import ops
from webui.office import office
from webui.wording import lasting, size


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the installation, whether it is well, and what is to be said of it."""

    name: str
    is_well: bool
    words: str


def parts() -> list[Part]:
    """Every part, those that can be reached with their numbers. Opens a transaction of its own."""
    around = ops.look_around()
    names = {"database": _("Database"), "queue": _("Queue"), "blobs": _("Storage of mails and files")}
    free = size(office().blobs.free_bytes())
    said = {"blobs": _("%(size)s are free") % {"size": free}}
    found = [
        Part(names[key], is_well, said.get(key, _("it answers")) if is_well else _("it does not answer"))
        for key, is_well in around.items()
    ]
    return found + _work() if around["database"] else found


def sign_up_words() -> str:
    """Who may begin an account, and where that is decided."""
    return {
        SignUp.OPEN: _("Anybody may create an account."),
        SignUp.INVITATION: _("Who was invited by “manage4all account invite” may create an account."),
        SignUp.CLOSED: _("Nobody may create an account; “manage4all account create” makes one."),
    }[office().settings.public_sign_up]


def _work() -> list[Part]:
    with reading() as db:
        numbers = health.count(db, now=office().clock.now())
    waiting = sum(numbers.outbox.values())
    late = timedelta(seconds=numbers.oldest_due_seconds)
    words = ngettext("%(num)s piece of work waits", "%(num)s pieces of work wait", waiting) % {"num": waiting}
    is_late = late >= _LATE
    if is_late:
        words = _("%(words)s, the oldest for %(time)s") % {"words": words, "time": lasting(late)}
    return [
        Part(_("Workers"), not is_late, words),
        Part(_("Mail in"), is_well=True, words=_mail_in(numbers)),
        Part(_("Mail out"), is_well=True, words=_mail_out(numbers)),
    ]


def _mail_in(numbers: health.Numbers) -> str:
    return _("%(all)s offered, %(pending)s not filed yet, %(held)s in quarantine, %(refused)s refused") % {
        "all": sum(numbers.offers.values()),
        "pending": numbers.offers[Fate.PENDING],
        "held": numbers.offers[Fate.QUARANTINED],
        "refused": numbers.offers[Fate.REFUSED],
    }


def _mail_out(numbers: health.Numbers) -> str:
    return _("%(sent)s sent, %(waiting)s waiting, %(held)s held back, %(failed)s not delivered") % {
        "sent": numbers.deliveries.get(State.SENT, 0),
        "waiting": numbers.deliveries.get(State.QUEUED, 0) + numbers.deliveries.get(State.DEFERRED, 0),
        "held": numbers.deliveries.get(State.HELD, 0),
        "failed": numbers.deliveries.get(State.FAILED, 0) + numbers.deliveries.get(State.BOUNCED, 0),
    }


_LATE = timedelta(minutes=5)
"""Work that has waited for so long is waiting for somebody to look after the workers."""
