"""Who wrote, on real databases: forged mail, colleagues' claims and forwards, lists, customers' domains."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.desk import customers
from gateway.desk.addressees import default_recipients, own_addresses
from gateway.inbound.authentication.examining import Examiner
from gateway.mail.authres import NOT_EXAMINED, By, Check, Policy, Result, Verdict
from gateway.mail.envelope import Client
from gateway.mail.message import ParsedMail
from gateway.rules.access import Sight
from gateway.settings import Settings
from gateway.store import session
from gateway.store.intake import Fate, IntakeRow
from gateway.store.models import Delivery, Participant
from gateway.store.queries.articles import get_raw
from tests.fakes.dns_server import DnsServer, serving
from tests.fakes.signing import Signer
from tests.world import ANN, BOB, EVE, FOREIGN, NOON, SUPPORT, World, mail, ticket_row

SAM = "sam@ours.example"
FORGED = Verdict(By.CHECKED, "acme.example", dmarc=Result.FAIL, policy=Policy.REJECT)
ONLY_WATCHED = replace(FORGED, policy=Policy.NONE)
BROKEN = Verdict(By.CHECKED, "acme.example", dmarc=Result.PERMERROR)
PROVEN = Verdict(By.CHECKED, "ours.example", dmarc=Result.PASS, aligned="ours.example")
BY_SPF = Verdict(By.CHECKED, "ours.example", Check(Result.PASS, "ours.example"), aligned="ours.example")
UNSURE = Verdict(By.CHECKED, "ours.example", dmarc=Result.TEMPERROR)
FORWARD = f"""Please look.

---------- Forwarded message ---------
From: Bob Else <{BOB}>
Date: Mon, 2 Mar 2026 at 09:00
Subject: Screen is black
To: Sam <{SAM}>

My screen is black.
"""


def judged(world: World, verdict: Verdict) -> World:
    """The world, in which every mail gets this verdict."""

    def examine(_row: IntakeRow, _raw: bytes, _parsed: ParsedMail) -> Verdict:
        return verdict

    return replace(world, examine=examine)


def participants(number: int) -> set[str]:
    row = ticket_row(number)
    with session.reading() as db:
        found = db.execute(select(Participant.address).where(Participant.ticket_id == row.id))
        return set(found.scalars())


def answers_go_to(world: World, number: int) -> list[str]:
    with session.reading() as db:
        own = own_addresses(db, world.ours.account_id)
    return [who.address for who in default_recipients(world.detail(number), own).to]


# --- A failed DMARC ---


@pytest.mark.parametrize("verdict", [FORGED, ONLY_WATCHED, BROKEN])
@pytest.mark.parametrize("trace", ["tag", "in_reply_to", "references"])
@pytest.mark.parametrize("claims", [ANN, "carl@acme.example"])
def test_a_forged_mail_never_takes_part(world: World, verdict: Verdict, trace: str, claims: str) -> None:
    """What its domain denies waits; where the domain's word cannot be read, it is a new ticket."""
    number = world.receive(mail(message_id="one@acme.example")).number
    traces = {
        "tag": mail(sender=claims, subject=f"[#{number}]"),
        "in_reply_to": mail(sender=claims, in_reply_to="one@acme.example"),
        "references": mail(sender=claims, references=["one@acme.example"]),
    }
    received = judged(world, verdict).receive(traces[trace])
    assert world.detail(number).ticket.article_count == 1
    if verdict is not BROKEN:
        assert received.fate is Fate.QUARANTINED
        return
    assert (received.fate, received.number) == (Fate.TICKET, 2)
    assert world.detail(2).ticket.maybe_belongs_to == number
    assert world.detail(2).articles[0].trust == "forged"


def test_the_token_proves_by_itself_yet_the_mail_is_shown_as_forged(world: World) -> None:
    number = world.receive(mail()).number
    address = world.ours.reply_address(ticket_row(number).id)
    assert judged(world, BROKEN).receive(mail(), address).number == number
    assert world.detail(number).articles[1].trust == "forged"


def test_whom_a_forged_mail_names_does_not_take_part_either(world: World) -> None:
    judged(world, FORGED).receive(mail(headers=[f"Cc: {EVE}"]))
    assert participants(1) == set()
    received = world.receive(mail(sender=EVE, subject="[#1]"))
    assert received.number == 2


def test_an_answer_never_goes_where_a_forged_mail_wants_it(world: World) -> None:
    judged(world, FORGED).receive(mail(headers=[f"Reply-To: {EVE}"]))
    assert answers_go_to(world, 1) == [ANN]
    number = world.receive(mail(headers=[f"Reply-To: {BOB}"])).number
    address = world.ours.reply_address(ticket_row(number).id)
    judged(world, FORGED).receive(mail(headers=[f"Reply-To: {EVE}"]), address)
    assert answers_go_to(world, number) == [BOB]


