"""DKIM (RFC 6376, 8301, 8463) by dkimpy, which is given only what it can read in linear time.

dkimpy takes keys of any size, signatures that do not cover From, and spends quadratic time on long runs of
white space or folded headers: so signatures, headers and keys are looked at before it sees them.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import UnparsableKeyError, parse_public_key
from dkim.util import InvalidTagValueList, parse_tag_value

from gateway.mail.authres import Check, Result
from gateway.mail.dmarc import UnresolvedError, may_align

MAX_SIGNATURES = 5
MAX_HEADER_BYTES = 128 * 1024
_MAX_SIGNATURE_BYTES = 10_000
_MAX_FIELDS = 1000
_MAX_SIGNED_NAMES = 200
_MAX_READ = 20
_LONG_SPACE = re.compile(rb"\s{64}")
_SPACES = re.compile(rb"[\t ]+")
_LEAST_BITS, _MOST_BITS = 1024, 8192
_MOST_EXPONENT = 2**32
_BIG_BYTES = 5 * 1024 * 1024
_SIGNATURE = b"dkim-signature"

FindTexts = Callable[[str], Sequence[str]]
"""The TXT records of a name; may raise UnresolvedError."""


class _BadKeyError(Exception):
    """A key record that must not be used; `result` says how its signature counts."""

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self.result = result


@dataclass(frozen=True, slots=True)
class _Key:
    """What dkimpy wants to know of a key, and the key."""

    algorithm: bytes
    bits: int
    material: Any


def check_dkim(raw: bytes, *, author: str, find_texts: FindTexts) -> tuple[Check, ...]:
    """The result of each signature, at most five; those that can speak for `author`'s domain go first.

    Of a big mail no more is read once one of these has passed. A signature that leaves a part of the text
    uncovered (`l=`) counts as `policy`: anybody could have added that part. Never raises.
    """
    head, body = _split(raw)
    if len(head) > MAX_HEADER_BYTES:
        return (Check(Result.PERMERROR, author),)
    try:
        message = dkim.DKIM(head)
    except Exception:  # noqa: BLE001 - a header that dkimpy cannot read has no valid signature
        return (Check(Result.PERMERROR, author),)
    if len(message.headers) > _MAX_FIELDS:
        return (Check(Result.PERMERROR, author),)
    bodies = _Bodies(body)
    checks: list[Check] = []
    for index, domain in sorted(_signers(message), key=lambda one: _distance(author, one[1])):
        result = _check(message, index, bodies, find_texts)
        checks.append(Check(result, domain))
        is_enough = result is Result.PASS and may_align(author, domain) and len(raw) > _BIG_BYTES
        if is_enough or len(checks) == MAX_SIGNATURES:
            break
    return tuple(checks)


def _distance(author: str, domain: str) -> int:
    """How far a signer is from the author: the author's own name servers are asked before a stranger's."""
    if domain == author:
        return 0
    if domain and (domain.endswith(f".{author}") or author.endswith(f".{domain}")):
        return 1
    return 2 if may_align(author, domain) else 3


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Header and body; the former ends at the first empty line."""
    ends = [at for mark in (b"\n\r\n", b"\n\n") if (at := raw.find(mark)) >= 0]
    if not ends:
        return raw, b""
    end = min(ends) + 1
    return raw[:end], raw[raw.index(b"\n", end) + 1 :]


def _signers(message: Any) -> Iterator[tuple[int, str]]:
    """Number and domain of each signature; one that cannot be read has no domain."""
    values = [value for name, value in message.headers if name.lower() == _SIGNATURE]
    for index, value in enumerate(values[:_MAX_READ]):
        domain = b""
        if len(value) <= _MAX_SIGNATURE_BYTES and not _LONG_SPACE.search(value):
            try:
                domain = parse_tag_value(value).get(b"d", b"")
            except InvalidTagValueList:
                domain = b""
        yield index, domain.decode("ascii", "replace").lower().rstrip(".")


def _check(message: Any, index: int, bodies: "_Bodies", find_texts: FindTexts) -> Result:
    try:
        value = [value for name, value in message.headers if name.lower() == _SIGNATURE][index]
        if len(value) > _MAX_SIGNATURE_BYTES or _LONG_SPACE.search(value):
            return Result.PERMERROR
        tags, names, fields = message.verify_headerprep(index)
        if b"from" not in names or len(names) > _MAX_SIGNED_NAMES or tags[b"a"] == b"rsa-sha1":
            return Result.PERMERROR
        key = _find_key(tags, find_texts)
        message.body = bodies.for_algorithm(tags.get(b"c", b"simple/simple"))
        message.pk, message.keysize, message.ktag = key.material, key.bits, key.algorithm
        is_valid = message.verify_sig_process(tags, names, fields[index], None)
        if isinstance(key.material, _Ed25519Key):
            is_valid = is_valid and key.material.is_verified
        if is_valid and b"l" in tags and int(tags[b"l"]) < _signed_length(tags, message.body):
            return Result.POLICY
    except UnresolvedError:
        return Result.TEMPERROR
    except _BadKeyError as error:
        return error.result
    except dkim.ValidationError:
        return Result.FAIL
    except Exception:  # noqa: BLE001 - whatever dkimpy stumbles over in a signature is an error of the signature
        return Result.PERMERROR
    return Result.PASS if is_valid else Result.FAIL


