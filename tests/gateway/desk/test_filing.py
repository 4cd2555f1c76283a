"""A mail finds its ticket, or none: threading, trust, duplicates and the ledger, on real databases."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from gateway.desk import mailboxes
from gateway.rules.status import Status
from gateway.store import intake, session
from gateway.store.intake import Fate, Source
from gateway.store.models import Article, Delivery, Mailbox, Outbox, Participant
from tests.world import (
    ANN,
    BOB,
    DOMAIN,
    EVE,
    FOREIGN,
    NOON,
    SALES,
    SUPPORT,
    Business,
    World,
    mail,
    ticket_row,
)

COLLEAGUE = "carl@acme.example"
DAY = timedelta(days=1)


def from_(address: str) -> str:
    return f"Somebody <{address}>"


def begin(world: World, **more: str) -> int:
    """A first mail of Ann's; its ticket's number."""
    return world.receive(mail(**more)).number


def add_sales(world: World) -> None:
    with session.transaction() as db:
        mailboxes.add(db, world.ours.account_id, SALES, mail_domain=DOMAIN, now=NOON)


def participants(number: int) -> set[str]:
    row = ticket_row(number)
    with session.reading() as db:
        found = db.execute(select(Participant.address).where(Participant.ticket_id == row.id))
        return set(found.scalars())


def deliveries_of(number: int) -> dict[str, int]:
    row = ticket_row(number)
    with session.reading() as db:
        found = db.execute(select(Delivery.recipient, Delivery.id).where(Delivery.ticket_id == row.id))
        return {row.recipient: row.id for row in found}


def auto_reply(**more: str) -> bytes:
    return mail(headers=["Auto-Submitted: auto-replied"], subject="Out of office", **more)


def bounce(original_message_id: str, action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@acme.example\r\nTo: whoever@desk.example\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.acme.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ANN}\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{original_message_id}>\r\n\r\n--b--\r\n"
    ).encode()


# --- A first mail ---


def test_a_first_mail_opens_a_ticket_of_its_sender(world: World) -> None:
    assert world.receive(mail(subject="Printer")).fate is Fate.TICKET
    ticket = world.detail(1).ticket
    assert (ticket.subject, ticket.status) == ("Printer", Status.NEW)
    assert (ticket.requester_name, ticket.requester_address) == ("Ann Acme", ANN)
    assert ticket.customer is not None
    assert ticket.customer.name == "Acme"
    assert [event.kind for event in world.detail(1).events] == ["created"]


def test_a_mail_without_sender_subject_or_text_becomes_a_ticket(world: World) -> None:
    received = world.receive(b"X-Nothing: 1\r\n\r\n", mail_from="")
    ticket = world.detail(received.number).ticket
    assert (ticket.subject, ticket.requester_address) == ("(no subject)", "")
    assert world.detail(received.number).articles[0].trust == "nobody"


def test_without_from_the_envelopes_sender_is_the_requester(world: World) -> None:
    received = world.receive(b"Subject: x\r\n\r\nhello\r\n", mail_from=BOB)
    assert world.detail(received.number).ticket.requester_address == BOB


def test_the_door_decides_the_account_not_the_header(world: World) -> None:
    assert world.receive(mail(to=FOREIGN), SUPPORT).fate is Fate.TICKET
    assert world.ledger(world.stranger).offered == 0


def test_a_filed_mail_is_owed_no_more(world: World) -> None:
    begin(world)
    with session.reading() as db:
        assert db.execute(select(func.count()).select_from(Outbox)).scalar() == 0


# --- (a) the token ---


@pytest.mark.parametrize("upper", [False, True])
def test_the_reply_address_threads_whoever_writes_and_whatever_relays_rewrote(
    world: World, *, upper: bool
) -> None:
    number = begin(world)
    address = world.ours.reply_address(ticket_row(number).id)
    rewritten = mail(sender=from_(EVE), subject="no tag", in_reply_to="rewritten@relay.example")
    assert world.receive(rewritten, address.upper() if upper else address).number == number


def test_a_token_goes_before_every_other_trace(world: World) -> None:
    first, second = begin(world, message_id="one@acme.example"), begin(world)
    address = world.ours.reply_address(ticket_row(second).id)
    both = mail(subject=f"[#{first}]", in_reply_to="one@acme.example")
    assert world.receive(both, address).number == second


def forged(world: World, address: str, how: str) -> str:
    local, _, domain = address.partition("@")
    flipped = "b" if local[-1] == "a" else "a"
    return {
        "guessed": f"{local[:-1]}{flipped}@{domain}",
        "truncated": f"{local[:-1]}@{domain}",
        "lengthened": f"{local}a@{domain}",
        "another ticket's": f"{local.replace('+', '+1', 1)}@{domain}",
        "another purpose's": address.replace("reply", "bounce"),
        "beyond any number": f"reply+zzzzzzzzzzzzz.{local[-16:]}@{domain}",
    }[how]


@pytest.mark.parametrize(
    "how",
    [
        "guessed",
        "truncated",
        "lengthened",
        "another ticket's",
        "another purpose's",
        "beyond any number",
    ],
)
def test_a_forged_token_is_unknown_at_the_door_and_counts_for_nothing_in_filing(
    world: World, how: str
) -> None:
    number = begin(world)
    begin(world)
    address = forged(world, world.ours.reply_address(ticket_row(number).id), how)
    with session.reading() as db:
        assert mailboxes.find_recipient(db, address, mail_domain=DOMAIN) is None
    accepted = accept_as(world, world.ours, mail(sender=from_(EVE)), address)
    assert world.file(accepted) is Fate.TICKET
    assert world.detail(3).ticket.maybe_belongs_to is None


def test_a_genuine_token_at_a_domain_that_is_not_ours_is_unknown(world: World) -> None:
    begin(world)
    local = world.ours.reply_address(ticket_row(1).id).partition("@")[0]
    with session.reading() as db:
        assert mailboxes.find_recipient(db, f"{local}@elsewhere.example", mail_domain=DOMAIN) is None


def accept_as(world: World, business: Business, raw: bytes, rcpt_to: str) -> int:
    """An intake whose recipient no door checked."""
    with session.transaction() as db:
        return intake.put(
            db,
            account_id=business.account_id,
            raw=world.blobs.put(raw),
            source=Source.IMPORT,
            mail_from=EVE,
            offers=[intake.NewOffer(rcpt_to, None)],
            now=world.clock.now(),
        ).id


def test_a_foreign_accounts_token_counts_for_nothing(world: World) -> None:
    theirs = world.receive(mail(), FOREIGN)
    begin(world)
    address = world.stranger.reply_address(ticket_row(theirs.number, 2).id)
    assert world.file(accept_as(world, world.ours, mail(sender=from_(EVE)), address)) is Fate.TICKET
    assert [a.kind for a in world.detail(theirs.number, of=world.stranger).articles] == ["inbound"]


# --- (b) Message-IDs, (c) the tag ---


@pytest.mark.parametrize("sender", [ANN, COLLEAGUE])
def test_in_reply_to_threads_for_participants_and_for_the_customers_domain(world: World, sender: str) -> None:
    number = begin(world, message_id="one@acme.example")
    answer = mail(sender=from_(sender), in_reply_to="one@acme.example", subject="x")
    received = world.receive(answer)
    assert (received.fate, received.number) == (Fate.FOLLOW_UP, number)


def test_an_answer_to_our_answer_threads_by_its_message_id(world: World) -> None:
    number = begin(world)
    world.reply(number)
    sent = world.detail(number).articles[-1].message_id
    assert sent is not None
    assert world.receive(mail(in_reply_to=sent, subject="x")).number == number


def test_in_reply_to_goes_before_references_and_those_before_the_tag(world: World) -> None:
    one, two, three = (begin(world, message_id=f"{n}@acme.example") for n in (1, 2, 3))
    tag, references = f"[#{three}]", ["2@acme.example"]
    assert world.receive(mail(subject=tag, references=references, in_reply_to="1@acme.example")).number == one
    assert world.receive(mail(subject=tag, references=references)).number == two
    assert world.receive(mail(subject=tag)).number == three


def test_the_newest_reference_wins(world: World) -> None:
    for number in (1, 2, 3):
        begin(world, message_id=f"{number}@acme.example")
    references = ["3@acme.example", "1@acme.example", "2@acme.example", "unknown@x"]
    assert world.receive(mail(subject="x", references=references)).number == 2


@pytest.mark.parametrize("trace", ["in_reply_to", "references", "tag"])
def test_a_strangers_trace_opens_a_new_ticket_that_may_belong(world: World, trace: str) -> None:
    number = begin(world, message_id="one@acme.example")
    traces = {
        "in_reply_to": mail(sender=from_(EVE), in_reply_to="one@acme.example"),
        "references": mail(sender=from_(EVE), references=["one@acme.example"]),
        "tag": mail(sender=from_(EVE), subject=f"Re: [#{number}]"),
    }
    received = world.receive(traces[trace])
    assert received == type(received)(Fate.TICKET, 2)
    assert world.detail(2).ticket.maybe_belongs_to == number
    assert world.detail(number).ticket.article_count == 1


def test_another_accounts_message_ids_and_numbers_are_never_found(world: World) -> None:
    world.receive(mail(message_id="theirs@acme.example"), FOREIGN)
    world.receive(mail(), FOREIGN)
    received = world.receive(mail(in_reply_to="theirs@acme.example", subject="[#2]"))
    assert received.fate is Fate.TICKET
    assert world.detail(received.number).ticket.maybe_belongs_to is None


def test_whoever_was_openly_written_to_takes_part(world: World) -> None:
    number = begin(world, to=f"{SUPPORT}, Bob <{BOB}>")
    assert world.receive(mail(sender=from_(BOB.upper()), subject=f"[#{number}]")).number == number


def test_our_own_addresses_never_take_part(world: World) -> None:
    forwarding = world.ours.mailbox.forwarding_address
    number = begin(world, to=f"{SUPPORT}, {forwarding}")
    reply_to_all = mail(to=f"{SUPPORT}, {world.ours.reply_address(1)}", subject=f"[#{number}]")
    world.receive(reply_to_all)
    assert participants(number) == {ANN}


def test_the_requester_never_changes(world: World) -> None:
    number = begin(world)
    world.receive(mail(sender=from_(EVE)), world.ours.reply_address(ticket_row(number).id))
    detail = world.detail(number)
    assert detail.ticket.requester_address == ANN
    assert [article.from_.address for article in detail.articles] == [ANN, EVE]


# --- Closed tickets, machines, spam ---


def close_for(world: World, number: int, age: timedelta) -> None:
    world.move(number, Status.CLOSED)
    world.clock.at += age


@pytest.mark.parametrize(
    ("days", "age"), [(30, 30 * DAY - timedelta(seconds=1)), (30, 30 * DAY), (7, 7 * DAY)]
)
def test_a_reply_reopens_up_to_the_mailboxs_limit(world: World, days: int, age: timedelta) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(reopen_days=days))
    number = begin(world)
    close_for(world, number, age)
    assert world.receive(mail(subject=f"[#{number}]")).number == number
    assert (ticket_row(number).status, ticket_row(number).closed_at) == ("open", None)
    assert world.detail(number).events[-1].data == {"from": "closed", "to": "open"}


@pytest.mark.parametrize("days", [30, 7])
def test_past_the_limit_it_opens_a_linked_follow_up(world: World, days: int) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(reopen_days=days))
    number = begin(world)
    close_for(world, number, days * DAY + timedelta(seconds=1))
    received = world.receive(mail(subject="Again"), world.ours.reply_address(ticket_row(number).id))
    assert (received.fate, received.number) == (Fate.TICKET, 2)
    assert world.detail(2).ticket.follow_up_of == number
    assert ticket_row(number).status == "closed"
    assert ticket_row(2).mailbox_id == ticket_row(number).mailbox_id


@pytest.mark.parametrize("age", [DAY, 400 * DAY])
def test_an_auto_reply_neither_reopens_nor_opens_a_follow_up(world: World, age: timedelta) -> None:
    number = begin(world)
    close_for(world, number, age)
    received = world.receive(auto_reply(), world.ours.reply_address(ticket_row(number).id))
    assert (received.fate, received.number) == (Fate.FOLLOW_UP, number)
    assert ticket_row(number).status == "closed"


def test_a_waiting_ticket_comes_back_when_a_person_writes(world: World) -> None:
    number = begin(world)
    world.move(number, Status.PENDING)
    world.receive(auto_reply(), world.ours.reply_address(ticket_row(number).id))
    assert ticket_row(number).status == "pending"
    world.receive(mail(subject=f"[#{number}]"))
    assert ticket_row(number).status == "open"


def test_a_reply_to_spam_stays_spam(world: World) -> None:
    number = begin(world)
    world.move(number, Status.SPAM)
    assert world.receive(mail(subject=f"[#{number}]")).number == number
    assert ticket_row(number).status == "spam"


def test_a_bounce_marks_its_delivery_and_raises_the_ticket(world: World) -> None:
    number = begin(world)
    world.reply(number)
    close_for(world, number, 400 * DAY)
    (delivery,) = deliveries_of(number).values()
    sent = world.detail(number).articles[-1].message_id or ""
    received = world.receive(bounce(sent), world.ours.bounce_address(delivery), mail_from="")
    detail = world.detail(number)
    assert (received.number, detail.articles[-1].auto) == (number, "bounce")
    assert detail.articles[1].deliveries[0].state == "bounced"
    assert "550 no such user" in detail.articles[1].deliveries[0].answer
    assert detail.ticket.status is Status.OPEN


@pytest.mark.parametrize(("length", "kept"), [(486, 499), (487, 500), (488, 500), (100_000, 500)])
def test_what_a_report_says_becomes_one_line_that_every_database_keeps(
    world: World, length: int, kept: int
) -> None:
    number = begin(world)
    world.reply(number)
    (delivery,) = deliveries_of(number).values()
    hostile = b"550 \0\x1b[2J" + b"y" * length
    raw = bounce("x@y").replace(b"550 no such user", hostile)
    assert world.receive(raw, world.ours.bounce_address(delivery), mail_from="").fate is Fate.FOLLOW_UP
    (told,) = world.detail(number).articles[1].deliveries
    assert (told.state, len(told.answer)) == ("bounced", kept)
    assert told.answer.startswith("5.1.1 550 [2J")
    assert told.answer.isprintable()


def test_a_delay_report_neither_marks_nor_raises(world: World) -> None:
    number = begin(world)
    world.reply(number)
    world.move(number, Status.CLOSED)
    (delivery,) = deliveries_of(number).values()
    world.receive(bounce("x@y", "delayed"), world.ours.bounce_address(delivery), mail_from="")
    detail = world.detail(number)
    assert (detail.articles[1].deliveries[0].state, detail.ticket.status) == ("queued", Status.CLOSED)


def test_a_bounce_address_of_another_account_marks_nothing(world: World) -> None:
    number = begin(world)
    world.reply(number)
    (delivery,) = deliveries_of(number).values()
    address = world.stranger.bounce_address(delivery)
    world.file(accept_as(world, world.stranger, bounce("x@y"), address))
    world.file(accept_as(world, world.stranger, bounce("x@z"), world.ours.bounce_address(delivery)))
    assert world.detail(number).articles[-1].deliveries[0].state == "queued"


# --- Trust ---


def test_mail_that_claims_to_come_from_staff_stays_a_customers(world: World) -> None:
    number = begin(world)
    for address in ("owner@ours.example", "Sam@Ours.example", "SAM@ours.example"):
        world.receive(mail(sender=from_(address)), world.ours.reply_address(ticket_row(number).id))
    claims = world.detail(number).articles[1:]
    assert {(a.kind.value, a.author, a.trust) for a in claims} == {("inbound", None, "claims_staff")}


def test_known_and_first_contacts_are_told_apart(world: World) -> None:
    begin(world)
    begin(world)
    assert [world.detail(n).articles[0].trust for n in (1, 2)] == ["first_contact", "known"]


# --- The same mail ---


def test_one_mail_for_two_mailboxes_is_one_ticket_and_the_ledger_adds_up(world: World) -> None:
    add_sales(world)
    world.receive(mail(), SUPPORT, SALES)
    ledger = world.ledger()
    assert (ledger.offered, ledger.tickets, ledger.duplicates) == (2, 1, 1)


def test_one_mail_for_two_accounts_is_one_ticket_each(world: World) -> None:
    world.receive(mail(), SUPPORT, FOREIGN)
    assert world.ledger().tickets == world.ledger(world.stranger).tickets == 1
    assert world.detail(1).ticket.subject == world.detail(1, of=world.stranger).ticket.subject


def test_the_same_bytes_by_another_way_are_a_duplicate(world: World) -> None:
    raw = mail()
    world.receive(raw)
    add_sales(world)
    again = world.receive(b"Received: from elsewhere\r\nDelivered-To: sales\r\n" + raw, SALES)
    assert again.fate is Fate.DUPLICATE
    detail = world.detail(1)
    assert len(detail.articles) == 1
    assert (detail.events[-1].kind, detail.events[-1].data) == ("same_mail_again", {"rcpt_to": [SALES]})


def test_a_message_id_used_again_is_no_duplicate(world: World) -> None:
    first = begin(world, message_id="always@acme.example")
    second = world.receive(mail(message_id="always@acme.example"))
    assert second.fate is Fate.TICKET
    assert second.number != first


def test_odd_texts_are_filed_and_not_given_up(world: World) -> None:
    odd = EmailMessage()
    odd["From"] = f"{'N' * 400} <{'x' * 330}@acme.example>"
    odd["To"] = SUPPORT
    odd["Subject"] = "a" * 5000
    odd.set_content("Zeichen")
    long_id = b"Message-ID: <" + "".join(chr(0x1F300 + n % 700) for n in range(900)).encode() + b">\r\n"
    raw = long_id + odd.as_bytes().replace(b"Zeichen", b"a\0b \xed\xa0\x80 \xff")
    received = world.receive(raw)
    assert received.fate is Fate.TICKET
    assert "unreadable" not in world.detail(received.number).ticket.subject
    assert world.receive(mail(sender=from_("x" * 330 + "@acme.example"), subject="x")).fate is Fate.TICKET


@pytest.mark.parametrize("kind", ["sqlite"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(["new", "again", "reply", "two", "both", "refuse", "pending"]), max_size=7)
)
def test_the_ledger_adds_up_after_any_sequence(world: World, kind: str, steps: list[str]) -> None:
    before, counted = world.ledger(), 0
    last = mail()
    for step in steps:
        if step in ("new", "both"):
            last = mail()
        match step:
            case "refuse":
                refuse(world)
            case "pending":
                world.accept(mail(), SUPPORT)
            case "two":
                world.receive(mail(), SUPPORT, world.ours.mailbox.forwarding_address)
            case "both":
                world.receive(last, SUPPORT, FOREIGN)
            case "reply":
                world.receive(mail(subject="[#1]"))
            case _:
                world.receive(last)
        counted += 2 if step == "two" else 1
    after = world.ledger()
    assert after.offered - before.offered == counted
    assert after.offered == sum(
        (after.tickets, after.follow_ups, after.duplicates, after.quarantined, after.refused, after.pending)
    )
    with session.reading() as db:
        articles = select(func.count()).where(Article.account_id == world.ours.account_id)
        assert db.execute(articles).scalar() == after.tickets + after.follow_ups


def refuse(world: World) -> None:
    with session.transaction() as db:
        intake.refuse(
            db,
            account_id=world.ours.account_id,
            mailbox_id=world.ours.mailbox.id,
            rcpt_to=SUPPORT,
            source=Source.SMTP,
            reason="too large",
            now=world.clock.now(),
        )
