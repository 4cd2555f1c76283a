"""Keys of an account: made, seen in the DNS, replaced, removed; on both databases, strangers included."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.desk import dkimkeys, mailboxes
from gateway.desk.dkimkeys import DkimView, FreshKey
from gateway.errors import Denied, NotFound, Unavailable
from gateway.inbound.authentication.dkim import check_dkim
from gateway.inbound.authentication.resolver import Resolver
from gateway.mail.authres import Result
from gateway.mail.dkimsigning import Seen
from gateway.rules.access import Actor
from gateway.store import session
from gateway.store.models import Article, DkimKey, Mailbox
from gateway.store.sealed import Seal
from tests.fakes import dkim_verifier
from tests.fakes.dns_server import DnsServer, serving
from tests.world import DOMAIN, NOON, SALES, SEAL, World, guards, mail


@pytest.fixture(scope="module")
def fresh() -> FreshKey:
    return dkimkeys.generate(SEAL)


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with serving() as server:
        yield server


def call(
    world: World, verb: Callable[..., Any], *arguments: Any, by: Actor | None = None, **named: Any
) -> Any:
    with session.transaction() as db:
        return verb(db, by or world.ours.owner, world.ours.mailbox.public_id, *arguments, **named)


def make(world: World, fresh: FreshKey) -> DkimView:
    made: DkimView = call(world, dkimkeys.make, fresh, now=NOON)
    return made


def look(world: World, seen: dict[str, Seen]) -> list[tuple[str, bool]]:
    call(world, dkimkeys.note_look, seen, now=NOON)
    return [(key.selector, key.is_active) for key in call(world, dkimkeys.list_keys)]


def raws(world: World, kind: str) -> list[bytes]:
    with session.reading() as db:
        kept = select(Article.raw_sha256).where(Article.kind == kind).order_by(Article.id)
        return [world.blobs.read(sha256 or "") for sha256 in db.execute(kept).scalars()]


def test_a_key_is_shown_with_its_record_and_never_with_its_private_half(
    world: World, fresh: FreshKey
) -> None:
    made = make(world, fresh)
    assert (made.domain, made.is_active, made.seen) == ("ours.example", False, None)
    assert made.name == f"{made.selector}._domainkey.ours.example"
    assert made.value == f"v=DKIM1; k=rsa; p={fresh.public_key}"
    assert call(world, dkimkeys.list_keys) == (made,)
    assert fresh.sealed_private_key not in str(asdict(made)) + repr(fresh)
    with session.reading() as db:
        sealed = db.execute(select(DkimKey.sealed_private_key)).scalar_one()
    assert "PRIVATE" not in sealed
    assert SEAL.open(sealed).startswith("-----BEGIN RSA PRIVATE KEY-----")


def test_it_signs_only_while_the_dns_shows_it(world: World, fresh: FreshKey) -> None:
    selector = make(world, fresh).selector
    for seen, signs in [
        (Seen.MISSING, False),
        (Seen.UNKNOWN, False),
        (Seen.OTHER, False),
        (Seen.SHOWN, True),
        (Seen.UNKNOWN, True),
        (Seen.MISSING, False),
    ]:
        assert look(world, {selector: seen}) == [(selector, signs)], seen


def test_the_old_key_signs_until_the_new_one_does(world: World, fresh: FreshKey) -> None:
    old = make(world, fresh).selector
    look(world, {old: Seen.SHOWN})
    never = make(world, fresh).selector
    new = make(world, fresh).selector
    assert len({old, never, new}) == 3
    assert look(world, {old: Seen.SHOWN, new: Seen.MISSING}) == [(new, False), (old, True)]
    assert look(world, {old: Seen.SHOWN, new: Seen.SHOWN}) == [(new, True)]
    assert look(world, {old: Seen.SHOWN}) == [(new, True)]


def test_all_that_goes_out_is_signed_once_its_key_is_active(
    world: World, fresh: FreshKey, dns: DnsServer
) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(acknowledges=True))
    world.receive(mail("known"))
    world.reply(1, "unsigned")
    made = make(world, fresh)
    world.reply(1, "not seen yet")
    look(world, {made.selector: Seen.SHOWN})
    world.reply(1, "signed")
    world.clock.advance(days=2)
    world.receive(mail("new"), guards=guards())
    call(world, dkimkeys.remove, now=NOON)
    world.reply(1, "unsigned again")
    replies, acknowledged = raws(world, "outbound"), raws(world, "automatic")
    assert [raw.startswith(b"DKIM-Signature:") for raw in replies] == [False, False, True, False]
    assert len(acknowledged) == 1
    dns.zones[made.name, "TXT"] = [made.value]
    find = Resolver(dns.address).questions().texts
    for raw in (replies[2], acknowledged[0]):
        (found,) = check_dkim(raw, author="ours.example", find_texts=find)
        assert (found.result, found.domain) == (Result.PASS, "ours.example")
        assert dkim_verifier.results(raw, dns=dns.address) == ["pass"]


def test_mailboxes_of_one_domain_share_the_key_and_others_do_not(world: World, fresh: FreshKey) -> None:
    look(world, {make(world, fresh).selector: Seen.SHOWN})
    ours, stranger = world.ours.account_id, world.stranger.account_id
    with session.transaction() as db:
        added = mailboxes.add(db, ours, f"x{SALES}", mail_domain=DOMAIN, now=NOON)
        assert len(dkimkeys.list_keys(db, world.ours.owner, added.public_id)) == 1
        for account_id, address, is_signed in [
            (ours, SALES.upper(), True),
            (ours, "a@sub.ours.example", False),
            (stranger, SALES, False),
        ]:
            raw = b"From: a@b.example\r\n\r\nx\r\n"
            found = dkimkeys.signed(db, account_id, address, raw, seal=SEAL)
            assert (found != raw) is is_signed, address


def test_a_key_sealed_by_another_installation_is_told(world: World, fresh: FreshKey) -> None:
    look(world, {make(world, fresh).selector: Seen.SHOWN})
    with session.reading() as db, pytest.raises(Unavailable):
        dkimkeys.signed(db, world.ours.account_id, SALES, b"From: a\r\n\r\n", seal=Seal(b"another"))


def test_a_domain_beyond_ascii_is_signed_as_the_dns_has_it(world: World, fresh: FreshKey) -> None:
    with session.transaction() as db:
        db.execute(
            update(Mailbox).where(Mailbox.id == world.ours.mailbox.id).values(address="a@bücher.example")
        )
    assert make(world, fresh).domain == "xn--bcher-kva.example"


@pytest.mark.parametrize("verb", [dkimkeys.list_keys, dkimkeys.remove, dkimkeys.make, dkimkeys.note_look])
def test_a_strangers_mailbox_is_not_there_and_staff_manage_none(
    world: World, fresh: FreshKey, verb: Callable[..., Any]
) -> None:
    more: dict[Any, tuple[Any, ...]] = {dkimkeys.make: (fresh,), dkimkeys.note_look: ({},)}
    named = {} if verb is dkimkeys.list_keys else {"now": NOON}
    for by, error in ((world.stranger.owner, NotFound), (world.ours.staff, Denied)):
        with pytest.raises(error):
            call(world, verb, *more.get(verb, ()), by=by, **named)
