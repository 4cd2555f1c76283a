"""Signing a mailbox's mail: its key, the record for the DNS to copy, and the look whether it is there."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import dkimkeys
from gateway.desk.dkimkeys import DkimView
from gateway.errors import NotFound
from gateway.i18n import _
from gateway.inbound.authentication.published import look_for_keys
from gateway.mail.dkimsigning import Seen
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui.bridge import Told
from webui.later import Later
from webui.office import office
from webui.sessions import actor, proven, signed_in
from webui.wording import Moment, moment

blueprint = Blueprint("dkim", __name__)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as the page shows it; `light` is ok, wait or bad."""

    light: str
    state: str
    is_active: bool
    name: str
    value: str
    looked: Moment | None


def shown(key: DkimView, now: datetime) -> Key:
    """A key in words of the person's language."""
    light, state = _light(key)
    looked = moment(key.looked_at, now) if key.looked_at else None
    return Key(light, state, key.is_active, key.name, key.value, looked)


@blueprint.post("/mailboxes/<public_id>/dkim/make")
@proven
def make(public_id: str) -> ResponseReturnValue:
    """Make a key for the mailbox's domain, or a new one beside the one that signs."""
    by, here, seal = actor(), office(), Seal(office().settings.key())
    with reading() as db:
        dkimkeys.list_keys(db, by, public_id)  # a foreign mailbox costs no key

    def work() -> Told:
        """Beside the pages: primes are found sooner or later."""
        fresh = dkimkeys.generate(seal)
        with transaction() as db:
            dkimkeys.make(db, by, public_id, fresh, now=here.clock.now())
        return _told(public_id)

    return Later(work)


@blueprint.post("/mailboxes/<public_id>/dkim/look")
@signed_in
def look(public_id: str) -> ResponseReturnValue:
    """Look in the DNS for the records: a key whose record is there signs from now on."""
    by, here = actor(), office()
    with reading() as db:
        keys = dkimkeys.list_keys(db, by, public_id)
    if not keys:
        raise NotFound(detail="dkim: no key")

    def work() -> Told:
        seen = look_for_keys(here.settings.dns_servers, keys)
        with transaction() as db:
            dkimkeys.note_look(db, by, public_id, seen, now=here.clock.now())
        return _told(public_id)

    return Later(work)


@blueprint.post("/mailboxes/<public_id>/dkim/remove")
@proven
def remove(public_id: str) -> ResponseReturnValue:
    """Sign no more."""
    with transaction() as db:
        dkimkeys.remove(db, actor(), public_id, now=office().clock.now())
    return redirect(_section(public_id), 303)


def _told(public_id: str) -> Told:
    return Told("303 See Other", [("Location", _section(public_id))])


def _section(public_id: str) -> str:
    return f"/mailboxes/{public_id}#dkim"


def _light(key: DkimView) -> tuple[str, str]:
    match key.seen:
        case Seen.SHOWN:
            return "ok", _("Mail is signed: the DNS shows the record.")
        case Seen.MISSING:
            return "wait", _("The DNS does not show the record yet. This can take some hours.")
        case Seen.OTHER:
            return "bad", _("The DNS shows another record at this name, or more than one. Compare them.")
        case Seen.UNKNOWN:
            light = "ok" if key.is_active else "wait"
            return light, _("The DNS gave no answer. Please look again in a while.")
        case None:
            return "wait", _("Waits for its record: enter it in the DNS, then look for it here.")
