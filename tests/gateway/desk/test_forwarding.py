"""Forwards: one message to anybody, with the files that were chosen, and what comes of it."""

import email
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.desk import forwarding, noting, replying
from gateway.desk.forwarding import Forward
from gateway.desk.replying import ArticleRef, Draft, DraftFile
from gateway.errors import Conflict, Denied, DeskError, Invalid, NotFound, TooLarge
from gateway.mail.address import Address
from gateway.mail.forwarded import find_original
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from gateway.rules.access import Actor
from gateway.rules.scans import Scan
from gateway.rules.status import Status
from gateway.store import session
from gateway.store.filetypes import detect_type
from gateway.store.intake import Fate
from gateway.store.models import Article, Attachment, Mailbox
from gateway.store.queries.articles import ArticleView
from tests.fakes.refusing import refuse
from tests.webui.cast import PNG
from tests.world import ANN, BOB, EVE, SUPPORT, World, mail, office, ticket_row

CORPUS = Path(__file__).parents[2] / "corpus"
PDF = b"%PDF-1.4\n" + bytes(range(256))
TO_BOB = Draft("Please have a look.", to=(Address("Bob", BOB),))


def rich_mail() -> bytes:
    """Ann's mail: HTML with a picture of its own and one in the Internet, a file, a mail within."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Cc"] = f"Ann Acme <{ANN}>", SUPPORT, "Carl <carl@acme.example>"
    made["Subject"], made["Message-ID"] = "Drucker", "<1@acme.example>"
    made.set_content("Es raucht.\n\n> old words\n")
    made.add_alternative(
        '<p>Es <b>raucht</b> <img src="cid:pic@x"><img src="https://x.example/p"></p>', "html"
    )
    html = list(made.iter_parts())[-1]
    html.add_related(PNG, "image", "png", cid="<pic@x>", filename="bild.png", disposition="inline")
    made.add_attachment(PDF, "application", "pdf", filename="Angebot ü.pdf")
    inner = EmailMessage(policy=policy.SMTP)
    inner["From"], inner["Subject"] = ANN, "Within"
    inner.set_content("Inner words.\n")
    made.add_attachment(inner)
    return made.as_bytes()


@pytest.fixture
def desk(world: World) -> World:
    world.receive(rich_mail())
    return world


def article_of(world: World, at: int = 0) -> ArticleView:
    return world.detail(1).articles[at]


def write(
    world: World,
    draft: Draft = TO_BOB,
    *,
    at: int = 0,
    files: tuple[str, ...] | None = None,
    original: bool = False,
    by: Actor | None = None,
    most: int = 10**7,
) -> replying.Written:
    wanted = Forward(article_of(world, at).public_id, files, original)
    now, whole = world.clock.now(), office(world.blobs, most=most)
    with session.reading() as db:
        return forwarding.write(db, by or world.ours.staff, wanted, draft, office=whole, now=now)


def forward(world: World, draft: Draft = TO_BOB, **options: object) -> ArticleRef:
    written = write(world, draft, **options)  # type: ignore[arg-type]
    with session.transaction() as db:
        ref = replying.reply(db, world.ours.staff, written, now=world.clock.now())
    world.clock.advance(minutes=1)
    return ref


def raw_of(world: World) -> bytes:
    return world.blobs.read(article_of(world, -1).raw_sha256 or "")


def sent(world: World) -> ParsedMail:
    return parse(raw_of(world), detect_type=detect_type)


def judge(world: World, filename: str, scan: Scan) -> None:
    """The scanner's word about a file."""
    with session.transaction() as db:
        db.execute(update(Attachment).where(Attachment.filename == filename).values(scan=scan.value))


def test_a_forward_says_who_wrote_what_to_whom_and_goes_to_anybody(desk: World) -> None:
    forward(desk, Draft("Look.", to=(Address("Bob", BOB),), cc=(Address("", EVE),)), files=())
    found = sent(desk)
    assert (found.from_, found.to) == (Address("Ours", SUPPORT), (Address("Bob", BOB),))
    assert [who.address for who in found.cc] == [EVE]
    assert found.subject == "Fwd: Drucker [#1]"
    assert (found.in_reply_to, found.references[1:]) == ((), ("1@acme.example",))
    assert [who.address for who in found.reply_to] == [desk.ours.reply_address(ticket_row(1).id)]
    time = "12:00\N{NARROW NO-BREAK SPACE}PM UTC"
    head = f"From: Ann Acme <{ANN}>\nDate: March 2, 2026, {time}\nSubject: Drucker\n"
    people = f"To: <{SUPPORT}>\nCc: Carl <carl@acme.example>\n\nEs raucht.\n\n> old words"
    assert found.text == f"Look.\n\n---------- Forwarded message ----------\n{head}{people}"
    original = find_original(found)
    assert original is not None
    assert (original.sender.address, original.subject) == (ANN, "Drucker")


