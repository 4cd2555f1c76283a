"""Mails to staff about what happened in tickets, while they have not read it here.

One mail holds all that has gathered for a person; it names numbers and what happened, and nothing that a
customer wrote. It is automatic and has a null return path, so no machine that answers it starts a round.
"""

from gateway.clock import Clock
from gateway.desk import noticewords
from gateway.desk.notices import by_the_clock, write_notice
from gateway.i18n import DEFAULT_LOCALE, speaking
from gateway.store import deliveries, newsmail
from gateway.store.blobs import BlobStore
from gateway.store.newsmail import Waiting
from gateway.store.session import reading, transaction


def tell_staff(*, blobs: BlobStore, mail_domain: str, base_url: str, clock: Clock) -> int:
    """Write to whoever has something unread that they want by mail; to how many people."""
    now = clock.now()
    with reading() as db:
        found = newsmail.list_waiting(db, now=now)
    told = 0
    for person in found:
        raw = blobs.put(_mail(person, mail_domain, base_url, clock)).sha256 if person.wanted else ""
        with transaction() as db:
            newsmail.settle(db, person.unwanted, now=now)
            if not raw or not newsmail.claim(db, person.staff_id, now=now):
                continue
            newsmail.settle(db, person.wanted, now=now)
            deliveries.queue_notice(
                db, account_id=person.account_id, recipient=person.email, raw_sha256=raw, now=now
            )
        told += 1
    return told


def _mail(person: Waiting, mail_domain: str, base_url: str, clock: Clock) -> bytes:
    with speaking(person.locale or DEFAULT_LOCALE):
        names = noticewords.kind_names()
        newest = {(thing.number, names[thing.kind]): thing.at for thing in person.wanted}
        lines = [(*line, by_the_clock(at, person.zone)) for line, at in newest.items()]
    return write_notice(
        "staffnews",
        to=person.email,
        locale=person.locale,
        zone=person.zone,
        mail_domain=mail_domain,
        now=clock.now(),
        person=person.name,
        lines=lines,
        numbers=sorted({thing.number for thing in person.wanted}),
        base_url=base_url,
    )
