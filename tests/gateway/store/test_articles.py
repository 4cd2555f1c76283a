"""Writing articles: the row, its files, the ticket it brings forward."""

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.errors import NotFound
from gateway.mail.address import Address
from gateway.rules.access import Sight
from gateway.rules.status import ArticleKind
from gateway.store import articles, session
from gateway.store.articles import SNIPPET_CHARS, NewArticle, NewFile, stored_message_id
from tests.world import NOON, World, mail, ticket_row


def new(**more: object) -> NewArticle:
    plain: dict[str, object] = {
        "kind": ArticleKind.INBOUND,
        "from_": Address("Ann", "ann@acme.example"),
        "subject": "Printer",
        "text": "It smokes.",
        "reply_text": "It smokes.",
    }
    return NewArticle(**(plain | more))  # type: ignore[arg-type]


def append(world: World, article: NewArticle) -> str:
    ticket = ticket_row(1)
    with session.transaction() as db:
        return articles.append(db, world.ours.account_id, ticket.id, article, now=NOON)[1]


def file(name: str, *, inline: bool = False) -> NewFile:
    return NewFile(name, "t/" + "x" * 300, "t/" + "y" * 300, 3, "0" * 64, inline=inline, content_id="c@x")


def test_an_article_keeps_what_it_was_given(world: World) -> None:
    world.receive(mail())
    people = (Address("Bob", "bob@x.example"),)
    article = new(to=people, cc=people, bcc=people, reply_to=people, references=("a@b",), defects=("odd",))
    public_id = append(world, article)
    seen = world.detail(1).articles[-1]
    assert (seen.public_id, seen.kind, seen.from_) == (public_id, ArticleKind.INBOUND, article.from_)
    assert seen.to == seen.cc == seen.bcc == seen.reply_to == people
    assert (seen.defects, seen.raw_sha256) == (("odd",), None)


def test_an_article_keeps_its_protection_and_its_invitation(world: World) -> None:
    world.receive(mail())
    append(world, new(protection="smime-signed", invitation={"summary": "Visit"}))
    seen = world.detail(1).articles[-1]
    assert (seen.protection, seen.invitation) == ("smime-signed", {"summary": "Visit"})


def test_a_forward_names_its_article_and_leaves_what_was_said_last(world: World) -> None:
    world.receive(mail("It smokes."))
    append(world, new(reply_text="Look at this", forward_of="a" * 24))
    assert world.detail(1).articles[-1].forward_of == "a" * 24
    assert world.detail(1).ticket.snippet == "It smokes."


def test_its_files_are_counted_without_those_that_stand_in_the_text(world: World) -> None:
    world.receive(mail())
    append(world, new(files=[file("a.pdf"), file("logo.png", inline=True)]))
    seen = world.detail(1).articles[-1].attachments
    assert [(one.filename, one.inline, len(one.content_type)) for one in seen] == [
        ("a.pdf", False, 255),
        ("logo.png", True, 255),
    ]
    assert world.detail(1).ticket.attachment_count == 1


def test_the_list_shows_the_start_of_the_newest_text(world: World) -> None:
    world.receive(mail())
    append(world, new(reply_text="  So   much\n\n" + "word " * 500))
    snippet = ticket_row(1).snippet
    assert snippet.startswith("So much word")
    assert len(snippet) <= SNIPPET_CHARS


def test_a_mail_is_filed_once(world: World) -> None:
    world.receive(mail())
    append(world, new(content_hash="h" * 64))
    with pytest.raises(IntegrityError):
        append(world, new(content_hash="h" * 64))
    append(world, new())
    append(world, new())
    assert world.detail(1).ticket.article_count == 4


@pytest.mark.parametrize("letter", ["a", "é", "🖨"])
def test_a_message_id_is_kept_within_what_an_index_takes(letter: str) -> None:
    kept = stored_message_id(letter * 998)
    assert 990 < len(kept.encode()) <= 998
    assert stored_message_id(kept) == kept
    assert stored_message_id("1@x") == "1@x"


def test_a_strangers_article_is_nowhere(world: World) -> None:
    world.receive(mail())
    public_id = world.detail(1).articles[0].public_id
    with session.reading() as db:
        assert articles.locate(db, Sight(world.ours.account_id), public_id).public_id == public_id
        with pytest.raises(NotFound):
            articles.locate(db, Sight(world.stranger.account_id), public_id)
