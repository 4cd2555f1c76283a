"""What the parts do first, done once before they are forked: the memory it takes is then shared.

A first query, a first mail, a first page build statements, tables and types that stay for good. Nothing
of a rehearsal does: the mail is filed in a transaction that is taken back, and no connection stays open.
"""

import contextlib
import hashlib
from collections.abc import Iterable

from sqlalchemy.orm import Session

from gateway import clock
from gateway.cli.opening import installed_wakers
from gateway.cli.parts import Part
from gateway.desk import filing, mailboxes, people
from gateway.ids import new_public_id
from gateway.mail.parse import parse
from gateway.settings import Settings
from gateway.store import intake, outbox, session
from gateway.store.blobs import BlobStore, KeptBlob
from gateway.store.filetypes import detect_type
from gateway.store.intake import NewOffer, Source
from gateway.store.outbox import Topic

# No file: what tells its type reads 6 MB, which a desk without files need not have in memory.
_MAIL = b"""\
From: =?iso-8859-1?q?J=F6rg?= <joerg@rehearsal.example>\r
To: Desk <desk@rehearsal.example>\r
Subject: =?utf-8?b?RHJ1Y2tlcg==?=\r
Date: Mon, 2 Feb 2026 10:00:00 +0100\r
Message-ID: <1@rehearsal.example>\r
References: <0@rehearsal.example>\r
Content-Type: multipart/alternative; boundary=a\r
\r
--a\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
Gr=FC=DFe\r
\r
On Monday Sam wrote:\r
> Which one?\r
--a\r
Content-Type: text/html; charset=utf-8\r
\r
<p>Hello <a href="https://rehearsal.example/">there</a></p><blockquote>Which one?</blockquote>\r
--a--\r
"""


class _Enough(Exception):
    """Ends the transaction, which takes back what was done in it."""


def rehearse(settings: Settings, parts: Iterable[Part]) -> None:
    """Do it. The database must be configured; DeskError when it is away."""
    installed_wakers(settings)
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    with blobs.spool() as spool:
        spool.write(_MAIL)
    blobs.keyring.close()
    for part in parts:
        part.rehearse()
    with contextlib.suppress(_Enough), session.transaction() as db:
        _take_a_mail(db, settings)
        raise _Enough
    session.dispose()


def _take_a_mail(db: Session, settings: Settings) -> None:
    now, name = clock.now(), new_public_id()
    mine = people.create_account(
        db, login=name, email=f"{name}@rehearsal.example", name=name, password_hash="", now=now
    )
    box = mailboxes.add(db, mine.id, f"desk@{name}.example", mail_domain=settings.mail_domain, now=now)
    mailboxes.find_recipient(db, box.address, mail_domain=settings.mail_domain)
    raw = KeptBlob(hashlib.sha256(_MAIL).hexdigest(), len(_MAIL))
    kept = intake.put(
        db,
        account_id=mine.id,
        raw=raw,
        source=Source.SMTP,
        mail_from="",
        offers=[NewOffer(box.address, box.id)],
        now=now,
    )
    row = intake.find(db, kept.id)
    if row is not None:
        read = parse(_MAIL, detect_type=detect_type)
        filing.file(db, row, read, [], content_hash=raw.sha256, now=now)
    outbox.next_due_at(db)
    for topic in Topic:
        outbox.claim_due(db, now=now, limit=1, topic=topic)
