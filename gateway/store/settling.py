"""Under whose key a blob lies: its owner's once that is known; and what a key leaves when it is destroyed."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice

from gateway.store.blobowners import common_owner, owners_of
from gateway.store.blobs import BlobStore
from gateway.store.keyring import Owner
from gateway.store.session import reading

ARRIVALS_KEPT_FOR = timedelta(weeks=5)
"""How long the key of a week's arrivals lasts: a backup has mails under it that were not filed just then."""

_AT_ONCE = 200
_SEALED_AT_ONCE = 20
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(hours=1)


def settle(blobs: BlobStore, *, now: datetime) -> int:
    """Put what has come under the keys of its owners, as far as these are known; how many blobs.

    Raises Unavailable while keys are destroyed: it is for later then. What is still open is looked at again.
    """
    settled = 0
    while due := blobs.list_unsettled(now=now, most=_AT_ONCE):
        with blobs.keyring.exclusively(wait=False):
            with reading() as db:
                found = owners_of(db, due)
            for sha256, mark in due.items():
                if owners := found.get(sha256):
                    settled += blobs.settle(sha256, common_owner(owners), mark)
                else:
                    blobs.look_again(sha256, at=now + _pause(now - blobs.changed_at(sha256, default=now)))
    return settled


def destroy_keys(blobs: BlobStore, owners: Collection[Owner]) -> None:
    """Destroy the keys of contacts or accounts: what lies under them is unreadable then, in any backup, too.

    To be called when the rows are gone; again, if it was cut short. An account's are those of all its
    contacts as well. Blobs that nobody has any more are removed; what somebody has nevertheless is taken out
    from under the key first, so nothing is lost that still belongs to anybody. Reads the header of every
    blob once. Raises Unavailable when disk, database or keyring are away.
    """
    with blobs.keyring.exclusively():
        ids = frozenset(chain.from_iterable(map(blobs.keyring.ids_of, owners)))
        under = (sha256 for sha256, key_id in blobs.walk() if key_id in ids) if ids else iter(())
        while some := list(islice(under, _AT_ONCE)):
            _take_out(blobs, some, ids)
        blobs.sync()
        blobs.keyring.destroy(ids)


class Rounds:
    """Looks at all blobs, a few at a step: seals plain ones, and empties and destroys old keys of arrivals.

    It rests while there is neither. What a restart cuts short begins anew.
    """

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._walk: Iterator[tuple[str, bytes | None]] | None = None
        self._old: frozenset[bytes] = frozenset()
        self._is_all_sealed = True

    def step(self, *, now: datetime) -> bool:
        """Look at some; whether there are more. Raises Unavailable, and begins anew at the next step then."""
        try:
            if self._walk is None and not self._begin(now):
                return False
            if self._go_on():
                return True
            self._end()
        except BaseException:
            self._walk = None
            raise
        return False

    def _begin(self, now: datetime) -> bool:
        self._old = self._blobs.keyring.intake_ids_before((now - ARRIVALS_KEPT_FOR).date())
        self._is_all_sealed = True
        if not self._old and self._blobs.is_all_sealed:
            return False
        self._walk = self._blobs.walk()
        return True

    def _go_on(self) -> bool:
        """Whether any were left to look at."""
        sealed, old, seen = 0, list[str](), False
        for sha256, key_id in islice(self._walk or (), _AT_ONCE):
            seen = True
            if key_id is None:
                self._is_all_sealed = False
                self._blobs.seal(sha256)
                sealed += 1
            elif key_id in self._old:
                old.append(sha256)
            if sealed == _SEALED_AT_ONCE:
                break
        _take_out(self._blobs, old, self._old)
        return seen

    def _end(self) -> None:
        self._walk = None
        self._blobs.sync()
        if self._old:
            self._blobs.keyring.destroy(self._old)
        if self._is_all_sealed:  # what was plain in this round, the next one finds sealed
            self._blobs.note_all_sealed()


def _take_out(blobs: BlobStore, hashes: list[str], ids: frozenset[bytes]) -> None:
    """Leave nothing under these keys: what somebody has comes under the key of arrivals, the rest goes."""
    if not hashes:
        return
    with reading() as db:
        had = owners_of(db, hashes)
    for sha256 in hashes:
        if sha256 in had:
            blobs.take_back(sha256)
        else:
            blobs.let_go(sha256, under=ids)


def _pause(age: timedelta) -> timedelta:
    return min(max(age, _SOONEST), _LATEST)
