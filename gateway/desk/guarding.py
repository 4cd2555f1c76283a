"""What keeps mail of machines from doing harm while it is filed: storms, loops, and who may be answered.

The rules decide (`rules.storms`, `rules.loops`, `rules.doubts`); here they get what they must know.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Self

from sqlalchemy.orm import Session

from gateway import log
from gateway.errors import Invalid
from gateway.mail.address import Address
from gateway.mail.addressing import writable_address
from gateway.mail.authres import NOT_EXAMINED, Result, Verdict
from gateway.mail.message import ParsedMail
from gateway.rules import loops, storms
from gateway.rules.acknowledging import decide_words
from gateway.rules.loops import Proof
from gateway.rules.storms import Storm
from gateway.settings import Settings
from gateway.store import automatic, tallies
from gateway.store.automatic import Kind
from gateway.store.contacts import Known
from gateway.store.intake import IntakeRow, Source
from gateway.store.queries import filing as books
from gateway.store.queries.filing import OwnMailbox
from gateway.store.sealed import Seal

_WITH_ENVELOPE = (Source.SMTP, Source.LMTP)
_MOST_WATCHED = 1000
_log = log.get("filing")


class Watch:
    """The senders whose mails this process has seen held back lately; a hint, the database decides."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, str], datetime] = {}

    def note(self, account_id: int, address: str, now: datetime) -> None:
        """Watch a sender for the next window."""
        if len(self._until) >= _MOST_WATCHED:
            self._until.clear()
        self._until[account_id, address] = now + storms.WINDOW

    def is_calm(self, now: datetime) -> bool:
        """Whether nobody is watched: then there is no use in looking who wrote."""
        if self._until and max(self._until.values()) < now:
            self._until.clear()
        return not self._until

    def watches(self, account_id: int, sender: Address | None) -> bool:
        """Whether this sender is watched."""
        return (account_id, _key(sender)) in self._until


@dataclass(frozen=True, slots=True)
class Guards:
    """What the installation allows machines: how many mails are no storm, how many automatic ones an hour.

    `digest` makes a keyed hash of an address, in hex; the same in every process of the installation.
    `seal` opens the keys that sign an acknowledgement.
    """

    storm_mails: int
    automatic_per_hour: int
    mail_domain: str
    digest: Callable[[str], str]
    seal: Seal
    watch: Watch = field(default_factory=Watch)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the operator set them."""
        key = settings.key()
        digest = partial(automatic.digest_of, key)
        return cls(settings.storm_mails, settings.automatic_per_hour, settings.mail_domain, digest, Seal(key))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that is being filed: who wrote it, and what SPF, DKIM and DMARC said of it."""

    row: IntakeRow
    mail: ParsedMail
    sender: Address | None
    verdict: Verdict = NOT_EXAMINED

    @property
    def dmarc_failed(self) -> bool:
        """Whether the sender's own domain disowns the mail; no verdict is no failure."""
        return self.verdict.dmarc is Result.FAIL


@dataclass(frozen=True, slots=True)
class Weather:
    """Whether a sender storms, and the ticket into which that folds, if there is one."""

    storm: Storm = Storm.NONE
    ticket_id: int | None = None


def weigh(db: Session, row: IntakeRow, sender: Address | None, guards: Guards | None) -> Weather:
    """Count a mail that is being filed; what its sender's mails come to. Imported mail is no storm."""
    if guards is None or row.source is Source.IMPORT:
        return Weather()
    address, at = _key(sender), row.received_at
    tally = tallies.count_one(db, row.account_id, address, window_at=storms.window_of(at))
    storm = storms.decide_storm(tally.counts, at=at, most=guards.storm_mails)
    if storm is Storm.HOLD:
        guards.watch.note(row.account_id, address, at)
    return Weather(storm, tally.ticket_id)


def would_be_held(db: Session, row: IntakeRow, sender: Address | None, guards: Guards) -> bool:
    """Whether one more mail of this sender would be held back, whatever is in it; nothing is counted."""
    at = row.received_at
    tally = tallies.look(db, row.account_id, _key(sender), window_at=storms.window_of(at))
    return storms.decide_storm(tally.counts, at=at, most=guards.storm_mails) is Storm.HOLD


