"""Answers: composed once, owed to each recipient once, taken back in time, never sent to ourselves."""

from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.desk import mailboxes, replying, smtpaccounts
from gateway.desk.addressees import default_recipients, own_addresses
from gateway.desk.replying import Draft, DraftFile
from gateway.desk.smtpaccounts import Outgoing
from gateway.errors import Conflict, Denied, Invalid, NotFound, TooLarge
from gateway.mail.address import Address
from gateway.mail.parse import parse
from gateway.mail.tokens import is_own_message_id, thread_id
from gateway.rules.access import Actor, Sight
from gateway.rules.status import Status
from gateway.store import relayoffers, session
from gateway.store.filetypes import detect_type
from gateway.store.models import Delivery, Mailbox, Outbox, SmtpAccount
from gateway.store.queries.articles import get_raw
from tests.fakes.refusing import refuse
from tests.webui.cast import PNG
from tests.world import ANN, BOB, DOMAIN, EVE, SUPPORT, World, mail, office, ticket_row

PDF = b"%PDF-1.4\n" + bytes(range(256))


@pytest.fixture
def desk(world: World) -> World:
    world.receive(mail(text="It smokes.", subject="Printer", message_id="1@acme.example"))
    return world


def write(world: World, draft: Draft, *, most: int = 10**7) -> replying.Written:
    with session.reading() as db:
        wanted = office(world.blobs, most=most)
        return replying.write(db, world.ours.staff, 1, draft, office=wanted, now=world.clock.now())


def sent(world: World, public_id: str) -> Any:
    with session.reading() as db:
        raw = world.blobs.read(get_raw(db, Sight(world.ours.account_id), public_id)[0])
    return parse(raw, detect_type=detect_type)


def owed() -> dict[str, object]:
    with session.reading() as db:
        rows = db.execute(
            select(Delivery.recipient, Outbox.due_at).join(Outbox, Outbox.ref_id == Delivery.id)
        )
        return {row.recipient: row.due_at for row in rows}


def test_an_answer_threads_at_the_customers_and_comes_back_to_its_ticket(desk: World) -> None:
    found = sent(desk, desk.reply(1, "Please restart it.").public_id)
    assert (found.from_, [who.address for who in found.to]) == (Address("Ours", SUPPORT), [ANN])
    assert found.subject == "Re: Printer [#1]"
    thread = thread_id(desk.ours.key, ticket_row(1).id, DOMAIN)
    assert (found.in_reply_to, found.references) == (("1@acme.example",), (thread, "1@acme.example"))
    assert [who.address for who in found.reply_to] == [desk.ours.reply_address(ticket_row(1).id)]
    assert is_own_message_id(desk.ours.key, found.message_id)
    assert "Please restart it." in found.text
    assert "It smokes." in found.text
    assert desk.detail(1).articles[-1].message_id == found.message_id


def test_a_hundred_rounds_hang_together_though_relays_rewrite_every_message_id(desk: World) -> None:
    """As Amazon SES and Outlook do; the customer's program drops Reply-To and the tag as well."""
    seen: list[str] = []
    for one in range(100):
        found = sent(desk, desk.reply(1).public_id)
        assert is_own_message_id(desk.ours.key, found.message_id)
        rewritten = f"{one}@email.amazonses.example"
        known = (*found.references[:1], *seen, rewritten)
        seen = [*seen, rewritten][-8:]  # programs keep the first reference and the newest ones
        answer = mail(subject=f"Other {one}", in_reply_to=rewritten, references=known)
        assert desk.receive(answer).number == 1
    assert desk.detail(1).ticket.article_count == 201


def test_a_threads_id_proves_no_more_than_a_reference(desk: World) -> None:
    desk.receive(mail(message_id="other@acme.example"))
    row = ticket_row(1).id
    thread, forged = thread_id(desk.ours.key, row, DOMAIN), thread_id(desk.stranger.key, row, DOMAIN)
    assert desk.receive(mail(subject="x", references=[thread, "other@acme.example"])).number == 2
    assert desk.receive(mail(subject="x", references=["other@acme.example", "un@known", thread])).number == 2
    assert desk.receive(mail(subject="x", references=[forged])).number == 3
    assert desk.receive(mail(sender=EVE, subject="x", references=[thread])).number == 4
    assert [desk.detail(number).ticket.maybe_belongs_to for number in (3, 4)] == [None, 1]


