"""The watch over all mailboxes: who has trouble for long is told, by the installation's own server."""

from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime

from gateway import ids, log
from gateway.clock import Clock
from gateway.desk import alarming
from gateway.i18n import DEFAULT_LOCALE, current_locale, speaking
from gateway.mail.address import Address
from gateway.mail.compose import OutgoingMail, compose
from gateway.rules.heartbeat import Trouble, find_trouble, should_tell
from gateway.store.blobs import BlobStore
from gateway.store.queries.heartbeats import Heartbeat, Person, heartbeats
from gateway.store.queries.mailboxes import words_for
from gateway.store.session import reading, transaction
from gateway.templating import render

_log = log.get("alarms")


def raise_alarms(*, blobs: BlobStore, mail_domain: str, clock: Clock) -> int:
    """Look at every mailbox once; how many troubles were told. Unavailable when the database is away."""
    now = clock.now()
    with reading() as db:
        found = [(beat, find_trouble(beat.pulse, now=now)) for beat in heartbeats(db)]
    told = 0
    for beat, trouble in found:
        if trouble is not None and should_tell(trouble, beat.alarmed_at, now=now):
            _tell(beat, trouble, blobs, mail_domain, now)
            told += 1
        elif trouble is None and beat.alarmed_at is not None:
            with transaction() as db:
                alarming.forget(db, beat)
    return told


def _tell(beat: Heartbeat, trouble: Trouble, blobs: BlobStore, mail_domain: str, now: datetime) -> None:
    with reading() as db:
        people = alarming.find_people(db, beat.account_id)
    if not people:
        _log.warning("alarm.reaches_nobody", mailbox=beat.mailbox_id, trouble=trouble.value)
    notices = [
        (person.email, blobs.put(_notice(beat, trouble, person, mail_domain, now)).sha256)
        for person in people
    ]
    with transaction() as db:
        alarming.tell(db, beat, notices, now=now)
    _log.info("alarm.told", mailbox=beat.mailbox_id, trouble=trouble.value, people=len(people))


def _in_words(at: datetime) -> str:
    return f"{format_datetime(at, 'short', tzinfo=UTC, locale=current_locale())} UTC"


def _notice(beat: Heartbeat, trouble: Trouble, person: Person, mail_domain: str, now: datetime) -> bytes:
    pulse = beat.pulse
    since, error = {
        Trouble.FAILING: (pulse.failing_since, beat.error),
        Trouble.UNSENT: (pulse.unsent_since, beat.sending_error),
        Trouble.SILENT: (pulse.heard_at, ""),
    }[trouble]
    with speaking(person.locale or DEFAULT_LOCALE):
        values = {
            "address": beat.address,
            "trouble": trouble.value,
            "since": _in_words(since or now),
            "hours": (pulse.silence or timedelta()) // timedelta(hours=1),
            "error": words_for(error),
        }
        subject = render("mail/alarm/subject.txt", **values).strip()
        text = render("mail/alarm/body.txt", **values)
    return compose(
        OutgoingMail(
            message_id=f"notice.{ids.new_public_id()}@{mail_domain}",
            date=now,
            from_=Address("manage4all", f"no-reply@{mail_domain}"),
            to=(Address("", person.email),),
            subject=subject,
            text=text,
            auto_submitted="auto-generated",
        )
    )
