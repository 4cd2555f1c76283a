"""Where an installed system enrols (docs/remote-protocol.md, section 8): no account, a code that holds once.

A program asks here, no browser: it has no cookie that could be misused, so no form token is wanted.
"""

import base64
import binascii
import json
from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, request

from gateway.desk import knocking, systems
from gateway.desk.systems import Enrolled, Enrolment
from gateway.errors import DeskError, Invalid, NotFound, TooMany
from gateway.store.session import transaction
from webui import callers, complaints, sessions
from webui.office import office
from webui.remote import meeting

blueprint = Blueprint("remote_systems", __name__)

_MAX_BODY_BYTES = 4096
_KEY_BYTES, _PROOF_BYTES = 32, 64
_FIELDS = frozenset({"code", "name", "platform", "sign", "box", "proof"})
_MALFORMED = 400


@blueprint.post("/remote/systems")
@sessions.across_accounts
def enrol() -> Response:
    """Let the program with a code become a system of its customer. Tries are counted before that."""
    here, address = office(), callers.address()
    key, now = here.settings.key(), here.clock.now()
    try:
        asked = _read(request.stream.read(_MAX_BODY_BYTES + 1))
        with transaction() as db:
            knocking.knock_with_digits(db, address, key=key, now=now)
        with transaction() as db:
            made = systems.enrol(db, asked, key=key, now=now)
            knocking.give_back_digits(db, address, key=key, now=now)
    except (Invalid, NotFound, TooMany) as error:
        return _refused(error)
    return _told(made)


def _told(made: Enrolled) -> Response:
    answer = jsonify(
        system=made.public_id,
        business=made.business,
        customer=made.customer,
        relay=meeting.relay_of(None),
    )
    answer.status_code = 201
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refused(error: DeskError) -> Response:
    answer = jsonify(wrong=complaints.in_words(error))
    answer.status_code = _MALFORMED if isinstance(error, Invalid) else error.http
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _read(raw: bytes) -> Enrolment:
    """What was sent; Invalid for anything that the protocol does not name."""
    if len(raw) > _MAX_BODY_BYTES:
        raise Invalid
    try:
        sent = json.loads(raw.decode(), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise Invalid from None
    if not isinstance(sent, dict) or set(sent) != _FIELDS:
        raise Invalid
    if not all(isinstance(value, str) for value in sent.values()):
        raise Invalid
    return _enrolment(sent)


def _enrolment(sent: Mapping[str, str]) -> Enrolment:
    return Enrolment(
        code=sent["code"],
        name=sent["name"],
        platform=sent["platform"],
        sign_key=_bytes(sent["sign"], _KEY_BYTES),
        box_key=_bytes(sent["box"], _KEY_BYTES),
        proof=_bytes(sent["proof"], _PROOF_BYTES),
    )


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _bytes(text: str, length: int) -> bytes:
    """Base64url without padding (RFC 4648 section 5)."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid from None
    if len(raw) != length or "=" in text:
        raise Invalid
    return raw
