"""Puts the sample conversations into the account: through the doors' own way in, and by the desk's own verbs.

What the desk wrote is delivered into the customers' postboxes here and now, with the moments of its story;
no outgoing server is asked, whatever is configured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from babel.dates import format_datetime

from gateway.cli.samples.people import Desk, Person
from gateway.cli.samples.steps import Answered, Noted, Replied, Sorted, Step, Thread, Wrote
from gateway.desk import noting, replying, tickets
from gateway.desk.replying import Draft, DraftFile, Office
from gateway.desk.servers.reach import reach_of
from gateway.desk.tickets import TicketChange
from gateway.ids import new_public_id
from gateway.inbound.accept import Acceptor
from gateway.inbound.file_intake import file_intake
from gateway.mail import correspondence
from gateway.mail.compose import OutgoingFile
from gateway.mail.correspondence import Letter, Writing
from gateway.mail.envelope import Envelope
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from gateway.outbound.deliver import deliver
from gateway.outbound.journal import Journal
from gateway.outbound.postoffice import PostOffice
from gateway.outbound.relayurl import Relay
from gateway.outbound.submission import Sender
from gateway.rules.access import Actor, Sight
from gateway.rules.retry import Outcome, Sent
from gateway.settings import Settings
from gateway.store import outbox
from gateway.store.blobs import BlobStore
from gateway.store.filetypes import detect_type
from gateway.store.intake import Source
from gateway.store.outbox import Topic
from gateway.store.postbox import Postbox
from gateway.store.queries.tickets import TicketFilter, list_tickets
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction

_OUTLOOK_LINES = {
    "de": "Von: {from_}\nGesendet: {date}\nAn: {to}\nBetreff: {subject}",
    "en": "From: {from_}\nSent: {date}\nTo: {to}\nSubject: {subject}",
}
_MOST_TICKETS = 100


@dataclass(frozen=True, slots=True)
class At:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.moment


class Postman(Sender):
    """Brings mail straight to the postboxes."""

    def __init__(self, postbox: Postbox) -> None:
        super().__init__(relay_url="", ehlo_name="")
        self._postbox = postbox

    def send(
        self,
        envelope: Envelope,
        raw: bytes,
        *,
        account: Relay | None = None,
        has_time_for: Callable[[float], bool],
        on_accepted: Callable[[str], None],
    ) -> Outcome:
        """Keep the mail; this cannot fail for a reason that would go away."""
        for recipient in envelope.rcpt_tos:
            self._postbox.keep(recipient, raw)
        answer = "250 2.0.0 kept in the postbox of the demo"
        on_accepted(answer)
        return Sent(answer)


@dataclass(slots=True)
class DueMail:
    """Listens to the commits of this process for mail that is due."""

    outbox_ids: list[int] = field(default_factory=list)

    def wake(self, topic: str, outbox_ids: Sequence[int]) -> None:
        """Called after each commit."""
        if topic == Topic.DELIVER:
            self.outbox_ids.extend(outbox_ids)

    def take(self) -> list[int]:
        """The deliveries that have become due since the last time."""
        with reading() as db:
            rows = [outbox.get(db, outbox_id) for outbox_id in self.outbox_ids]
        self.outbox_ids.clear()
        return [row.ref_id for row in rows if row is not None]


class Storyteller:
    """Makes conversations happen in the account of `staff`, each step at its own moment.

    `due` must be what the session wakes. Tickets are found by the names of their threads.
    """

    def __init__(self, settings: Settings, staff: Actor, due: DueMail, *, now: datetime) -> None:
        self._settings, self._staff, self._due, self._now = settings, staff, due, now
        self._blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
        self._acceptor = Acceptor(settings, self._blobs)
        self._postbox = Postbox(settings.postbox_dir)
        self._numbers: dict[str, int] = {}

    def tell(self, threads: Sequence[Thread]) -> None:
        """All conversations, in the order of time."""
        steps = [(step.when.before(self._now), thread, step) for thread in threads for step in thread.steps]
        for moment, thread, step in sorted(steps, key=lambda told: told[0]):
            self._do(thread, step, moment)

    def _do(self, thread: Thread, step: Step, moment: datetime) -> None:
        match step:
            case Wrote():
                self._receive(self._written(thread.desk, step, moment), step.by, moment)
                self._numbers[thread.name] = self._newest_number()
            case Answered():
                self._receive(self._answer(step, moment), step.by, moment)
            case Replied():
                self._reply(self._numbers[thread.name], step, moment)
            case Noted():
                with transaction() as db:
                    noting.note(db, self._staff, self._numbers[thread.name], step.text, now=moment)
            case Sorted():
                change = TicketChange(assignee=self._staff.name, tags=step.tags)
                with transaction() as db:
                    tickets.patch(db, self._staff, self._numbers[thread.name], change, now=moment)
            case _:
                assert_never(step)

    def _written(self, desk: Desk, step: Wrote, moment: datetime) -> Letter:
        writing = _writing(step.by, step.text, moment, files=step.files, html=step.html)
        subject = step.subject.format(number=self._numbers[step.about]) if step.about else step.subject
        letter = correspondence.new_mail(writing, to=desk.address, subject=subject)
        return replace(letter, raw=step.header.encode() + letter.raw)

    def _answer(self, step: Answered, moment: datetime) -> Letter:
        newest = self._postbox.list_mails(step.by.email, limit=1)[0]
        original = parse(newest.raw, detect_type=detect_type)
        writing = _writing(step.by, step.text, moment, files=step.files, is_automatic=step.is_automatic)
        if step.like_outlook:
            writing = replace(writing, text=f"{step.text}\n\n{_as_outlook_quotes(original, step.by)}")
        bare = step.like_outlook or step.is_automatic
        return correspondence.answer(writing, replace(original, text="") if bare else original)

    def _receive(self, letter: Letter, by: Person, moment: datetime) -> None:
        with self._acceptor.spool() as spool:
            spool.write(letter.raw)
            envelope = Envelope(by.email, (letter.rcpt_to,))
            refs = self._acceptor.accept(envelope, spool, source=Source.SMTP, now=moment)
        for ref in refs:
            file_intake(ref.id, blobs=self._blobs, clock=At(moment))

    def _newest_number(self) -> int:
        with reading() as db:
            page = list_tickets(db, Sight(self._staff.account_id), TicketFilter(), limit=_MOST_TICKETS)
        return max(ticket.number for ticket in page.items)

    def _reply(self, number: int, step: Replied, moment: datetime) -> None:
        files = tuple(self._kept(file) for file in step.files)
        draft = Draft(step.text, files=files, status=step.status)
        office = Office(
            self._settings.mail_domain,
            timedelta(0),
            self._blobs,
            self._settings.max_message_bytes,
            Seal(self._settings.key()),
        )
        with reading() as db:
            written = replying.write(db, self._staff, number, draft, office=office, now=moment)
        with transaction() as db:
            replying.reply(db, self._staff, written, now=moment)
        self._deliver(moment + timedelta(seconds=12))

    def _kept(self, file: OutgoingFile) -> DraftFile:
        return DraftFile(file.filename, file.content_type, self._blobs.put(file.content))

    def _deliver(self, moment: datetime) -> None:
        office = PostOffice(
            sender=Postman(self._postbox),
            journal=Journal(self._settings.journal_dir),
            blobs=self._blobs,
            mail_domain=self._settings.mail_domain,
            seal=Seal(self._settings.key()),
            reach=reach_of(self._settings),
            clock=At(moment),
        )
        with office:
            for delivery_id in self._due.take():
                deliver(delivery_id, office=office)


def _writing(
    by: Person,
    text: str,
    moment: datetime,
    *,
    files: Sequence[OutgoingFile],
    html: str = "",
    is_automatic: bool = False,
) -> Writing:
    return Writing(
        writer=by.address,
        text=text,
        date=moment.astimezone(),
        message_id=f"{new_public_id()}@{by.address.domain}",
        locale=by.locale,
        html=html,
        files=files,
        is_automatic=is_automatic,
    )


def _as_outlook_quotes(original: ParsedMail, reader: Person) -> str:
    """The original below the four lines that Outlook writes, not marked line by line."""
    lines = _OUTLOOK_LINES[reader.locale].format(
        from_=f"{original.from_.name} <{original.from_.address}>" if original.from_ else "",
        date=format_datetime(original.date, "full", locale=reader.locale) if original.date else "",
        to=f"{reader.name} <{reader.email}>",
        subject=original.subject,
    )
    return f"{lines}\n\n{original.text}"