@pytest.mark.parametrize("verdict", [NOT_EXAMINED, UNSURE, replace(FORGED, dmarc=Result.NONE)])
def test_what_is_merely_not_proven_takes_part_as_ever(world: World, verdict: Verdict) -> None:
    number = world.receive(mail()).number
    assert judged(world, verdict).receive(mail(subject=f"[#{number}]")).number == number


def test_the_verdict_is_kept_with_the_article(world: World) -> None:
    judged(world, FORGED).receive(mail())
    world.receive(mail())
    assert [world.detail(n).articles[0].verdict for n in (1, 2)] == [FORGED, NOT_EXAMINED]


def report(world: World, *, to: str, mail_from: str = "") -> str:
    """A report from the customer's domain, which fails that domain's DMARC; what became of its delivery."""
    daemon, failed = "MAILER-DAEMON@acme.example", f"X-Failed-Recipients: {ANN}"
    raw = mail("User unknown.", sender=daemon, subject="Undelivered", headers=[failed])
    judged(world, FORGED).receive(raw, to, mail_from=mail_from)
    return world.detail(1).articles[1].deliveries[0].state


def test_a_report_to_the_return_address_counts_though_its_daemon_signs_nothing(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    with session.reading() as db:
        delivery = db.execute(select(Delivery.id)).scalar_one()
    back = world.ours.bounce_address(delivery)
    assert report(world, to=world.ours.reply_address(ticket_row(1).id)) == "queued"
    assert report(world, to=back, mail_from=ANN) == "queued"
    assert world.ledger().quarantined == 2
    assert report(world, to=back) == "bounced"
    assert world.detail(1).articles[-1].trust == "forged"


# --- Colleagues ---


@pytest.mark.parametrize("verdict", [NOT_EXAMINED, UNSURE, PROVEN, BY_SPF])
def test_mail_never_becomes_staffs_words_whatever_is_proven(world: World, verdict: Verdict) -> None:
    judged(world, verdict).receive(mail(sender=f"Sam <{SAM}>"))
    article = world.detail(1).articles[0]
    assert (article.kind.value, article.author) == ("inbound", None)
    assert article.trust == ("staff" if verdict.is_confirmed else "claims_staff")


@pytest.mark.parametrize("verdict", [PROVEN, BY_SPF])
def test_what_a_colleague_forwards_is_the_request_of_whoever_wrote_it(world: World, verdict: Verdict) -> None:
    raw = mail(FORWARD, sender=f"Sam <{SAM}>", subject="Fwd: Screen is black")
    judged(world, verdict).receive(raw)
    ticket, article = world.detail(1).ticket, world.detail(1).articles[0]
    assert (ticket.requester_name, ticket.requester_address) == ("Bob Else", BOB)
    assert (article.from_.address, article.trust) == (SAM, "forwarded_by_staff")
    assert "Please look." in article.text
    assert "My screen is black." in article.text
    assert answers_go_to(world, 1) == [BOB]
    assert participants(1) == {BOB}
    assert world.receive(mail(sender=BOB, subject="[#1]")).number == 1


def test_a_colleagues_words_about_what_they_forward_are_not_sent_to_whoever_wrote_it(world: World) -> None:
    judged(world, PROVEN).receive(mail(FORWARD, sender=SAM, subject="Fwd: Screen is black"))
    ref = world.reply(1)
    with session.reading() as db:
        raw = world.blobs.read(get_raw(db, Sight(world.ours.account_id), ref.public_id)[0])
    assert b"Please restart it." in raw
    assert b"Please look." not in raw


def test_the_original_senders_customer_is_found_by_domain(world: World) -> None:
    raw = mail(FORWARD.replace(BOB, "new@acme.example"), sender=SAM, subject="WG: x")
    judged(world, PROVEN).receive(raw)
    customer = world.detail(1).ticket.customer
    assert customer is not None
    assert customer.name == "Acme"


@pytest.mark.parametrize("verdict", [NOT_EXAMINED, UNSURE, replace(FORGED, author="ours.example")])
def test_a_claimed_colleague_speaks_for_nobody(world: World, verdict: Verdict) -> None:
    judged(world, verdict).receive(mail(FORWARD, sender=SAM, subject="Fwd: Screen is black"))
    assert world.detail(1).ticket.requester_address == SAM
    assert world.detail(1).articles[0].trust in ("claims_staff", "forged")


def test_nobody_but_a_colleague_speaks_for_another(world: World) -> None:
    judged(world, replace(PROVEN, author="acme.example")).receive(
        mail(FORWARD, sender=ANN, subject="Fwd: Screen is black")
    )
    assert world.detail(1).ticket.requester_address == ANN


def test_another_accounts_staff_are_strangers_here(world: World) -> None:
    judged(world, PROVEN).receive(mail(FORWARD, sender=SAM, subject="Fwd: x", to=FOREIGN), FOREIGN)
    assert world.detail(1, of=world.stranger).ticket.requester_address == SAM


def test_a_colleagues_mail_that_forwards_nothing_is_their_own_request(world: World) -> None:
    judged(world, PROVEN).receive(mail("My mouse is dead.", sender=SAM))
    assert world.detail(1).ticket.requester_address == SAM


def test_a_forwarded_mail_of_the_desk_itself_makes_no_requester_of_it(world: World) -> None:
    judged(world, PROVEN).receive(mail(FORWARD.replace(BOB, SUPPORT), sender=SAM, subject="Fwd: x"))
    assert world.detail(1).ticket.requester_address == SAM


def test_a_forward_into_a_conversation_changes_no_requester(world: World) -> None:
    number = world.receive(mail()).number
    address = world.ours.reply_address(ticket_row(number).id)
    judged(world, PROVEN).receive(mail(FORWARD, sender=SAM, subject="Fwd: Screen is black"), address)
    detail = world.detail(number)
    assert (detail.ticket.requester_address, detail.articles[1].trust) == (ANN, "staff")


# --- Lists ---


def listed(*headers: str) -> list[str]:
    return ["List-Id: <users.list.example>", "List-Post: <mailto:users@list.example>", *headers]


def test_an_answer_to_a_list_mail_goes_to_its_writer_not_to_the_list(world: World) -> None:
    world.receive(mail(headers=listed("Reply-To: users@list.example")))
    assert answers_go_to(world, 1) == [ANN]


def test_a_list_that_took_the_writers_place_gives_the_writer_in_reply_to(world: World) -> None:
    raw = mail(sender="Ann via Users <users@list.example>", headers=listed(f"Reply-To: Ann <{ANN}>"))
    world.receive(raw)
    assert answers_go_to(world, 1) == [ANN]


def test_a_person_is_answered_rather_than_a_list(world: World) -> None:
    world.receive(mail())
    world.receive(mail(sender=BOB, headers=listed()), world.ours.reply_address(1))
    assert answers_go_to(world, 1) == [ANN]


# --- Customers by domain ---


def test_a_writers_customer_is_that_of_the_address_then_that_of_the_domain(world: World) -> None:
    world.receive(mail(sender="new@acme.example"))
    world.receive(mail(sender=BOB))
    found = [world.detail(n).ticket.customer for n in (1, 2)]
    assert [customer.name if customer else None for customer in found] == ["Acme", None]
    with session.transaction() as db:
        customers.create(db, world.ours.owner, name="Late", domains=["elsewhere.example"], now=NOON)
    world.receive(mail(sender=BOB))
    world.receive(mail(sender="carol@ELSEWHERE.example"))
    found = [world.detail(n).ticket.customer for n in (3, 4)]
    assert [customer.name if customer else None for customer in found] == ["Late", "Late"]


def test_a_domain_is_one_however_it_is_written(world: World) -> None:
    with session.transaction() as db:
        customers.create(db, world.ours.owner, name="Bakery", domains=["bäckerei.example"], now=NOON)
    world.receive(mail(sender="a@xn--bckerei-5wa.example"))
    world.receive(mail(sender="b@bäckerei.example", subject="[#1]"))
    customer = world.detail(1).ticket.customer
    assert (customer and customer.name, world.detail(1).ticket.article_count) == ("Bakery", 2)


@pytest.mark.parametrize(
    "sender", ["ann@sub.acme.example", "ann@notacme.example", "ann@acme.example.evil.example"]
)
def test_a_domain_that_only_looks_like_the_customers_is_not(world: World, sender: str) -> None:
    world.receive(mail(sender=sender))
    assert world.detail(1).ticket.customer is None


# --- With a name server, end to end ---


@pytest.fixture
def server() -> Iterator[DnsServer]:
    zones = {
        ("acme.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
        ("_dmarc.acme.example", "TXT"): ["v=DMARC1; p=reject"],
        **Signer("acme.example").record(),
    }
    with serving(zones) as running:
        yield running


def test_only_what_the_customers_domain_confirms_joins_its_ticket(world: World, server: DnsServer) -> None:
    real = replace(world, examine=Examiner(Settings(dns_servers=server.address)).examine)
    theirs, foreign = Client("192.0.2.1", "mx.acme.example"), Client("198.51.100.9", "mx.evil.example")
    assert real.receive(mail(), client=theirs).number == 1
    assert real.receive(mail(subject="[#1]"), client=foreign, mail_from=EVE).fate is Fate.QUARANTINED
    signed = Signer("acme.example").sign(mail(subject="[#1]"))
    assert real.receive(signed, client=foreign, mail_from=EVE).number == 1
    assert real.receive(mail(subject="[#1]"), client=theirs).number == 1
    detail = world.detail(1)
    assert [article.verdict.proof for article in detail.articles] == ["DMARC", "DMARC", "DMARC"]
