"""Accepted mail: the intake rows, and the ledger in which every offer has exactly one fate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from gateway.ids import new_public_id
from gateway.mail.envelope import NO_CLIENT, Client
from gateway.store import outbox
from gateway.store.blobs import KeptBlob
from gateway.store.models import Intake, Offer, table
from gateway.store.session import inserted_id

_MAX_HELO = 255


class Source(StrEnum):
    """The way a mail came in. `IMPORT` is also what came by IMAP and is older than its connection."""

    SMTP = "smtp"
    LMTP = "lmtp"
    PIPE = "pipe"
    IMAP = "imap"
    IMPORT = "import"


class Fate(StrEnum):
    """What became of an offered mail."""

    PENDING = "pending"
    TICKET = "ticket"
    FOLLOW_UP = "follow_up"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


SEVERAL_ADDRESSES, IN_BEFORE, HELD_BEFORE = "several-addresses", "in-before", "held-before"
"""Why a mail is a duplicate: one mail for several addresses, one that is filed, or one in quarantine."""

PROBE = "probe"
"""Why a mail is refused that was ours: the probe of a look whether mail arrives."""

_SHARED = (Fate.QUARANTINED, Fate.DUPLICATE)
"""Fates that all recipients of one mail share; of the others only the first recipient has it."""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """One recipient of an accepted mail: the mailbox, the ticket or the delivery its address names."""

    rcpt_to: str
    mailbox_id: int | None


@dataclass(frozen=True, slots=True)
class IntakeRef:
    """An accepted mail, by its row and by its public id."""

    id: int
    public_id: str


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One recipient of an intake."""

    id: int
    rcpt_to: str
    mailbox_id: int | None


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """An accepted mail as the worker finds it."""

    id: int
    account_id: int
    raw_sha256: str
    source: Source
    mail_from: str
    tries: int
    received_at: datetime
    is_filed: bool
    offers: tuple[OfferRow, ...]
    client_ip: str = ""
    helo: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many offers met which fate; `offered` is their sum."""

    offered: int
    tickets: int
    follow_ups: int
    duplicates: int
    quarantined: int
    refused: int
    pending: int


def put(
    db: Session,
    *,
    account_id: int,
    raw: KeptBlob,
    source: Source,
    mail_from: str,
    offers: Sequence[NewOffer],
    now: datetime,
    client: Client = NO_CLIENT,
) -> IntakeRef:
    """Accept a durable raw mail for an account: it is owed a ticket from the commit on."""
    public_id = new_public_id()
    values = {
        "public_id": public_id,
        "account_id": account_id,
        "raw_sha256": raw.sha256,
        "size_bytes": raw.size_bytes,
        "source": source.value,
        "mail_from": mail_from,
        "client_ip": client.ip,
        "helo": client.helo[:_MAX_HELO],
        "tries": 0,
        "received_at": now,
    }
    intake_id = inserted_id(db, _INSERT_INTAKE, values)
    rows = [
        {
            "account_id": account_id,
            "intake_id": intake_id,
            "mailbox_id": offer.mailbox_id,
            "rcpt_to": offer.rcpt_to,
            "source": source.value,
            "fate": Fate.PENDING.value,
            "reason": "",
            "offered_at": now,
        }
        for offer in offers
    ]
    db.connection().execute(_INSERT_OFFER, rows)
    outbox.put(db, outbox.Topic.FILE, intake_id, now=now)
    return IntakeRef(intake_id, public_id)


def refuse(
    db: Session,
    *,
    account_id: int,
    mailbox_id: int | None,
    rcpt_to: str,
    source: Source,
    reason: str,
    now: datetime,
) -> None:
    """Note in the ledger that a mail for a known recipient was refused for good, and why."""
    db.add(
        Offer(
            account_id=account_id,
            mailbox_id=mailbox_id,
            rcpt_to=rcpt_to,
            source=source.value,
            fate=Fate.REFUSED.value,
            reason=reason[:200],
            offered_at=now,
        )
    )


def find(db: Session, intake_id: int) -> IntakeRow | None:
    """The intake with its recipients, None if it is gone."""
    rows = db.connection().execute(_BY_ID, {"id": intake_id}).all()
    if not rows:
        return None
    first = rows[0]
    return IntakeRow(
        id=intake_id,
        account_id=first.account_id,
        raw_sha256=first.raw_sha256,
        source=Source(first.source),
        mail_from=first.mail_from,
        tries=first.tries,
        received_at=first.received_at,
        is_filed=first.filed_at is not None,
        offers=tuple(OfferRow(row.offer_id, row.rcpt_to, row.mailbox_id) for row in rows),
        client_ip=first.client_ip,
        helo=first.helo,
    )


def note_try(db: Session, intake_id: int) -> int:
    """Count a failed try to file it; returns how many there have been."""
    tries = update(Intake).where(Intake.id == intake_id).values(tries=Intake.tries + 1)
    return db.execute(tries.returning(Intake.tries)).scalar_one()


def forget_try(db: Session, intake_id: int) -> None:
    """Take a counted try back: it failed through no fault of the mail."""
    db.execute(update(Intake).where(Intake.id == intake_id, Intake.tries > 0).values(tries=Intake.tries - 1))


def take(db: Session, intake_id: int, *, now: datetime) -> bool:
    """Take the right to file a mail; False if it is filed already, by whichever worker.

    Whoever asks meanwhile waits for this transaction's end, and learns that it is filed.
    """
    return db.connection().execute(_TAKE, {"intake": intake_id, "now": now}).rowcount == 1


def give_back(db: Session, intake_id: int, *, now: datetime) -> None:
    """Owe a mail its ticket anew: it was held back, and somebody released it."""
    db.connection().execute(_GIVE_BACK, {"intake": intake_id})
    db.connection().execute(_PENDING_AGAIN, {"intake": intake_id})
    outbox.put(db, outbox.Topic.FILE, intake_id, now=now)


def mark_filed(db: Session, row: IntakeRow, fate: Fate, *, ticket_id: int | None, reason: str = "") -> None:
    """The mail, which was taken, has its fate.

    Of several recipients in one account the first has `fate`; for the others it was the same mail again.
    """
    first = {"met": fate.value, "why": reason[:200]}
    further = first if fate in _SHARED else {"met": Fate.DUPLICATE.value, "why": SEVERAL_ADDRESSES}
    fates = [first, *(further for _ in row.offers[1:])]
    settled = [{"offer": o.id, "ticket": ticket_id, **met} for o, met in zip(row.offers, fates, strict=True)]
    db.connection().execute(_SETTLED, settled)


def fate_of(db: Session, intake_id: int) -> Fate:
    """The fate of the intake's first offer."""
    first = select(Offer.fate).where(Offer.intake_id == intake_id).order_by(Offer.id).limit(1)
    return Fate(db.execute(first).scalar_one())