def test_files_go_out_byte_for_byte(desk: World) -> None:
    file = DraftFile("Angebot ü.pdf", "application/x-odd", desk.blobs.put(PDF))
    found = sent(desk, desk.reply(1, draft=Draft("See file.", files=(file,))).public_id)
    assert [(one.filename, one.content) for one in found.attachments] == [("Angebot ü.pdf", PDF)]
    (kept,) = desk.detail(1).articles[-1].attachments
    assert (kept.content_type, kept.detected_type) == ("application/x-odd", "application/pdf")


def test_each_recipient_is_owed_it_once_after_the_undo_window(desk: World) -> None:
    people = {name: Address("", f"{name}@x.example") for name in ("to", "cc", "bcc")}
    draft = Draft(
        "x",
        to=(people["to"], Address("Again", "TO@x.example")),
        cc=(people["cc"], people["to"]),
        bcc=(people["bcc"],),
    )
    now = desk.clock.now()
    found = sent(desk, desk.reply(1, draft=draft).public_id)
    assert {one.lower() for one in owed()} == {who.address for who in people.values()}
    assert len(owed()) == 3
    assert set(owed().values()) == {now + timedelta(seconds=10)}
    assert "bcc@x.example" not in str((found.to, found.cc))


def test_a_recipient_spelt_in_two_ways_is_owed_it_once_and_takes_part(desk: World) -> None:
    spelt = ("a@münchen.example", "A@xn--mnchen-3ya.example", "a@mu\N{COMBINING DIAERESIS}nchen.example")
    desk.reply(1, draft=Draft("x", to=tuple(Address("", one) for one in spelt)))
    assert list(owed()) == ["a@xn--mnchen-3ya.example"]
    assert desk.receive(mail(sender="a@xn--mnchen-3ya.example", subject="[#1]")).number == 1


@pytest.mark.parametrize(
    ("before", "chosen", "after"),
    [
        (Status.NEW, None, Status.OPEN),
        (Status.PENDING, None, Status.PENDING),
        (Status.OPEN, Status.CLOSED, Status.CLOSED),
        (Status.CLOSED, None, Status.CLOSED),
    ],
)
def test_an_answer_moves_the_ticket(
    desk: World, before: Status, chosen: Status | None, after: Status
) -> None:
    if before is not Status.NEW:
        desk.move(1, before)
    desk.reply(1, draft=Draft("x", status=chosen))
    assert desk.detail(1).ticket.status is after


def test_who_was_answered_takes_part(desk: World) -> None:
    desk.reply(1, draft=Draft("x", to=(Address("", BOB),)))
    assert desk.receive(mail(sender=f"Bob <{BOB}>", subject="[#1]")).number == 1


def default(world: World) -> tuple[list[str], list[str]]:
    with session.reading() as db:
        own = own_addresses(db, world.ours.account_id)
    found = default_recipients(world.detail(1), own)
    return [who.address for who in found.to], [who.address for who in found.cc]


def test_the_newest_writer_gets_the_answer_and_who_had_a_copy(desk: World) -> None:
    copies = [f"Cc: Bob <{BOB}>, {SUPPORT}, {ANN}, bob <{BOB.upper()}>"]
    desk.receive(mail(subject="[#1]", headers=copies))
    assert default(desk) == ([ANN], [BOB])


def test_an_answer_goes_to_all_whom_the_mail_openly_went_to(desk: World) -> None:
    people = f"{SUPPORT}, Bob <{BOB}>, {ANN}"
    desk.receive(mail(to=people, subject="[#1]", headers=[f"Cc: {EVE}, {BOB}"]))
    assert default(desk) == ([ANN], [BOB, EVE])
    found = sent(desk, desk.reply(1).public_id)
    assert ([w.address for w in found.to], [w.address for w in found.cc]) == ([ANN], [BOB, EVE])


@pytest.mark.parametrize(
    ("to", "headers"),
    [("help@elsewhere.example, " + BOB, []), (f"{SUPPORT}, {BOB}", ["List-Id: <all.elsewhere.example>"])],
    ids=["by an alias that may be ours", "by a list"],
)
def test_what_the_desk_was_not_openly_written_to_counts_by_its_cc(
    desk: World, to: str, headers: list[str]
) -> None:
    begun = desk.receive(mail(to=to, headers=[*headers, f"Cc: {EVE}"])).number
    with session.reading() as db:
        own = own_addresses(db, desk.ours.account_id)
    assert [who.address for who in default_recipients(desk.detail(begun), own).cc] == [EVE]


