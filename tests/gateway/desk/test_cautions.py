"""What is asked before an answer goes out."""

from gateway.desk import customers
from gateway.desk.cautions import cautions_for
from gateway.desk.replying import Draft, DraftFile
from gateway.mail.address import Address
from gateway.rules.cautions import Caution, Doubtful
from gateway.store import session
from gateway.store.blobs import KeptBlob
from tests.world import ANN, BOB, NOON, World


def asked(world: World, draft: Draft) -> tuple[Caution, ...]:
    with session.reading() as db:
        return cautions_for(db, world.ours.owner, draft)


def test_every_line_of_recipients_is_looked_at_and_each_address_once(world: World) -> None:
    with session.transaction() as db:
        customers.create(db, world.ours.owner, name="Elsewhere", domains=["elsewhere.example"], now=NOON)
    nobody = Address("", "no-reply@x.example")
    draft = Draft("Hello", to=(Address("", ANN), nobody), cc=(nobody,), bcc=(Address("", BOB),))
    assert asked(world, draft) == (
        Caution(Doubtful.NOBODY_READS, ("no-reply@x.example",)),
        Caution(Doubtful.SEVERAL_CUSTOMERS, ("Acme", "Elsewhere")),
    )


def test_a_file_answers_the_question_for_one(world: World) -> None:
    draft = Draft("See attached", to=(Address("", ANN),))
    with session.reading() as db:
        assert cautions_for(db, world.ours.owner, draft, takes_files_along=True) == ()
    assert asked(world, draft) == (Caution(Doubtful.NO_FILE),)
    file = DraftFile("a.txt", "text/plain", KeptBlob("0" * 64, 1))
    assert asked(world, Draft("See attached", to=(Address("", ANN),), files=(file,))) == ()


def test_recipients_are_looked_at_up_to_the_bound_of_an_answer(world: World) -> None:
    many = tuple(Address("", f"a{n}@x.example") for n in range(99))
    last, over = Address("", "noreply@x.example"), Address("", "noreply@y.example")
    (found,) = asked(world, Draft("Hello", to=(*many, last, over)))
    assert found.about == (last.address,)
