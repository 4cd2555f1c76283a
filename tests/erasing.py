"""Erasures in tests: asked for, carried out, and what of the erased is left in any file."""

from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from sqlalchemy import select, text

from gateway.desk import erasing
from gateway.errors import Erased
from gateway.outbound.erasing import Means, erase
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.erasurejournal import ErasureJournal
from gateway.store.erasures import Progress
from gateway.store.exportfiles import ExportFiles
from gateway.store.models import Contact, ContactAddress, Erasure, Record
from tests.world import SUPPORT, World

KEY = b"the installation's secret"
DESK = "https://desk.example"


def means(world: World, journal: Path | None = None) -> Means:
    """What an erasure is carried out with, long after the last mail came."""
    root = world.blobs.root
    return Means(
        blobs=world.blobs,
        exports=ExportFiles(root),
        journal=ErasureJournal(journal or root.parent / "erasures" / "erasures.journal", KEY),
        clock=world.clock,
        key=KEY,
        base_url=DESK,
        quiet=timedelta(days=-3650),  # files of tests are always of just now
    )


def contact_of(address: str) -> str:
    """The public id of the contact with an address."""
    with session.reading() as db:
        found = select(Contact.public_id).join(ContactAddress).where(ContactAddress.address == address)
        return db.execute(found).scalar_one()


def ask(world: World, scope: Scope, *, quoted: tuple[str, ...] = ()) -> str:
    """Our owner has something erased; its public id."""
    with session.transaction() as db:
        return erasing.begin(db, world.ours.owner, scope, quoted=quoted, now=world.clock.now())


def key_of(public_id: str) -> int:
    """The row of an erasure."""
    with session.reading() as db:
        return db.execute(select(Erasure.id).where(Erasure.public_id == public_id)).scalar_one()


def show(world: World, public_id: str) -> Progress:
    """How far it is."""
    with session.reading() as db:
        return erasing.show(db, world.ours.owner, public_id)


def erased(world: World, kind: ErasureKind, public_id: str = "", *, quoted: tuple[str, ...] = ()) -> str:
    """Have something erased and carry it out; the public id of the erasure."""
    made = ask(world, Scope(kind, public_id), quoted=quoted)
    assert erase(key_of(made), means=means(world), is_stopping=lambda: False)
    return made


def marked_mail(
    sender: str, subject: str, text: str, filename: str, content: bytes, *, number: int = 0, to: str = SUPPORT
) -> bytes:
    """A mail with a text, HTML and a file, of which every part can be looked for."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Message-ID"] = f"<{number}.{sum(content)}@{sender.rpartition('@')[2].strip('>')}>"
    made.set_content(text)
    made.add_alternative(f"<p>{text}</p>", subtype="html")
    made.add_attachment(content, maintype="text", subtype="plain", filename=filename)
    return made.as_bytes(policy=SMTP)


def places_of(roots: list[Path], *markers: bytes) -> list[tuple[str, bytes]]:
    """In which files below some folders which markers stand, in any case of letters."""
    files = [path for root in roots for path in ([root] if root.is_file() else sorted(root.rglob("*")))]
    found = []
    for path in filter(Path.is_file, files):
        content = path.read_bytes().lower()
        found += [(path.name, marker) for marker in markers if marker.lower() in content]
    return found


def blobs_with(blobs: BlobStore, *markers: bytes) -> list[tuple[str, bytes]]:
    """Which blobs can be read and have which markers in their content, in any case of letters."""
    found = []
    for name, _ in blobs.walk():
        with suppress(Erased):
            content = blobs.read(name).lower()
            found += [(name, marker) for marker in markers if marker.lower() in content]
    return found


def rows_with(*markers: str, but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """In which tables of the database, with its words of the search, which markers stand.

    `but` are texts that count for nothing: what belongs to somebody else.
    """
    found = []
    with session.reading() as db:
        names = [one.name for one in Record.metadata.sorted_tables]
        for name in (*names, "article_search"):
            rows = [str(row).lower() for row in db.execute(text(f'SELECT * FROM "{name}"'))]
            content = " ".join(row for row in rows if not any(one in row for one in but))
            found += [(name, marker) for marker in markers if marker.lower() in content]
    return found
