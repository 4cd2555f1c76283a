"""The watch: who has a mailbox in trouble or mail held back is told, by the installation's own server."""

from datetime import datetime, timedelta
from typing import Any

from gateway import log
from gateway.clock import Clock
from gateway.desk import alarming
from gateway.desk.notices import by_the_clock, write_notice
from gateway.i18n import DEFAULT_LOCALE, speaking
from gateway.rules.heartbeat import TOLD_AGAIN_AFTER, Trouble, find_trouble, should_tell
from gateway.store import holding
from gateway.store.blobs import BlobStore
from gateway.store.queries.heartbeats import Heartbeat, Person, heartbeats
from gateway.store.session import reading, transaction
from gateway.store.troublewords import words_for

_log = log.get("alarms")


def raise_alarms(*, blobs: BlobStore, mail_domain: str, clock: Clock) -> int:
    """Look at everything once; how many troubles were told. Unavailable when the database is away."""
    now = clock.now()
    return _look_at_mailboxes(blobs, mail_domain, now) + _look_at_held(blobs, mail_domain, now)


def _look_at_mailboxes(blobs: BlobStore, mail_domain: str, now: datetime) -> int:
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
    people = _people(beat.account_id)
    notices = [
        (person.email, blobs.put(_notice(beat, trouble, person, mail_domain, now)).sha256)
        for person in people
    ]
    with transaction() as db:
        alarming.tell(db, beat, notices, now=now)
    _log.info("alarm.told", mailbox=beat.mailbox_id, trouble=trouble.value, people=len(people))


def _look_at_held(blobs: BlobStore, mail_domain: str, now: datetime) -> int:
    """Told at once and then once a day while any of it waits, however much there is."""
    with reading() as db:
        if not holding.is_watched(db):
            return 0
        accounts = holding.accounts_to_tell(db, told_before=now - TOLD_AGAIN_AFTER)
    for account_id in accounts:
        people = _people(account_id)
        notices = [
            (person.email, blobs.put(_notice_of_held(account_id, person, mail_domain, now)).sha256)
            for person in people
        ]
        with transaction() as db:
            alarming.tell_of_held(db, account_id, notices, now=now)
        _log.info("alarm.told", account=account_id, trouble="held", people=len(people))
    with transaction() as db:
        holding.forget_told(db)
    return len(accounts)


def _people(account_id: int) -> list[Person]:
    with reading() as db:
        people = alarming.find_people(db, account_id)
    if not people:
        _log.warning("alarm.reaches_nobody", account=account_id)
    return people


def _notice(beat: Heartbeat, trouble: Trouble, person: Person, mail_domain: str, now: datetime) -> bytes:
    pulse = beat.pulse
    since, error = {
        Trouble.FAILING: (pulse.failing_since, beat.error),
        Trouble.UNSENT: (pulse.unsent_since, beat.sending_error),
        Trouble.SILENT: (pulse.heard_at, ""),
    }[trouble]
    with speaking(person.locale or DEFAULT_LOCALE):
        values: dict[str, Any] = {
            "address": beat.address,
            "trouble": trouble.value,
            "since": by_the_clock(since or now, person.zone),
            "hours": (pulse.silence or timedelta()) // timedelta(hours=1),
            "error": words_for(error),
        }
    return write_notice(
        "alarm",
        to=person.email,
        locale=person.locale,
        zone=person.zone,
        mail_domain=mail_domain,
        now=now,
        **values,
    )


def _notice_of_held(account_id: int, person: Person, mail_domain: str, now: datetime) -> bytes:
    with reading() as db:
        mails = holding.count(db, account_id)
    shown = f"{holding.MOST_COUNTED}+" if mails > holding.MOST_COUNTED else str(mails)
    return write_notice(
        "held",
        to=person.email,
        locale=person.locale,
        zone=person.zone,
        mail_domain=mail_domain,
        now=now,
        mails=shown,
    )
