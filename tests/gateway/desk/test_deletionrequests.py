"""A mail that asks for deletion: its ticket is marked, its sender asked once, a proven yes believed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.desk import deletionrequests, erasing
from gateway.errors import Conflict, Denied, NotFound
from gateway.inbound.authentication.examining import Examine
from gateway.inbound.file_intake import file_intake
from gateway.mail.authres import NOT_EXAMINED, By, Check, Result, Verdict
from gateway.mail.tokens import confirm_local, read_local
from gateway.rules.access import Actor, Role
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.deletionrequests import Because, RequestView
from gateway.store.intake import Fate
from gateway.store.models import Article, Contact, Farewell, Mailbox, Outbox, Staff
from tests.world import ANN, BOB, DOMAIN, NOON, World, guards, mail, ticket_row

GUARDS = guards()
ASKS = "Hello, please delete all my personal data. Thank you."
PROVEN = Verdict(
    By.CHECKED, "acme.example", dkim=(Check(Result.PASS, "acme.example"),), aligned="acme.example"
)


def judging(verdict: Verdict) -> Examine:
    def examine(*_: object) -> Verdict:
        return verdict

    return examine


@pytest.fixture
def desk(world: World) -> World:
    """Our mailbox is older than the mails, and senders are proven."""
    with session.transaction() as db:
        db.execute(update(Mailbox).values(created_at=NOON - timedelta(days=1)))
    return replace(world, examine=judging(PROVEN))


def sent(world: World) -> list[Any]:
    """The automatic mails."""
    with session.reading() as db:
        kept = select(Article.raw_sha256).where(Article.kind == "automatic").order_by(Article.id)
        raws = [world.blobs.read(sha256 or "") for sha256 in db.execute(kept).scalars()]
    return [message_from_bytes(raw, policy=policy.default) for raw in raws]


def text_of(got: Any) -> str:
    return " ".join(str(got.get_body(("plain",)).get_content()).split())


def request(world: World, number: int = 1) -> RequestView | None:
    ticket = ticket_row(number).id
    with session.reading() as db:
        return deletionrequests.of_ticket(db, world.ours.owner, ticket)


def told(world: World, number: int = 1) -> list[str]:
    return [one.data["what"] for one in world.detail(number).events if one.kind == "deletion"]


def answer(world: World, text: str = "YES", sender: str = ANN, **kinds: Any) -> Fate | None:
    to = str(sent(world)[0]["Reply-To"].addresses[0].addr_spec)
    return world.receive(mail(text, sender=sender, to=to, **kinds), to, mail_from=sender, guards=GUARDS).fate


def test_it_is_marked_and_the_sender_is_asked(desk: World) -> None:
    assert desk.receive(mail(ASKS), guards=GUARDS).fate is Fate.TICKET
    found = request(desk)
    assert found is not None
    assert (found.because, found.address, found.confirmed_at, found.erasure) == (Because.WORDS, ANN, None, "")
    assert found.asked_at is not None
    assert desk.detail().ticket.tags == ("deletion request",)
    assert told(desk) == ["asked"]
    (got,) = sent(desk)
    assert got["Subject"] == "Please confirm your request for deletion [#1]"
    assert got["Auto-Submitted"] == "auto-replied"
    assert "begin your answer with the word YES" in text_of(got)
    to = got["Reply-To"].addresses[0].addr_spec
    assert to == f"{confirm_local(desk.ours.key, ticket_row(1).id)}@{DOMAIN}"


def test_any_other_mail_is_an_ordinary_ticket(desk: World) -> None:
    desk.receive(mail("Please delete the print queue."), guards=GUARDS)
    assert (request(desk), sent(desk), desk.detail().ticket.tags) == (None, [], ())


def test_to_the_address_for_privacy_everything_is_taken_for_one(desk: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(is_privacy=True, locale="de"))
    desk.receive(mail("Was ist über mich gespeichert?"), guards=GUARDS)
    found = request(desk)
    assert found is not None
    assert found.because is Because.ADDRESS
    assert desk.detail().ticket.tags == ("Löschantrag",)
    (got,) = sent(desk)
    assert got["Subject"] == "Ihre Nachricht zum Datenschutz ist angekommen [#1]"
    assert "JA" in text_of(got)


def test_the_question_takes_the_place_of_the_acknowledgement(desk: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=True))
    desk.receive(mail("It smokes."), guards=GUARDS)
    desk.receive(mail(ASKS), guards=GUARDS)  # that they got an acknowledgement today hinders nothing
    assert [got["Subject"].partition(" [")[0] for got in sent(desk)] == [
        "We have received your message",
        "Please confirm your request for deletion",
    ]


def test_a_further_mail_in_a_ticket_asks_as_well_and_is_asked_about_once(desk: World) -> None:
    desk.receive(mail("It smokes."), guards=GUARDS)
    for _ in range(2):
        again = desk.ours.reply_address(ticket_row(1).id)
        assert desk.receive(mail(ASKS, to=again), again, guards=GUARDS).fate is Fate.FOLLOW_UP
    assert told(desk) == ["asked"]
    assert len(sent(desk)) == 1


def test_nobody_is_asked_twice_a_day(desk: World) -> None:
    for _ in range(3):
        desk.receive(mail(ASKS), guards=GUARDS)
    assert len(sent(desk)) == 1
    assert [told(desk, number) for number in (1, 2, 3)] == [["asked"], ["wanted"], ["wanted"]]
    found = request(desk, 2)
    assert found is not None
    assert found.asked_at is None


@pytest.mark.parametrize(
    ("headers", "mail_from"),
    [
        (("Auto-Submitted: auto-replied",), ANN),
        (("List-Id: <list.example>",), ANN),
        (("Precedence: bulk",), ANN),
    ],
)
def test_machines_and_lists_ask_for_nothing(desk: World, headers: tuple[str, ...], mail_from: str) -> None:
    desk.receive(mail(ASKS, headers=headers), mail_from=mail_from, guards=GUARDS)
    assert (request(desk), sent(desk)) == (None, [])


@pytest.mark.parametrize(("verdict", "mail_from"), [(NOT_EXAMINED, ANN), (PROVEN, "")])
def test_who_may_not_be_answered_is_marked_and_not_asked(
    desk: World, verdict: Verdict, mail_from: str
) -> None:
    there = replace(desk, examine=judging(verdict))
    there.receive(mail(ASKS, sender=BOB), mail_from=mail_from and BOB, guards=GUARDS)
    assert told(there) == ["wanted"]
    assert sent(there) == []


def test_a_yes_from_the_same_address_that_is_proven_confirms(desk: World) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    at = desk.clock.now()
    assert answer(desk) is Fate.FOLLOW_UP
    found = request(desk)
    assert found is not None
    assert (found.confirmed_at, found.doubted_at) == (at, None)
    assert told(desk) == ["asked", "confirmed"]
    answer(desk, "Yes, once more")
    assert told(desk) == ["asked", "confirmed"]
    assert len(sent(desk)) == 1


def unproven(world: World) -> World:
    return replace(world, examine=judging(NOT_EXAMINED))


def same(world: World) -> World:
    return world


@pytest.mark.parametrize(("there", "sender"), [(unproven, ANN), (same, "eve@acme.example")])
def test_a_yes_of_somebody_else_or_without_proof_is_doubted_until_a_proven_one_comes(
    desk: World, there: Callable[[World], World], sender: str
) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    for _ in range(2):
        answer(there(desk), sender=sender)
    assert told(desk) == ["asked", "doubted"]
    answer(desk)
    found = request(desk)
    assert found is not None
    assert found.doubted_at is None
    assert told(desk) == ["asked", "doubted", "confirmed"]


@pytest.mark.parametrize(
    ("text", "headers"),
    [("No, that was a mistake", ()), ("What do you mean?", ()), ("Yes", ("Auto-Submitted: auto-replied",))],
)
def test_whatever_else_is_answered_confirms_nothing(desk: World, text: str, headers: tuple[str, ...]) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    answer(desk, text, headers=headers)
    assert told(desk) == ["asked"]


def test_a_yes_to_the_usual_address_confirms_nothing(desk: World) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    usual = desk.ours.reply_address(ticket_row(1).id)
    desk.receive(mail("Yes", to=usual), usual, guards=GUARDS)
    assert told(desk) == ["asked"]


def test_the_address_is_ours_and_cannot_be_guessed(desk: World) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    claim = read_local(confirm_local(desk.stranger.key, ticket_row(1).id))
    assert claim is not None
    with pytest.raises(AssertionError, match="550"):
        desk.accept(mail("Yes"), f"{confirm_local(desk.stranger.key, ticket_row(1).id)}@{DOMAIN}")


def test_what_is_erased_for_a_contact_carries_out_what_they_asked_for(desk: World) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    with session.reading() as db:
        contact = db.execute(select(Contact.public_id).where(Contact.name == "Ann Acme")).scalar_one()
    with session.transaction() as db:
        made = deletionrequests.begin(
            db, desk.ours.owner, Scope(ErasureKind.CONTACT, contact), now=desk.clock.now()
        )
    found = request(desk)
    assert found is not None
    assert found.erasure == made
    with session.reading() as db:
        row = db.execute(select(Farewell)).scalar_one()
        assert (row.erasure_public_id, row.recipient, row.account_id) == (made, ANN, desk.ours.account_id)
        owed = db.execute(select(Outbox.ref_id).where(Outbox.topic == "certify")).scalars().all()
        assert owed == [row.id]
        assert [one.public_id for one in erasing.list_erasures(db, desk.ours.owner)] == [made]


def test_by_ticket_and_by_customer_as_well_and_by_nothing_else(desk: World) -> None:
    for number, text in enumerate((ASKS, f"{ASKS} Now.", f"{ASKS} Soon."), 1):
        assert desk.receive(mail(text), guards=GUARDS).number == number
    by, now = desk.ours.owner, desk.clock.now()
    with session.transaction() as db:
        deletionrequests.begin(db, by, Scope(ErasureKind.REMOTE), now=now)
        first = deletionrequests.begin(db, by, Scope(ErasureKind.TICKET, "2"), now=now)
        second = deletionrequests.begin(db, by, Scope(ErasureKind.CUSTOMER, desk.ours.customer), now=now)
    tied = [found.erasure for number in (1, 2, 3) if (found := request(desk, number))]
    assert tied == [second, first, second]


def test_who_may_not_erase_ties_nothing(desk: World) -> None:
    desk.receive(mail(ASKS), guards=GUARDS)
    for by in (desk.ours.staff, Actor(desk.ours.account_id, Role.OWNER, None, "token")):
        with pytest.raises(Denied), session.transaction() as db:
            deletionrequests.begin(db, by, Scope(ErasureKind.TICKET, "1"), now=desk.clock.now())
    found = request(desk)
    assert found is not None
    assert found.erasure == ""


def ask(desk: World, number: int = 1, by: Actor | None = None) -> int:
    with session.transaction() as db:
        return deletionrequests.ask(db, by or desk.ours.owner, number, now=desk.clock.now())


def asking(desk: World, number: int = 1, by: Actor | None = None) -> str:
    with session.reading() as db:
        found = deletionrequests.find_asking(db, by or desk.ours.owner, number)
        return found.address if found else ""


def test_people_have_the_sender_of_any_mail_asked_who_confirms_and_is_believed(desk: World) -> None:
    desk.receive(mail("It smokes."), guards=GUARDS)
    assert (request(desk), asking(desk), sent(desk)) == (None, ANN, [])
    assert ask(desk) == 1
    found = request(desk)
    assert found is not None
    assert (found.because, found.address, told(desk)) == (Because.PEOPLE, ANN, ["asked"])
    assert desk.detail().ticket.tags == ("deletion request",)
    with session.reading() as db:
        (owed,) = db.execute(select(Outbox.ref_id).where(Outbox.topic == "file")).scalars().all()
    for _ in range(2):
        file_intake(owed, blobs=desk.blobs, clock=desk.clock, guards=GUARDS)
    (got,) = sent(desk)
    assert got["Subject"] == "Please confirm your request for deletion [#1]"
    answer(desk)
    assert told(desk) == ["asked", "confirmed"]
    assert asking(desk) == ""
    with pytest.raises(Conflict):
        ask(desk)


def test_who_could_not_be_asked_by_itself_is_asked_by_people(desk: World) -> None:
    replace(desk, examine=judging(NOT_EXAMINED)).receive(mail(ASKS), guards=GUARDS)
    assert told(desk) == ["wanted"]
    ask(desk)
    found = request(desk)
    assert found is not None
    assert (found.because, found.asked_at is not None, told(desk)) == (
        Because.WORDS,
        True,
        ["wanted", "asked"],
    )


def test_as_long_as_nobody_has_confirmed_an_address_nobody_counts_as_asked(desk: World) -> None:
    desk.receive(mail("It smokes."), guards=GUARDS)
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=None))
    with pytest.raises(Conflict, match="confirm your e-mail address"):
        ask(desk)
    assert (request(desk), told(desk), asking(desk)) == (None, [], ANN)
    with session.transaction() as db:
        db.execute(update(Staff).values(email_confirmed_at=NOON))
    assert (ask(desk), told(desk)) == (1, ["asked"])


def test_machines_are_asked_nothing_and_others_ask_nobody(desk: World) -> None:
    desk.receive(mail("Away.", headers=["Auto-Submitted: auto-replied"]), guards=GUARDS)
    assert asking(desk) == ""
    with pytest.raises(Conflict):
        ask(desk)
    desk.receive(mail("It smokes."), guards=GUARDS)
    assert (asking(desk, 2), asking(desk, 2, desk.ours.staff)) == (ANN, "")
    with pytest.raises(Denied):
        ask(desk, 2, desk.ours.staff)
    for foreign in (deletionrequests.find_asking, partial(deletionrequests.ask, now=NOON)):
        with pytest.raises(NotFound), session.transaction() as db:
            foreign(db, desk.stranger.owner, 2)
