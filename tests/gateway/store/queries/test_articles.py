"""What a ticket holds: articles, files, deliveries, timeline; a stranger's is not found."""

from dataclasses import replace

import pytest

from gateway.desk import noting
from gateway.errors import NotFound
from gateway.rules.access import Sight
from gateway.rules.scans import Scan
from gateway.rules.status import ArticleKind
from gateway.store import session
from gateway.store.queries.articles import get_article, get_attachment, get_detail, get_raw
from tests.world import ANN, World, mail

PDF = (
    b"From: ann@acme.example\r\nSubject: offer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nSee the file.\r\n--b\r\nContent-Type: application/x-odd; name=offer.pdf\r\n"
    b"Content-Disposition: attachment; filename=offer.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n"
)


@pytest.fixture
def talk(world: World) -> World:
    """A mail with a file, an answer, a note."""
    world.receive(PDF)
    world.reply(1)
    with session.transaction() as db:
        noting.note(db, world.ours.staff, 1, "A difficult one.", now=world.clock.now())
    return world


def test_a_ticket_shows_all_that_happened_oldest_first(talk: World) -> None:
    detail = talk.detail(1)
    kinds = [article.kind for article in detail.articles]
    assert kinds == [ArticleKind.INBOUND, ArticleKind.OUTBOUND, ArticleKind.NOTE]
    assert [article.author for article in detail.articles] == [None, "sam-ours", "sam-ours"]
    assert [event.kind for event in detail.events] == ["created", "status"]
    assert [(event.by, event.data) for event in detail.events][1] == (
        "sam-ours",
        {"from": "new", "to": "open"},
    )


def test_files_and_deliveries_stand_at_their_article(talk: World) -> None:
    inbound, outbound, note = talk.detail(1).articles
    (file,) = inbound.attachments
    assert (file.filename, file.content_type, file.detected_type) == (
        "offer.pdf",
        "application/x-odd",
        "application/pdf",
    )
    assert talk.blobs.read(file.sha256) == b"%PDF-1.4"
    (delivery,) = outbound.deliveries
    assert (delivery.recipient, delivery.state, delivery.attempts) == (ANN, "queued", 0)
    assert (inbound.deliveries, outbound.attachments, note.attachments) == ((), (), ())


def test_html_can_be_left_in_the_database_and_is_told_of(world: World) -> None:
    world.receive(b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>")
    world.receive(b"From: b@x.example\r\n\r\nHello")
    account = world.ours.staff.account_id
    with session.reading() as db:
        rich, plain = (
            get_detail(db, Sight(account), number, with_html=False).articles[0] for number in (1, 2)
        )
        whole = get_detail(db, Sight(account), 1).articles[0]
    assert (rich.html, rich.has_html) == (None, True)
    assert (plain.html, plain.has_html) == (None, False)
    assert whole.html is not None
    assert "<p>Hello</p>" in whole.html


def test_an_article_is_found_alone_with_its_tickets_number(talk: World) -> None:
    inbound = talk.detail(1).articles[0]
    with session.reading() as db:
        assert get_article(db, Sight(talk.ours.account_id), inbound.public_id) == (1, inbound)
        raw = get_raw(db, Sight(talk.ours.account_id), inbound.public_id)[0]
        (file,) = inbound.attachments
        found = get_attachment(db, Sight(talk.ours.account_id), file.public_id)
        assert found == replace(file, article=inbound.public_id)
    assert talk.blobs.read(raw) == PDF


def test_a_note_has_no_raw_mail(talk: World) -> None:
    note = talk.detail(1).articles[-1]
    assert not note.is_raw_open
    with session.reading() as db, pytest.raises(NotFound):
        get_raw(db, Sight(talk.ours.account_id), note.public_id)


def test_a_raw_mail_is_as_open_as_its_files(talk: World) -> None:
    inbound = talk.detail(1).articles[0]
    assert inbound.is_raw_open
    judged = {scan: replace(inbound.attachments[0], scan=scan) for scan in Scan}
    is_open = [scan for scan, file in judged.items() if replace(inbound, attachments=(file,)).is_raw_open]
    assert is_open == [Scan.UNSCANNED, Scan.CLEAN]


def test_a_stranger_finds_none_of_it(talk: World) -> None:
    inbound = talk.detail(1).articles[0]
    stranger = talk.stranger.account_id
    file = inbound.attachments[0].public_id
    with session.reading() as db:
        with pytest.raises(NotFound):
            get_detail(db, Sight(stranger), 1)
        with pytest.raises(NotFound):
            get_article(db, Sight(stranger), inbound.public_id)
        with pytest.raises(NotFound):
            get_raw(db, Sight(stranger), inbound.public_id)
        with pytest.raises(NotFound):
            get_attachment(db, Sight(stranger), file)


def test_what_does_not_exist_is_not_found(world: World) -> None:
    world.receive(mail())
    with session.reading() as db:
        for find in (get_article, get_raw, get_attachment):
            with pytest.raises(NotFound):
                find(db, Sight(world.ours.account_id), "none")
