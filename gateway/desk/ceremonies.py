"""Passkey ceremonies (WebAuthn level 3): what a browser is asked, and what its answer is worth.

Values in, values out; the library, which brings 15 MB, is imported at the first use. An answer is whatever
somebody chose to send, so all that reading it can stumble over counts as an answer that is wrong.
"""

import ipaddress
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.errors import Invalid

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

MAX_ANSWER_CHARS = 20_000
_NAME = "manage4all"
_STUMBLES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whom passkeys are for: the host's name and the origin of its pages."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who gets a passkey; `handle` is what the authenticator keeps to name them."""

    handle: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A passkey as it was made. `credential_id` is base64url."""

    credential_id: str
    public_key: bytes
    sign_count: int


def relying_party(base_url: str) -> RelyingParty | None:
    """The one of this address; None where browsers know no passkeys: at an IP address, and without TLS."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost")
    if not host or _is_address(host) or (parts.scheme != "https" and not is_local):
        return None
    return RelyingParty(host, f"{parts.scheme}://{parts.netloc}")


def creation_options(
    party: RelyingParty, candidate: Candidate, challenge: bytes, known: Sequence[str]
) -> str:
    """What `navigator.credentials.create` is asked, as JSON; none of the `known` ones is made again."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=_NAME,
        user_id=candidate.handle.encode(),
        user_name=candidate.login,
        user_display_name=candidate.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def read_new(party: RelyingParty, challenge: bytes, answer: str) -> FreshKey:
    """The passkey that was made; Invalid unless it was for us, here and now."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    with _wrong_if_unreadable():
        made = verify_registration_response(
            credential=answer[: MAX_ANSWER_CHARS + 1],
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    return FreshKey(bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count)


def request_options(party: RelyingParty, challenge: bytes, known: Sequence[str], *, must_verify: bool) -> str:
    """What `navigator.credentials.get` is asked, as JSON; without `known` ones any of ours will do.

    `must_verify`: the authenticator shall see that it is the person, by a PIN or a finger. Where the password
    was given, a touch will do.
    """
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    wanted = UserVerificationRequirement
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        allow_credentials=_descriptors(known),
        user_verification=wanted.REQUIRED if must_verify else wanted.DISCOURAGED,
    )
    return options_to_json(options)


def credential_of(answer: str) -> str:
    """Which passkey an answer is of, as it says; nothing is proven by that."""
    with _wrong_if_unreadable():
        return str(json.loads(answer[: MAX_ANSWER_CHARS + 1])["id"])


def check(
    party: RelyingParty, challenge: bytes, answer: str, key: FreshKey, *, handle: str, must_verify: bool
) -> int:
    """How often the passkey has signed, if it has signed this challenge; else Invalid.

    `handle` is its person's, whom the answer must not name otherwise.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    with _wrong_if_unreadable():
        read = parse_authentication_credential_json(answer[: MAX_ANSWER_CHARS + 1])
        used = verify_authentication_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=must_verify,
        )
        if read.response.user_handle not in (None, b"", handle.encode()):
            raise ValueError
    return used.new_sign_count


def wrong() -> Invalid:
    """What is said of an answer that proves nothing."""
    return Invalid("This passkey could not be used. Please try again.", field="passkey")


@contextmanager
def _wrong_if_unreadable() -> Iterator[None]:
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (WebAuthnException, *_STUMBLES):
        raise wrong() from None


def _descriptors(credential_ids: Sequence[str]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in credential_ids]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
