"""What the models say of what is kept, and how much an account has."""

from gateway.store import session
from gateway.store.models import Record
from gateway.store.queries.inventory import count_kept, list_kept
from tests.world import World, mail

# Their rows are nobody's: they name no account, neither by themselves nor by a person; those of an
# erasure are there for seconds.
NOBODYS = {
    "broadcast",
    "erasure_item",
    "knock",
    "legal_text",
    "outbox",
    "relay_offer",
    "sign_up_invitation",
    "suggestion",
}


def test_every_column_of_every_table_is_in_it() -> None:
    told = {f"{kept.name}.{field.name}" for kept in list_kept() for field in kept.fields}
    assert told == {str(column) for one in Record.metadata.sorted_tables for column in one.columns}


def test_an_account_is_told_how_many_it_has_of_each(world: World) -> None:
    world.receive(mail())
    with session.reading() as db:
        ours, theirs = (count_kept(db, one.account_id) for one in (world.ours, world.stranger))
    assert (ours["account"], ours["ticket"], ours["article"], ours["staff"]) == (1, 1, 1, 2)
    assert (theirs["account"], theirs["ticket"], theirs["article"], theirs["staff"]) == (1, 0, 0, 2)
    assert {kept.name for kept in list_kept()} - ours.keys() == NOBODYS