def test_files_go_on_byte_for_byte_and_pictures_stay_in_their_place(desk: World) -> None:
    forward(desk)
    found = sent(desk)
    picture, pdf, within = found.attachments
    assert (picture.filename, picture.content, picture.inline) == ("bild.png", PNG, True)
    assert picture.content_id == "pic@x"
    assert '<p>Es <b>raucht</b> <img src="cid:pic@x">' in (found.html or "")
    assert "x.example" not in raw_of(desk).decode()
    assert (pdf.filename, pdf.content, pdf.content_type) == ("Angebot ü.pdf", PDF, "application/pdf")
    assert within.content_type == "message/rfc822"
    first = article_of(desk).attachments
    assert [one.sha256 for one in found.attachments] == [one.sha256 for one in first]
    kept = article_of(desk, -1).attachments
    assert [(one.filename, one.inline, one.content_id, one.sha256) for one in kept] == [
        (one.filename, one.inline, one.content_id if one.inline else "", one.sha256) for one in first
    ]


def test_another_programs_reader_sees_the_same(desk: World) -> None:
    forward(desk)
    message = email.message_from_bytes(raw_of(desk), policy=policy.default)
    html = message.get_body(("html",))
    assert html is not None
    related = [part for part in message.walk() if part.get_content_type() == "multipart/related"]
    assert [part.get_content_type() for part in related[0].iter_parts()] == ["text/html", "image/png"]
    assert [part.get_content() for part in message.walk() if part.get_content_type() == "image/png"] == [PNG]
    pdf, within = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("Angebot ü.pdf", PDF)
    assert within.get_content()["Subject"] == "Within"
    assert [part.defects for part in message.walk() if part.defects] == []


def test_only_what_was_chosen_goes_along(desk: World) -> None:
    _picture, pdf, _within = article_of(desk).attachments
    forward(desk, files=(pdf.public_id, pdf.public_id))
    assert [one.filename for one in sent(desk).attachments] == ["Angebot ü.pdf"]
    forward(desk, files=())
    assert sent(desk).attachments == ()


def test_new_files_and_pictures_of_the_text_go_along_too(desk: World) -> None:
    new = DraftFile("new.pdf", "application/pdf", desk.blobs.put(b"%PDF-new"))
    shot = DraftFile("shot.png", "image/png", desk.blobs.put(PNG), is_picture=True)
    code = DraftFile("code.png", "image/png", desk.blobs.put(PNG), is_picture=True)
    text = "See ![shot.png] and `![code.png]`"
    forward(desk, Draft(text, to=(Address("", BOB),), files=(new, shot, code)), files=())
    found = {one.filename: one for one in sent(desk).attachments}
    assert {name: one.inline for name, one in found.items()} == {
        "new.pdf": False,
        "shot.png": True,
        "code.png": False,
    }


def test_the_original_goes_along_as_a_mail_if_wanted(desk: World) -> None:
    forward(desk, files=(), original=True)
    (found,) = sent(desk).attachments
    assert (found.filename, found.content_type) == ("Drucker.eml", "message/rfc822")
    assert found.content == desk.blobs.read(article_of(desk).raw_sha256 or "")
    (kept,) = article_of(desk, -1).attachments
    assert (kept.filename, kept.sha256) == ("Drucker.eml", article_of(desk).raw_sha256)


def test_a_forward_needs_no_word_and_no_answer_of_ours_is_out_of_reach(desk: World) -> None:
    desk.reply(1, "Please restart it.")
    forward(desk, Draft("", to=(Address("", BOB),)), at=1)
    assert "Please restart it." in sent(desk).text
    assert sent(desk).html is not None
    assert article_of(desk, -1).text == ""