def test_an_answer_quotes_what_it_answers_and_no_report_that_names_a_hidden_recipient(desk: World) -> None:
    desk.reply(1, draft=Draft("Hello", to=(Address("", ANN),), bcc=(Address("", BOB),)))
    bounce = f"X-Failed-Recipients: {BOB}"
    back = mail(
        f"It did not reach {BOB}.", sender="MAILER-DAEMON@x.example", subject="[#1]", headers=[bounce]
    )
    away = mail("I am away.", sender=BOB, subject="[#1]", headers=["Auto-Submitted: auto-replied"])
    for raw in (back, away):
        assert desk.receive(raw, desk.ours.reply_address(ticket_row(1).id), mail_from="").number == 1
    assert [article.auto for article in desk.detail(1).articles[2:]] == ["bounce", "auto-reply"]
    ref = desk.reply(1)
    found = sent(desk, ref.public_id)
    assert found.in_reply_to == ("1@acme.example",)
    assert "It smokes." in found.text
    with session.reading() as db:
        raw = desk.blobs.read(get_raw(db, Sight(desk.ours.account_id), ref.public_id)[0])
    assert BOB.encode() not in raw
    assert b"away" not in raw


def test_where_nobody_wants_an_answer_the_requesters_own_mail_is_quoted(world: World) -> None:
    world.receive(mail("Disk full.", message_id="2@acme.example", headers=["Auto-Submitted: auto-generated"]))
    found = sent(world, world.reply(1).public_id)
    assert found.in_reply_to == ("2@acme.example",)
    assert "Disk full." in found.text


def test_reply_to_is_honoured_and_machines_are_not_answered(desk: World) -> None:
    desk.receive(mail(subject="[#1]", headers=[f"Reply-To: {BOB}"]))
    desk.receive(mail(subject="[#1]", headers=["Auto-Submitted: auto-replied", f"Reply-To: {EVE}"]))
    assert default(desk) == ([BOB], [])


@pytest.mark.parametrize("which", ["mailbox", "forwarding", "reply"])
def test_the_desk_never_answers_itself(desk: World, which: str) -> None:
    own = {
        "mailbox": SUPPORT.upper(),
        "forwarding": desk.ours.mailbox.forwarding_address,
        "reply": desk.ours.reply_address(ticket_row(1).id),
    }[which]
    desk.receive(mail(subject="[#1]", headers=[f"Reply-To: {own}", f"Cc: {own}, {BOB}"]))
    assert default(desk) == ([ANN], [BOB])
    assert [who.address for who in write(desk, Draft("x")).article.cc] == [BOB]