def ledger(db: Session, account_id: int) -> Ledger:
    """The account's books; they add up by construction."""
    counted = select(Offer.fate, func.count()).where(Offer.account_id == account_id)
    by_fate: dict[str, int] = dict(db.execute(counted.group_by(Offer.fate)).all())
    return Ledger(
        offered=sum(by_fate.values()),
        tickets=by_fate.get(Fate.TICKET, 0),
        follow_ups=by_fate.get(Fate.FOLLOW_UP, 0),
        duplicates=by_fate.get(Fate.DUPLICATE, 0),
        quarantined=by_fate.get(Fate.QUARANTINED, 0),
        refused=by_fate.get(Fate.REFUSED, 0),
        pending=by_fate.get(Fate.PENDING, 0),
    )


def reasons(db: Session, account_id: int) -> Mapping[tuple[Fate, str], int]:
    """How many offers were refused, held back or known already, for which reason."""
    counted = select(Offer.fate, Offer.reason, func.count()).where(Offer.account_id == account_id)
    explained = counted.where(Offer.fate.in_([fate.value for fate in _EXPLAINED]))
    rows = db.execute(explained.group_by(Offer.fate, Offer.reason)).all()
    return {(Fate(fate), reason): count for fate, reason, count in rows}


_EXPLAINED = (Fate.REFUSED, Fate.QUARANTINED, Fate.DUPLICATE)
_INTAKE, _OFFER = table(Intake), table(Offer)
_INSERT_INTAKE, _INSERT_OFFER = insert(_INTAKE), insert(_OFFER)
_BY_ID = (
    select(
        _INTAKE.c.account_id,
        _INTAKE.c.raw_sha256,
        _INTAKE.c.source,
        _INTAKE.c.mail_from,
        _INTAKE.c.client_ip,
        _INTAKE.c.helo,
        _INTAKE.c.tries,
        _INTAKE.c.received_at,
        _INTAKE.c.filed_at,
        _OFFER.c.id.label("offer_id"),
        _OFFER.c.rcpt_to,
        _OFFER.c.mailbox_id,
    )
    .join(_OFFER, _OFFER.c.intake_id == _INTAKE.c.id)
    .where(_INTAKE.c.id == bindparam("id"))
    .order_by(_OFFER.c.id)
)
_TAKE = (
    update(_INTAKE)
    .where(_INTAKE.c.id == bindparam("intake"), _INTAKE.c.filed_at.is_(None))
    .values(filed_at=bindparam("now"))
)
_SETTLED = (
    update(_OFFER)
    .where(_OFFER.c.id == bindparam("offer"))
    .values(fate=bindparam("met"), ticket_id=bindparam("ticket"), reason=bindparam("why"))
)
_GIVE_BACK = update(_INTAKE).where(_INTAKE.c.id == bindparam("intake")).values(filed_at=None, tries=0)
_PENDING_AGAIN = (
    update(_OFFER).where(_OFFER.c.intake_id == bindparam("intake")).values(fate=Fate.PENDING.value, reason="")
)