def folding_ticket(
    db: Session, row: IntakeRow, sender: Address | None, who: Known | None, weather: Weather
) -> int | None:
    """The ticket that takes a storming sender's mail: the one of this storm, else its newest one."""
    window_at = storms.window_of(row.received_at)
    ticket_id = weather.ticket_id
    if ticket_id is not None and not tallies.takes_more(db, row.account_id, ticket_id):
        ticket_id = None
    if ticket_id is None and who is not None:
        since = window_at - storms.WINDOW
        ticket_id = tallies.newest_ticket(db, row.account_id, who.contact_id, since=since)
    if ticket_id is not None:
        tallies.fold_into(db, row.account_id, _key(sender), ticket_id, window_at=window_at)
    return ticket_id


def may_acknowledge(
    db: Session,
    arrival: Arrival,
    who: Known | None,
    box: OwnMailbox | None,
    own: AbstractSet[str],
    *,
    guards: Guards | None,
    now: datetime,
) -> bool:
    """Whether the sender of a new request is told that it arrived; if so, it is noted that they are."""
    if box is None or decide_words(box.manners, arrival.row.received_at) is None:
        return False
    return _may_answer(db, arrival, who, box, own, Kind.ACKNOWLEDGEMENT, guards=guards, now=now)


def may_ask(
    db: Session,
    arrival: Arrival,
    who: Known | None,
    box: OwnMailbox | None,
    own: AbstractSet[str],
    *,
    guards: Guards | None,
    now: datetime,
) -> bool:
    """Whether the sender is asked to confirm what they want, whatever is acknowledged; if so, it is noted."""
    return _may_answer(db, arrival, who, box, own, Kind.CONFIRMATION, guards=guards, now=now)


def _may_answer(
    db: Session,
    arrival: Arrival,
    who: Known | None,
    box: OwnMailbox | None,
    own: AbstractSet[str],
    kind: Kind,
    *,
    guards: Guards | None,
    now: datetime,
) -> bool:
    sender = arrival.sender
    if guards is None or box is None or sender is None or who is None:
        return False
    if sender.domain == guards.mail_domain or not _is_writable(sender):
        return False
    request = loops.Request(
        mail=arrival.mail,
        sender=sender,
        return_path=_return_path(arrival),
        proof=_proof(db, arrival, who),
        is_past=_is_past(arrival, box),
    )
    digest = guards.digest(sender.key)
    memory = automatic.remembered(db, digest, kind, now=now)
    silence = loops.why_silent(request, memory, own=own, most_an_hour=guards.automatic_per_hour, now=now)
    if silence is not None:
        _log.info("acknowledgement.kept_back", intake=arrival.row.id, kind=kind.value, why=silence.value)
        return False
    automatic.note(db, arrival.row.account_id, digest, kind, now=now)
    return True


def _key(sender: Address | None) -> str:
    return sender.key if sender else ""


def _is_writable(sender: Address) -> bool:
    try:
        writable_address(sender.address)
    except Invalid:
        return False
    return True


def _return_path(arrival: Arrival) -> str | None:
    """The envelope's sender; where a mail came without envelope, what its last server wrote down."""
    if arrival.row.source in _WITH_ENVELOPE or arrival.row.mail_from:
        return arrival.row.mail_from
    return arrival.mail.headers_of_interest.return_path


def _proof(db: Session, arrival: Arrival, who: Known) -> Proof:
    """A contact is known that belongs to a customer, or to whom staff have written.

    That somebody's name stood in an earlier mail proves nothing: whoever forges one mail can forge two.
    """
    verdict, row = arrival.verdict, arrival.row
    is_customers = who.customer_id is not None
    return Proof(
        spf_passed=verdict.proof == "SPF",
        dmarc_passed=verdict.proof in ("DMARC", "DKIM"),
        dmarc_failed=arrival.dmarc_failed,
        is_known=not who.is_new
        and (is_customers or books.was_written_to(db, row.account_id, who.contact_id)),
    )


def _is_past(arrival: Arrival, box: OwnMailbox) -> bool:
    """Whether a mail is older than its mailbox. Its Date has whole seconds (RFC 5322, 3.3)."""
    date = arrival.mail.date
    since = box.created_at.replace(microsecond=0)
    return arrival.row.source is Source.IMPORT or (date is not None and date < since)
