"""How long it takes to erase a person with so many mails, beside as many of others.

    python bench/erasure.py [--mails 1000] [--others 1000] [--url postgresql://...]

Files the mails in a fresh database (SQLite, or that of `--url`, which must be empty), each with HTML and a
file, erases the person who wrote the first ones (the log has its steps), and prints the seconds beside the
bar of 60 s for 1,000 mails, and for SQLite in how many files anything of them is left.
"""

import argparse
import tempfile
import time
from pathlib import Path

from gateway.desk import erasing
from gateway.outbound import erasing as carrying
from gateway.rules.erasure import ErasureKind, Scope
from gateway.store import migrate, session
from tests import world as cast
from tests.erasing import contact_of, key_of, marked_mail, means, places_of

ZORA, BOB = "zora.addrmark@markdomain.example", "bob@elsewhere.example"
MARKS = (b"xylomark", b"addrmark", b"markdomain", b"subjmark", b"bodymark", b"filemark", b"contmark")
BAR_SECONDS = 60.0


def main() -> None:
    """Fill, erase, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mails", type=int, default=1000, help="how many the person wrote")
    parser.add_argument("--others", type=int, default=1000, help="how many somebody else wrote")
    parser.add_argument("--url", default="", help="address of an empty PostgreSQL database")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="m4a-bench") as folder:
        root = Path(folder)
        session.configure(chosen.url or f"sqlite:///{root / 'desk.db'}")
        migrate.upgrade()
        world = cast.build(root)
        _fill(world, chosen.mails, chosen.others)
        _erase(world, root, chosen.mails)
        session.dispose()


def _fill(world: cast.World, mails: int, others: int) -> None:
    for number in range(max(mails, others)):
        if number < mails:
            text = f"Bodymark {number}. " * 20
            sender = f"Zora Xylomark <{ZORA}>"
            name, content = f"filemark{number}.txt", f"contmark {number}".encode() * 500
            raw = marked_mail(sender, f"Subjmark {number}", text, name, content, number=number)
            world.receive(raw, mail_from=ZORA)
        if number < others:
            sender, text = f"Bob <{BOB}>", "Kept. " * 60
            raw = marked_mail(sender, f"Kept {number}", text, "kept.txt", b"kept", number=number)
            world.receive(raw, mail_from=BOB)


def _erase(world: cast.World, root: Path, mails: int) -> None:
    scope, now = Scope(ErasureKind.CONTACT, contact_of(ZORA)), world.clock.now()
    begun = time.monotonic()
    with session.reading() as db:
        found = erasing.preview(db, world.ours.owner, scope, now=now)
    print(f"preview {time.monotonic() - begun:6.2f} s  {dict(found.counts)}")
    with session.transaction() as db:
        made = erasing.begin(db, world.ours.owner, scope, now=now)
    begun = time.monotonic()
    assert carrying.erase(key_of(made), means=means(world), is_stopping=lambda: False)
    seconds = time.monotonic() - begun
    bar = BAR_SECONDS * mails / 1000
    print(f"erased  {seconds:6.2f} s  (bar {bar:.0f} s: {'met' if seconds <= bar else 'NOT met'})")
    if session.is_sqlite():
        print(f"left in {len({name for name, _ in places_of([root], *MARKS)})} files")


if __name__ == "__main__":
    main()
