"""ID tokens: who a provider says that somebody is, and whether it says so itself, to us, here and now.

Values in, values out. The library (joserfc, and cryptography below it) is imported at the first use.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gateway.errors import Invalid

if TYPE_CHECKING:
    from joserfc.jwk import Key

ALGORITHMS = frozenset(
    {"Ed25519", *(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))}
)
"""With a key of the provider's own: neither `none`, nor a secret that both sides share."""

SKEW_SECONDS = 60
"""By how much the provider's clock may differ from ours."""

_KEY_TYPES = ("RSA", "EC", "OKP")
_MOST_KEYS = 50
_MOST_SUBJECT_CHARS = 255  # OpenID Connect Core 1.0, 2
_MULTIPLE_FACTORS = "mfa"  # RFC 8176, 2


@dataclass(frozen=True, slots=True)
class Identity:
    """A person at a provider. `used_factor`: it says that they showed more than one thing."""

    issuer: str
    subject: str
    used_factor: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str


class UnknownKey(Exception):
    """The token is signed with none of the keys at hand: the provider may have newer ones."""


def read_keys(body: bytes) -> "tuple[Key, ...]":
    """The public keys of a set (RFC 7517, 5) that sign, without what is no such key; Invalid for no set."""
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    try:
        found: Any = json.loads(body)["keys"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Invalid(detail="openid: no key set") from None
    keys = []
    for one in found[:_MOST_KEYS] if isinstance(found, list) else ():
        if isinstance(one, dict) and one.get("kty") in _KEY_TYPES and one.get("use", "sig") == "sig":
            try:
                keys.append(JWKRegistry.import_key(one))
            except (JoseError, ValueError, TypeError, LookupError):
                continue  # of a kind that is not known here; a token that needs it finds none
    return tuple(keys)


def check(token: str, keys: "Sequence[Key]", expected: Expected, *, now: datetime) -> Identity:
    """Whose token this is. Invalid unless it proves that, UnknownKey where another key may."""
    claims = _verified(token, keys)
    _check_claims(claims, expected, now)
    subject, methods = claims["sub"], claims.get("amr")
    if not 1 <= len(subject) <= _MOST_SUBJECT_CHARS:
        raise Invalid(detail="openid: sub")
    used_factor = isinstance(methods, list) and _MULTIPLE_FACTORS in methods
    return Identity(expected.issuer, subject, used_factor)


def _verified(token: str, keys: "Sequence[Key]") -> dict[str, Any]:
    """What is said in a token that one of the keys has signed."""
    from joserfc import jws, jwt
    from joserfc.errors import BadSignatureError, JoseError

    try:
        header = jws.extract_compact(token.encode()).protected
    except (JoseError, ValueError, TypeError, LookupError, RecursionError):
        raise Invalid(detail="openid: no token") from None
    algorithm, kid = str(header.get("alg")), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise Invalid(detail="openid: alg")
    for key in keys:
        if kid is not None and key.kid != kid:
            continue
        try:
            return jwt.decode(token, key, algorithms=[algorithm]).claims
        except BadSignatureError:
            if kid is not None:
                raise Invalid(detail="openid: signature") from None
        except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            continue  # a key of another kind than the algorithm's
    raise UnknownKey


def _check_claims(claims: dict[str, Any], expected: Expected, now: datetime) -> None:
    """OpenID Connect Core 1.0, 3.1.3.7."""
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Invalid(detail=f"openid: {error.error} {getattr(error, 'claim', '')}".strip()) from None
    if claims.get("nonce") != expected.nonce:
        raise Invalid(detail="openid: nonce")
    is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_shared else expected.client_id) != expected.client_id:
        raise Invalid(detail="openid: azp")