def _find_key(tags: dict[bytes, bytes], find_texts: FindTexts) -> _Key:
    """The signer's key (RFC 6376, 3.6.1); _BadKeyError for one that is missing, revoked or weak."""
    name = f"{tags[b's'].decode('ascii')}._domainkey.{tags[b'd'].decode('ascii')}"
    record = next((found for text in find_texts(name) if (found := _record(text))), None)
    if record is None:
        raise _BadKeyError(Result.PERMERROR)
    flags = [flag.strip() for flag in record.get(b"t", b"").split(b":")]
    if b"y" in flags:  # the signer is trying it out: as if unsigned
        raise _BadKeyError(Result.NEUTRAL)
    if b"s" in flags and tags.get(b"i", b"@" + tags[b"d"]).lower().rpartition(b"@")[2] != tags[b"d"].lower():
        raise _BadKeyError(Result.PERMERROR)
    kind, _, hashed = tags[b"a"].partition(b"-")
    if record.get(b"k", b"rsa") != kind or hashed not in _listed(record, b"h", hashed):
        raise _BadKeyError(Result.PERMERROR)
    if not {b"*", b"email"} & set(_listed(record, b"s", b"*")):
        raise _BadKeyError(Result.PERMERROR)
    return _ed25519(record) if kind == b"ed25519" else _rsa(record)


def _record(text: str) -> dict[bytes, bytes] | None:
    try:
        tags: dict[bytes, bytes] = parse_tag_value(text.encode("latin-1"))
    except InvalidTagValueList:
        return None
    return tags if b"p" in tags and tags.get(b"v", b"DKIM1") == b"DKIM1" else None


def _listed(record: dict[bytes, bytes], tag: bytes, default: bytes) -> list[bytes]:
    return [item.strip() for item in record.get(tag, default).split(b":")]


def _rsa(record: dict[bytes, bytes]) -> _Key:
    try:
        key = parse_public_key(_decoded(record))
    except UnparsableKeyError:
        raise _BadKeyError(Result.PERMERROR) from None
    bits = int(key["modulus"]).bit_length()
    if bits < _LEAST_BITS:  # RFC 8301, 3.2
        raise _BadKeyError(Result.FAIL)
    if bits > _MOST_BITS or not 2 < key["publicExponent"] < _MOST_EXPONENT:  # only to keep us busy
        raise _BadKeyError(Result.PERMERROR)
    return _Key(b"rsa", bits, key)


def _ed25519(record: dict[bytes, bytes]) -> _Key:
    try:
        return _Key(b"ed25519", 256, _Ed25519Key(Ed25519PublicKey.from_public_bytes(_decoded(record))))
    except ValueError:
        raise _BadKeyError(Result.PERMERROR) from None


def _decoded(record: dict[bytes, bytes]) -> bytes:
    try:
        return base64.b64decode(re.sub(rb"\s+", b"", record[b"p"]), validate=True)
    except binascii.Error:
        raise _BadKeyError(Result.PERMERROR) from None


class _Ed25519Key:
    """What dkimpy takes for a key of PyNaCl, which is not here: it asks by an exception of that package.

    So nothing is raised; `is_verified` has the answer.
    """

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.is_verified = False

    def verify(self, digest: bytes, signature: bytes) -> None:
        """Look whether the signature is the key's."""
        try:
            self._key.verify(signature, digest)
        except InvalidSignature:
            self.is_verified = False
        else:
            self.is_verified = True


class _Bodies:
    """The body with CRLF line ends, and made even beforehand where dkimpy would take long to do it."""

    def __init__(self, body: bytes) -> None:
        is_plain = body.count(b"\n") == body.count(b"\r\n")
        self._body = body if is_plain else body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self._relaxed: bytes | None = None

    def for_algorithm(self, named: bytes) -> bytes:
        """The body for a signature whose tag c= is `named`; relaxed twice is relaxed once (3.4.4)."""
        if not named.endswith(b"/relaxed"):
            return self._body
        if self._relaxed is None:
            self._relaxed = _SPACES.sub(b" ", self._body).replace(b" \r\n", b"\r\n")
        return self._relaxed


def _signed_length(tags: dict[bytes, bytes], body: bytes) -> int:
    """How long the body is in the form that is signed."""
    policy = CanonicalizationPolicy.from_c_value(tags.get(b"c", b"simple/simple"))
    return len(policy.canonicalize_body(body))
