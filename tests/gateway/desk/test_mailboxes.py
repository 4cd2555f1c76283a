"""The addresses of an account, and whom a mail at the door is for."""

import pytest

from gateway.desk import mailboxes
from gateway.desk.mailboxes import Recipient
from gateway.errors import Conflict, Invalid, NotFound
from gateway.store import session
from tests.world import DOMAIN, NOON, SALES, SUPPORT, Business, World, mail, ticket_row


def find(address: str) -> Recipient | None:
    with session.reading() as db:
        return mailboxes.find_recipient(db, address, mail_domain=DOMAIN)


def add(business: Business, address: str) -> mailboxes.MailboxView:
    with session.transaction() as db:
        return mailboxes.add(
            db, business.account_id, address, mail_domain=DOMAIN, now=NOON, by=business.owner
        )


def test_a_mailbox_is_reached_by_its_address_and_by_its_forwarding_address(world: World) -> None:
    box = world.ours.mailbox
    for address in (SUPPORT, SUPPORT.upper(), box.forwarding_address, box.forwarding_address.upper()):
        found = find(address)
        assert found is not None, address
        assert (found.account_id, found.mailbox_id) == (world.ours.account_id, box.id)


def test_a_forwarding_address_cannot_be_guessed(world: World) -> None:
    local = world.ours.mailbox.forwarding_address.partition("@")[0]
    assert len(local) == len("in-") + 16
    assert local != world.stranger.mailbox.forwarding_address.partition("@")[0]
    assert find(f"{local}@elsewhere.example") is None
    assert find(f"{local[:-1]}@{DOMAIN}") is None


@pytest.mark.parametrize(
    "address", ["", "@", "support", "nobody@ours.example", f"@{DOMAIN}", "%@ours.example", "a@b@c"]
)
def test_anything_else_is_unknown(world: World, address: str) -> None:
    assert find(address) is None


def test_a_domain_is_found_in_both_its_forms(world: World) -> None:
    add(world.ours, "hilfe@bücher.example")
    for address in ("hilfe@bücher.example", "Hilfe@BÜCHER.example", "hilfe@xn--bcher-kva.example"):
        assert find(address) is not None, address


def test_reply_and_bounce_addresses_name_ticket_and_delivery(world: World) -> None:
    world.receive(mail())
    world.reply(1)
    ticket = ticket_row(1)
    reply, bounce = find(world.ours.reply_address(ticket.id)), find(world.ours.bounce_address(1))
    assert reply is not None
    assert bounce is not None
    assert (reply.ticket_id, reply.delivery_id) == (ticket.id, None)
    assert (bounce.ticket_id, bounce.delivery_id) == (ticket.id, 1)
    assert reply.mailbox_id == bounce.mailbox_id == world.ours.mailbox.id
    assert find(world.stranger.reply_address(ticket.id)) is None
    assert find(world.stranger.bounce_address(1)) is None


def test_an_address_is_given_once(world: World) -> None:
    for business in (world.ours, world.stranger):
        with pytest.raises(Conflict):
            add(business, SUPPORT.upper())


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@", "a b@c.example", "a@b.example\r\nX: y", "x" * 321 + "@a.de"]
)
def test_what_is_no_address_is_invalid(world: World, address: str) -> None:
    with pytest.raises(Invalid):
        add(world.ours, address)


def test_an_account_lists_its_own(world: World) -> None:
    sales = add(world.ours, SALES)
    with session.reading() as db:
        assert mailboxes.list_mailboxes(db, world.ours.account_id, mail_domain=DOMAIN) == (
            world.ours.mailbox,
            sales,
        )


def test_a_removed_one_is_unknown_and_its_tickets_stay(world: World) -> None:
    world.receive(mail())
    box = world.ours.mailbox
    with session.transaction() as db:
        with pytest.raises(NotFound):
            mailboxes.remove(db, world.stranger.account_id, box.public_id, now=NOON)
        mailboxes.remove(db, world.ours.account_id, box.public_id, now=NOON)
    assert find(SUPPORT) is find(box.forwarding_address) is None
    answer = world.receive(mail(), world.ours.reply_address(ticket_row(1).id))
    assert answer.number == 1


@pytest.mark.parametrize("local", ["postmaster", "noreply", "in-abc", "x"])
def test_reserved_names_on_our_own_domain_are_the_operators(world: World, local: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(world.ours, f"{local}@{DOMAIN.upper()}")
    assert refused.value.field == "address"
    assert add(world.ours, f"{local}@elsewhere.example").address == f"{local}@elsewhere.example"
    with session.transaction() as db:
        business = world.ours.account_id
        address = f"{local}@{DOMAIN}"
        made = mailboxes.add(db, business, address, mail_domain=DOMAIN, now=NOON)
    assert made.address == address


def test_a_name_on_our_own_domain_is_the_first_ones(world: World) -> None:
    add(world.ours, f"help-smith@{DOMAIN}")
    with pytest.raises(Conflict):
        add(world.stranger, f"Help-Smith@{DOMAIN}")
    found = find(f"help-smith@{DOMAIN}")
    assert found is not None
    assert found.account_id == world.ours.account_id