@pytest.mark.parametrize("before", [Status.NEW, Status.OPEN, Status.PENDING, Status.CLOSED])
def test_a_forward_leaves_the_ticket_in_its_state(desk: World, before: Status) -> None:
    if before is not Status.NEW:
        desk.move(1, before)
    snippet = desk.detail(1).ticket.snippet
    forward(desk)
    assert (desk.detail(1).ticket.status, desk.detail(1).ticket.snippet) == (before, snippet)


def test_a_forward_moves_the_ticket_if_told_to(desk: World) -> None:
    forward(desk, Draft("", to=(Address("", BOB),), status=Status.PENDING))
    assert desk.detail(1).ticket.status is Status.PENDING


def test_the_article_says_what_it_forwards(desk: World) -> None:
    public_id = forward(desk).public_id
    first, last = desk.detail(1).articles
    assert (last.public_id, last.forward_of, last.kind.value) == (public_id, first.public_id, "outbound")
    assert first.forward_of == ""
    assert [way.recipient for way in last.deliveries] == [BOB]


def test_the_answer_to_a_forward_comes_back_into_its_ticket(desk: World) -> None:
    desk.move(1, Status.CLOSED)
    forward(desk)
    found = sent(desk)
    answer = mail("I did.", sender=f"Bob <{BOB}>", subject="Re: x", in_reply_to=found.message_id)
    for to in (found.reply_to[0].address, SUPPORT):  # by its token, and by what it answers
        came = desk.receive(answer.replace(b"I did.", f"I did, {to}.".encode()), to, mail_from=BOB)
        assert (came.fate, came.number) == (Fate.FOLLOW_UP, 1)
    ticket = desk.detail(1).ticket
    assert (ticket.requester_address, ticket.status) == (ANN, Status.OPEN)


def test_a_forward_is_taken_back_sent_later_and_sent_again_as_an_answer_is(desk: World) -> None:
    public_id = forward(desk).public_id
    with session.transaction() as db:
        replying.withdraw(db, desk.ours.staff, public_id, now=desk.clock.now())
    assert [way.state for way in article_of(desk, -1).deliveries] == ["withdrawn"]
    at = desk.clock.now() + timedelta(days=1)
    later = Draft("", to=(Address("", BOB),), send_at=at)
    assert write(desk, later).not_before == at
    failed = forward(desk).public_id
    refuse(failed, now=desk.clock.now())
    forward(desk, Draft("", to=(Address("", EVE),), replaces=failed))
    assert [way.settled for way in article_of(desk, -2).deliveries] == ["replaced"]


def test_an_internal_note_is_never_forwarded(desk: World) -> None:
    with session.transaction() as db:
        noting.note(db, desk.ours.staff, 1, "Secret", now=desk.clock.now())
    with pytest.raises(Denied, match="never leaves the house"):
        write(desk, at=1)


@pytest.mark.parametrize(
    ("scan", "error"), [(Scan.PENDING, Conflict), (Scan.INFECTED, Denied), (Scan.REFUSED, Denied)]
)
def test_what_the_scanner_keeps_closed_stays_here(desk: World, scan: Scan, error: type[DeskError]) -> None:
    _picture, pdf, _within = article_of(desk).attachments
    judge(desk, pdf.filename, scan)
    with pytest.raises(error):
        write(desk, files=(pdf.public_id,))
    with pytest.raises(Denied, match="original is closed"):
        write(desk, files=(), original=True)
    forward(desk)
    assert "Angebot ü.pdf" not in [one.filename for one in sent(desk).attachments]


def test_a_file_of_another_message_does_not_come_in_by_its_id(desk: World) -> None:
    desk.receive(rich_mail().replace(b"1@acme", b"2@acme"))
    other = desk.detail(2).articles[0].attachments[0].public_id
    for smuggled in (other, "nothing"):
        with pytest.raises(NotFound):
            write(desk, files=(article_of(desk).attachments[0].public_id, smuggled))