def test_the_form_leaves_reply_addresses_out_by_itself(desk: World) -> None:
    own = desk.ours.reply_address(ticket_row(1).id)
    desk.receive(mail(subject="[#1]", headers=[f"Cc: {own}"]))
    assert default_recipients(desk.detail(1)).cc == ()


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(" "), "text"),
        (Draft("x" * 500_001), "text"),
        (Draft("x", to=()), "to"),
        (Draft("x", to=(Address("", "nobody"),)), "to"),
        (Draft("x", to=(Address("", f"{ANN}\r\nBcc: {EVE}"),)), "to"),
        (Draft("x", bcc=tuple(Address("", f"a{n}@x.example") for n in range(100))), "to"),
        (Draft("x", status=Status.NEW), "status"),
    ],
)
def test_what_cannot_be_sent_is_invalid_and_not_recorded(desk: World, draft: Draft, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.reply(1, draft=draft)
    assert caught.value.field == field
    assert desk.detail(1).ticket.article_count == 1


def test_a_zero_byte_is_no_text(desk: World) -> None:
    desk.reply(1, "a\0b")
    assert desk.detail(1).articles[-1].text == "ab"
    with pytest.raises(Invalid) as caught:
        write(desk, Draft("\0"))
    assert caught.value.field == "text"


def test_a_mail_above_the_limit_is_too_large(desk: World) -> None:
    size = len(desk.blobs.read(write(desk, Draft("x")).article.raw_sha256 or ""))
    with pytest.raises(TooLarge, match="at most") as refused:
        write(desk, Draft("x"), most=size - 200)
    assert refused.value.limit_bytes == size - 200
    assert refused.value.limit_bytes < refused.value.size_bytes < size + 200
    write(desk, Draft("x"), most=size + 200)


@pytest.mark.parametrize("offered", [99, 100, 101, 0])
def test_an_answer_is_as_large_as_the_server_takes_by_which_it_leaves(desk: World, offered: int) -> None:
    ticket_id = desk.detail(1).ticket.id

    def largest(relay: str) -> int:
        with session.reading() as db:
            return replying.largest_mail(db, desk.ours.staff, ticket_id, relay=relay, most=100)

    assert largest("mail.example:25") == 100
    with session.transaction() as db:
        relayoffers.note(db, "mail.example:25", offered)
    assert largest("mail.example:25") == (99 if offered == 99 else 100)
    assert largest("other.example:25") == 100


def test_a_mail_that_the_server_would_refuse_is_refused_before_it_is_queued(desk: World) -> None:
    size = len(desk.blobs.read(write(desk, Draft("x")).article.raw_sha256 or ""))
    with session.transaction() as db:
        wanted = Outgoing(host="smtp.example.org", username="u", sealed_secret="s")
        smtpaccounts.save(db, desk.ours.owner, desk.ours.mailbox.public_id, wanted, now=desk.clock.now())
        db.execute(update(SmtpAccount).values(max_message_bytes=size - 200))
    with pytest.raises(TooLarge) as refused:
        write(desk, Draft("x"))
    assert refused.value.limit_bytes == size - 200


@pytest.mark.parametrize("size", [99, 100, 101])
def test_the_limit_itself_may_be_sent(size: int) -> None:
    if size <= 100:
        replying.check_size(size, 100)
    else:
        with pytest.raises(TooLarge, match="101 bytes; at most 100"):
            replying.check_size(size, 100)


def test_pictures_stand_in_the_mail_where_the_text_names_them(desk: World) -> None:
    def picture(name: str) -> DraftFile:
        return DraftFile(name, "application/x-claimed", desk.blobs.put(PNG), is_picture=True)

    names = ("shot.png", "unnamed.png", "shot.png")
    text = "See ![shot.png] here."
    public_id = desk.reply(1, draft=Draft(text, files=tuple(map(picture, names)))).public_id
    found = sent(desk, public_id)
    shown, *others = found.attachments
    assert (shown.filename, shown.content_type, shown.inline) == ("shot.png", "image/png", True)
    assert f'<img src="cid:{shown.content_id}"' in (found.html or "")
    assert [(one.filename, one.inline) for one in others] == [("unnamed.png", False), ("shot.png", False)]
    assert "See [Picture: shot.png] here." in found.text
    kept = desk.detail(1).articles[-1]
    assert kept.text == text
    assert [(one.inline, one.content_id) for one in kept.attachments] == [
        (True, shown.content_id),
        (False, ""),
        (False, ""),
    ]
    with session.reading() as db:
        raw = desk.blobs.read(get_raw(db, Sight(desk.ours.account_id), public_id)[0])
    assert b"multipart/related" in raw


def test_a_picture_named_in_code_alone_is_an_attachment(desk: World) -> None:
    file = DraftFile("a.png", "image/png", desk.blobs.put(PNG), is_picture=True)
    found = sent(desk, desk.reply(1, draft=Draft("`![a.png]`", files=(file,))).public_id)
    assert [one.inline for one in found.attachments] == [False]


def test_what_is_no_picture_is_refused_as_one(desk: World) -> None:
    file = DraftFile("a.png", "image/png", desk.blobs.put(PDF), is_picture=True)
    with pytest.raises(Invalid) as caught:
        write(desk, Draft("![a.png]", files=(file,)))
    assert caught.value.field == "files"


def test_without_a_mailbox_there_is_nothing_to_send_from(desk: World) -> None:
    with session.transaction() as db:
        mailboxes.remove(db, desk.ours.account_id, desk.ours.mailbox.public_id, now=desk.clock.now())
    with pytest.raises(Invalid) as caught:
        write(desk, Draft("x"))
    assert caught.value.field == "mailbox"


def test_within_the_window_an_answer_is_taken_back_once(desk: World) -> None:
    public_id = desk.reply(1).public_id
    with session.transaction() as db:
        assert replying.withdraw(db, desk.ours.staff, public_id, now=desk.clock.now()).number == 1
    assert owed() == {}
    assert [one.state for one in desk.detail(1).articles[-1].deliveries] == ["withdrawn"]
    assert desk.detail(1).events[-1].kind == "withdrawn"
    with pytest.raises(Conflict), session.transaction() as db:
        replying.withdraw(db, desk.ours.staff, public_id, now=desk.clock.now())


def test_a_stranger_neither_answers_nor_takes_back(desk: World) -> None:
    public_id, written = desk.reply(1).public_id, write(desk, Draft("x"))
    now, stranger = desk.clock.now(), desk.stranger.owner
    with pytest.raises(NotFound), session.reading() as db:
        replying.write(db, stranger, 1, Draft("x"), office=office(desk.blobs), now=now)
    with pytest.raises(NotFound), session.transaction() as db:
        replying.reply(db, stranger, written, now=now)
    with pytest.raises(NotFound), session.transaction() as db:
        replying.withdraw(db, stranger, public_id, now=now)
    assert len(owed()) == 1


def test_an_answer_sent_instead_of_one_that_failed_takes_that_off_the_list(desk: World) -> None:
    failed = desk.reply(1).public_id
    refuse(failed, now=desk.clock.now())
    desk.reply(1, draft=Draft("Once more", replaces=failed))
    old, new = desk.detail(1).articles[-2:]
    assert [(way.state, way.settled) for way in old.deliveries] == [("failed", "replaced")]
    assert [way.state for way in new.deliveries] == ["queued"]
    assert new.message_id != old.message_id


def test_an_answer_replaces_none_of_another_ticket_or_account(desk: World) -> None:
    desk.receive(mail(subject="Other"))
    elsewhere = desk.reply(2).public_id
    for public_id in (elsewhere, "nothing"):
        with pytest.raises(NotFound):
            desk.reply(1, draft=Draft("Once more", replaces=public_id))


def later(world: World, wait: timedelta) -> str:
    """Write an answer that waits so long."""
    written = write(world, Draft("Good morning", send_at=world.clock.now() + wait))
    with session.transaction() as db:
        return replying.reply(db, world.ours.staff, written, now=world.clock.now()).public_id


def hasten(world: World, public_id: str, by: Actor | None = None) -> replying.ArticleRef:
    with session.transaction() as db:
        return replying.send_now(db, by or world.ours.staff, public_id, now=world.clock.now())


@pytest.mark.parametrize("wait", [timedelta(seconds=11), timedelta(days=30), replying.MAX_AHEAD])
def test_an_answer_waits_for_its_moment(desk: World, wait: timedelta) -> None:
    later(desk, wait)
    assert owed() == {ANN: desk.clock.now() + wait}


def test_a_moment_within_the_undo_window_shortens_it_not(desk: World) -> None:
    later(desk, timedelta(seconds=1))
    assert owed() == {ANN: desk.clock.now() + timedelta(seconds=10)}


def test_a_moment_may_be_named_in_any_zone(desk: World) -> None:
    tokyo = timezone(timedelta(hours=9))
    at = desk.clock.now() + timedelta(days=1)
    assert write(desk, Draft("x", send_at=at.astimezone(tokyo))).not_before == at


@pytest.mark.parametrize("wait", [timedelta(), -timedelta(days=1), replying.MAX_AHEAD + timedelta(seconds=1)])
def test_a_moment_that_has_passed_or_is_too_far_is_refused(desk: World, wait: timedelta) -> None:
    with pytest.raises(Invalid) as refused:
        later(desk, wait)
    assert refused.value.field == "send_at"


def test_a_waiting_answer_is_sent_at_once_or_taken_back(desk: World) -> None:
    first, second = later(desk, timedelta(days=1)), later(desk, timedelta(days=1))
    assert hasten(desk, first) == replying.ArticleRef(1, first)
    with pytest.raises(Conflict):
        hasten(desk, first)
    assert desk.detail(1).events[-1].kind == "sent_now"
    with session.transaction() as db:
        replying.withdraw(db, desk.ours.staff, second, now=desk.clock.now())
    with pytest.raises(Conflict):
        hasten(desk, second)


def test_a_stranger_sends_nothing_at_once(desk: World) -> None:
    public_id = later(desk, timedelta(days=1))
    with pytest.raises(NotFound):
        hasten(desk, public_id, by=desk.stranger.staff)


def test_an_answer_carries_the_signature_that_the_composer_shows(desk: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(signature="{{staff.name}}, {{mailbox.name}} #{{ticket.number}}"))
    detail = desk.detail(1)
    with session.reading() as db:
        shown = replying.signature_of(db, desk.ours.staff, detail)
    assert shown == "Sam Ours, Ours #1"
    assert shown in sent(desk, desk.reply(1).public_id).text


def test_who_has_not_confirmed_their_address_sends_nothing_and_can_take_back(desk: World) -> None:
    now, written = desk.clock.now(), write(desk, Draft("Half a truth"))
    public_id = desk.reply(1).public_id
    unconfirmed = replace(desk.ours.staff, is_confirmed=False)
    with session.transaction() as db:
        with pytest.raises(Denied):
            replying.write(db, unconfirmed, 1, Draft("No"), office=office(desk.blobs), now=now)
        with pytest.raises(Denied):
            replying.reply(db, unconfirmed, written, now=now)
        with pytest.raises(Denied):
            replying.send_now(db, unconfirmed, public_id, now=now)
        replying.withdraw(db, unconfirmed, public_id, now=now)
