"""A person is erased from a running desk: no byte of them in any file, nor after an older backup came."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from gateway import clock, settings
from gateway.desk import erasing
from gateway.rules.access import Actor, Role
from gateway.rules.erasure import ErasureKind, Scope, State
from gateway.store import session
from gateway.store.blobowners import owners_of
from gateway.store.blobs import BlobStore
from gateway.store.models import Account, Staff
from tests.databases import configured
from tests.erasing import blobs_with, contact_of, marked_mail, places_of
from tests.fakes.senders import Mail, Post
from tests.fakes.serving import RunningDesk, wait_until

BOB = "bob@elsewhere.example"
ZORA = "zora.addrmark@markdomain.example"
MARKS = (b"xylomark", b"addrmark", b"markdomain", b"subjmark", b"bodymark", b"filemark", b"contmark")
MAILS, OTHERS = 1000, 20
DESK = "support@desk.example"
PATIENCE_SECONDS = 240

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def _mails() -> Iterator[Mail]:
    for number in range(MAILS):
        raw = marked_mail(
            f"Zora Xylomark <{ZORA}>",
            f"Subjmark {number}",
            f"Bodymark {number}, Zuckerbodymark",
            f"filemark{number}.txt",
            f"contmark {number}".encode(),
            number=number,
            to=DESK,
        )
        yield Mail((DESK,), raw, ZORA)


def _others() -> Iterator[Mail]:
    for number in range(OTHERS):
        raw = marked_mail(f"Bob <{BOB}>", f"Keep {number}", "Kept", f"kept{number}.txt", b"kept", to=DESK)
        yield Mail((DESK,), raw, BOB)


def _owner(login: str) -> Actor:
    with session.reading() as db:
        found = select(Account.id, Staff.id).join(Staff, Staff.account_id == Account.id)
        account_id, staff_id = db.execute(found.where(Staff.login == login)).one()
    return Actor(account_id, Role.OWNER, staff_id, login)


def _is_done(by: Actor, public_id: str) -> bool:
    with session.reading() as db:
        return erasing.show(db, by, public_id).state is State.DONE


def _of_arrivals(root: Path) -> set[str]:
    """The mails and files that lie under the key of arrivals."""
    blobs = BlobStore(root / "blobs", root / "keyring")
    key = blobs.key_of_arrivals().id
    return {name for name, key_id in blobs.walk() if key_id == key}


def _all_have_owners(desk: RunningDesk) -> bool:
    """Whether none of them is anybody's any more: the rest are files of mail that was held back."""
    left = sorted(_of_arrivals(desk.root))
    with session.reading() as db:
        return not any(owners_of(db, left[start : start + 200]) for start in range(0, len(left), 200))


def _in_redis(desk: RunningDesk) -> list[bytes]:
    """What of the marks stands in any key or value of the queue server."""
    with Redis.from_url(settings.load(data_dir=desk.root).effective_redis_url) as redis:
        kept = [part for key in redis.keys("*") for part in (key, redis.dump(key) or b"")]
    return [mark for mark in MARKS if any(mark in part.lower() for part in kept)]


def test_no_byte_of_a_person_is_left_also_after_an_older_backup(tmp_path: Path) -> None:
    desk = RunningDesk(tmp_path / "desk", {"M4A_ERASURE_JOURNAL": str(tmp_path / "apart" / "erasures")})
    backup, url = tmp_path / "backup", f"sqlite:///{desk.root / 'manage4all.db'}"
    with desk:
        account = desk.account("anna", DESK)
        post = Post(lambda: desk.address("smtp"), lambda: desk.address("lmtp"), 4)
        post.send(_others())
        post.send(_mails())
        assert post.refused == []
        account.wait_for(MAILS + OTHERS, within=PATIENCE_SECONDS)
        with configured(url):
            assert wait_until(lambda: _all_have_owners(desk), within=PATIENCE_SECONDS)
    shutil.copytree(desk.root, backup, ignore=shutil.ignore_patterns("run"))
    nobodys = _of_arrivals(backup)
    in_database = {mark for _, mark in places_of([backup / "manage4all.db"], *MARKS)}
    in_files = {mark for _, mark in blobs_with(BlobStore(backup / "blobs", backup / "keyring"), *MARKS)}
    assert in_database | in_files == set(MARKS)
    for path in (desk.root / "blobs").rglob("*"):  # as if it had been some days ago
        os.utime(path, (path.stat().st_mtime - 10**6,) * 2)
    with desk, configured(url):
        owner, contact = _owner("anna"), contact_of(ZORA)
        begun_at = time.monotonic()
        with session.transaction() as db:
            asked = erasing.begin(db, owner, Scope(ErasureKind.CONTACT, contact), now=clock.now())
        assert wait_until(lambda: _is_done(owner, asked), within=PATIENCE_SECONDS)
        print(f"erased in {time.monotonic() - begun_at:.1f} s")
        assert places_of([desk.root, desk.log.parent / "apart"], *MARKS) == []
        assert places_of([desk.log], *MARKS) == []
        assert _in_redis(desk) == []
        readable = {
            name for name, _ in blobs_with(BlobStore(backup / "blobs", desk.root / "keyring"), *MARKS)
        }
        assert readable <= nobodys
        with session.reading() as db:
            receipt = erasing.receipt(db, owner, asked)
    assert json.loads(receipt)["receipt"]["counts"]["mails"] == MAILS
    for name in ("manage4all.db", "blobs"):
        _bring_back(backup / name, desk.root / name)
    assert {mark for _, mark in places_of([desk.root], *MARKS)} == in_database
    with desk:
        assert wait_until(desk.is_ready, within=PATIENCE_SECONDS)  # it erases before it serves
        assert places_of([desk.root], *MARKS) == []
        assert len(account.tickets()) == OTHERS
    assert places_of([desk.root, desk.log.parent / "apart"], *MARKS) == []


def _bring_back(kept: Path, place: Path) -> None:
    """As an operator does who has lost the newer one."""
    for old in (place, *place.parent.glob(f"{place.name}-*")):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(kept, place) if kept.is_dir() else shutil.copyfile(kept, place)