def test_a_stranger_forwards_nothing(desk: World) -> None:
    with pytest.raises(NotFound):
        write(desk, by=desk.stranger.owner)
    written = write(desk)
    with pytest.raises(NotFound), session.transaction() as db:
        replying.reply(db, desk.stranger.owner, written, now=desk.clock.now())


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft("x"), "to"),
        (Draft("x", to=()), "to"),
        (Draft("x", to=(Address("", "nobody"),)), "to"),
        (Draft("x" * 500_001, to=TO_BOB.to), "text"),
        (Draft("x", to=TO_BOB.to, status=Status.NEW), "status"),
    ],
)
def test_what_cannot_be_sent_is_invalid(desk: World, draft: Draft, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        write(desk, draft)
    assert caught.value.field == field


@pytest.mark.parametrize("more", [96, 97, 98])
def test_files_are_counted_together(desk: World, more: int) -> None:
    file = DraftFile("a", "text/plain", desk.blobs.put(b"a"))
    draft = Draft("", to=TO_BOB.to, files=(file,) * more)
    if more == 98:
        with pytest.raises(Invalid, match="too many files"):
            write(desk, draft)
    else:
        assert len(write(desk, draft).article.files) == more + 3


def test_the_size_is_that_of_the_mail_with_its_files(desk: World) -> None:
    size = len(desk.blobs.read(write(desk).article.raw_sha256 or ""))
    write(desk, most=size + 200)
    with pytest.raises(TooLarge) as refused:
        write(desk, most=size - 200)
    assert refused.value.limit_bytes < refused.value.size_bytes < size + 200
    with pytest.raises(TooLarge):  # said before a file is read
        write(desk, most=100)


def test_the_head_is_in_the_mailboxs_language(desk: World) -> None:
    with session.transaction() as db:
        db.execute(update(Mailbox).values(locale="de", signature="Gruß"))
    forward(desk)
    assert "-- \nGruß\n\n---------- Weitergeleitete Nachricht ----------\nVon: Ann Acme" in sent(desk).text


def odd_mail(cid: str, source: str, declared: str = "image/png") -> bytes:
    head = f"From: {ANN}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    html = f'--b\r\nContent-Type: text/html\r\n\r\n<p>x <img src="cid:{source}"></p>\r\n'
    picture = f"--b\r\nContent-Type: {declared}\r\nContent-ID: <{cid}>\r\n\r\n" + "x" * 50 + "\r\n"
    return f"{head}{html}{picture}{picture}--b--\r\n".encode()


def test_of_two_files_with_one_id_the_first_has_the_place(world: World) -> None:
    world.receive(odd_mail("a@b", "a@b"))
    forward(world)
    assert [one.inline for one in sent(world).attachments] == [True, False]


def test_an_id_may_be_written_as_an_address(world: World) -> None:
    world.receive(odd_mail("a{b@c", "a%7Bb@c"))
    forward(world)
    assert [one.inline for one in sent(world).attachments] == [True, False]


def test_an_id_that_no_mail_may_say_makes_an_attachment(world: World) -> None:
    world.receive(odd_mail("a(b@c", "a(b@c"))
    forward(world)
    assert [one.inline for one in sent(world).attachments] == [False, False]


def test_a_type_that_no_mail_may_say_is_plain_bytes(world: World) -> None:
    world.receive(odd_mail("a@b", "z@z", declared="image/p(ng"))
    forward(world)
    assert {one.content_type for one in sent(world).attachments} == {"application/octet-stream"}


def test_a_message_without_original_has_none_to_send(desk: World) -> None:
    public_id = article_of(desk).public_id
    with session.transaction() as db:
        db.execute(update(Article).where(Article.public_id == public_id).values(raw_sha256=None))
    with pytest.raises(NotFound, match="no original"):
        write(desk, files=(), original=True)


@pytest.mark.parametrize("kind", ["sqlite"])  # the bytes are the same on every database
def test_any_odd_mail_goes_on_with_all_its_files(world: World) -> None:
    for path in sorted(CORPUS.glob("*.eml")):
        came = world.receive(path.read_bytes())
        (*_, source) = world.detail(came.number).articles
        now, wanted = world.clock.now(), Forward(source.public_id, with_original=True)
        with session.reading() as db:
            written = forwarding.write(
                db, world.ours.staff, wanted, TO_BOB, office=office(world.blobs), now=now
            )
        found = parse(world.blobs.read(written.article.raw_sha256 or ""), detect_type=detect_type)
        expected = {file.sha256 for file in source.attachments} | {source.raw_sha256}
        assert {file.sha256 for file in found.attachments} >= expected, path.name
