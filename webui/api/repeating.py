"""`Idempotency-Key`: the same POST again makes nothing new and gets the same answer, for a day."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from flask import request
from pydantic import BaseModel

from gateway.desk.replying import DraftFile
from gateway.errors import DeskError, Invalid
from gateway.rules.access import Actor
from gateway.store import idempotency
from gateway.store.idempotency import Claim
from gateway.store.session import transaction
from webui.office import office

HEADER = "Idempotency-Key"
_MAX_CHARS = 255


@contextmanager
def once(by: Actor, body: BaseModel | None = None, files: Sequence[DraftFile] = ()) -> Iterator[Claim | None]:
    """Claim the request's key, None without one. The work belongs inside, unless `claim.made` says: done.

    A failure inside gives the key free. Raises Invalid when the key stood for another request,
    Conflict while the first is at work.
    """
    key = request.headers.get(HEADER)
    if key is None:
        yield None
        return
    if not 1 <= len(key) <= _MAX_CHARS:
        raise Invalid(f"An {HEADER} has 1 to {_MAX_CHARS} characters.")
    with transaction() as db:
        now = office().clock.now()
        held = idempotency.claim(db, by.account_id, key, _fingerprint(body, files), now=now)
    try:
        yield held
    except BaseException:
        with suppress(DeskError), transaction() as db:  # else it is given up by itself, after a while
            idempotency.release(db, held)
        raise


def made_before(held: Claim | None) -> str:
    """What an earlier request with this key made, "" if nothing."""
    return held.made if held else ""


def _fingerprint(body: BaseModel | None, files: Sequence[DraftFile]) -> str:
    """The same for the same request, also where a form draws its boundary elsewhere."""
    words = [request.path, body.model_dump_json() if body else ""]
    words += [f"{file.filename}\0{file.content_type}\0{file.blob.sha256}" for file in files]
    return hashlib.sha256("\0\0".join(words).encode()).hexdigest()
