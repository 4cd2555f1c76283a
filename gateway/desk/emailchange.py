"""Another e-mail address of a person: it has to be confirmed anew, and the old one is told.

Both mails are written before the transaction in which the address changes, and leave with it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import mailedlinks
from gateway.desk.mailedlinks import Letter, Purpose, Reader
from gateway.desk.notices import write_notice
from gateway.errors import Conflict
from gateway.store import deliveries
from gateway.store.blobs import BlobStore


@dataclass(frozen=True, slots=True)
class Letters:
    """What is mailed when `old` becomes `new`: the link to the new one, and word of it to the old one.

    `told_sha256` is None where nobody has shown that the old address is theirs: it may be a stranger's.
    """

    old: str
    new: str
    link: Letter
    told_sha256: str | None


def write(
    reader: Reader,
    new: str,
    *,
    was_confirmed: bool,
    base_url: str,
    blobs: BlobStore,
    mail_domain: str,
    now: datetime,
) -> Letters:
    """Write both mails; nothing is recorded yet, and the link is worth nothing before `send`."""
    moved = Reader(reader.account_id, reader.staff_id, reader.name, reader.login, new, reader.locale)
    link = mailedlinks.write(
        moved, Purpose.CONFIRM, base_url=base_url, blobs=blobs, mail_domain=mail_domain, now=now
    )
    told = write_notice(
        "email_changed",
        to=reader.email,
        locale=reader.locale,
        mail_domain=mail_domain,
        now=now,
        person=reader.name or reader.login,
        login=reader.login,
        email=new,
    )
    return Letters(reader.email, new, link, blobs.put(told).sha256 if was_confirmed else None)


def send(db: Session, letters: Letters, *, now: datetime) -> None:
    """Let both mails go. Conflict for who has changed their address too often without confirming one."""
    if not mailedlinks.send(db, letters.link, now=now):
        raise Conflict("The e-mail address was changed too often. Please try again in a few days.")
    if letters.told_sha256 is not None:
        deliveries.queue_notice(
            db,
            account_id=letters.link.reader.account_id,
            recipient=letters.old,
            raw_sha256=letters.told_sha256,
            now=now,
        )
