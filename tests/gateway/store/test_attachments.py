import pytest

from gateway.rules.scans import Scan
from gateway.store import attachments, session
from gateway.store.articles import NewFile
from gateway.store.attachments import MAX_PREVIEWED_BYTES, MAX_PREVIEWS, wants_preview
from tests.gateway.store.test_articles import append, new
from tests.world import World, mail


def file(
    name: str, *, sha256: str = "0" * 64, scan: Scan = Scan.UNSCANNED, kind: str = "image/png"
) -> NewFile:
    return NewFile(name, kind, kind, 3, sha256, scan=scan)


def files_of(world: World, *files: NewFile) -> int:
    """An article with these files; its row's id, the second of the database."""
    world.receive(mail())
    append(world, new(files=list(files)))
    return 2


def test_only_files_that_wait_for_a_scan_are_scanned(world: World) -> None:
    article_id = files_of(world, *(file(scan.name, scan=scan) for scan in Scan))
    with session.transaction() as db:
        (waiting,) = attachments.without_scan(db, article_id)
        attachments.set_scan(db, waiting.id, Scan.INFECTED, "x" * 300)
        assert attachments.without_scan(db, article_id) == []
    seen = {one.filename: one for one in world.detail(1).articles[-1].attachments}
    assert (seen["PENDING"].scan, len(seen["PENDING"].scan_found)) == (Scan.INFECTED, 200)


def test_only_pictures_without_a_preview_get_one(world: World) -> None:
    article_id = files_of(world, file("a.png"), file("b.pdf", kind="application/pdf"))
    with session.transaction() as db:
        (picture,) = attachments.without_preview(db, article_id)
        attachments.set_preview(db, picture.id, "1" * 64)
        assert attachments.without_preview(db, article_id) == []
        assert attachments.find_preview(db, picture) == "1" * 64


def test_a_mail_of_thousands_of_pictures_gets_some_previews(world: World) -> None:
    article_id = files_of(world, *(file(str(number)) for number in range(MAX_PREVIEWS + 5)))
    with session.reading() as db:
        assert len(attachments.without_preview(db, article_id)) == MAX_PREVIEWS


def test_a_preview_is_not_taken_from_another_account(world: World) -> None:
    article_id = files_of(world, file("a.png"))
    with session.transaction() as db:
        (picture,) = attachments.without_preview(db, article_id)
        attachments.set_preview(db, picture.id, "1" * 64)
        foreign = attachments.FileRow(99, world.stranger.account_id, picture.sha256)
        assert attachments.find_preview(db, foreign) is None


@pytest.mark.parametrize(
    ("kind", "size", "wanted"),
    [
        ("image/png", 1, True),
        ("image/png", MAX_PREVIEWED_BYTES + 1, False),
        ("image/svg+xml", 1, False),
        ("application/pdf", 1, False),
    ],
)
def test_previews_are_of_pictures_of_reasonable_size(kind: str, size: int, wanted: bool) -> None:  # noqa: FBT001 - a column
    assert wants_preview(kind, size) is wanted
