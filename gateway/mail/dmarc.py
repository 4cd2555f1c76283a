"""DMARC (RFC 9989): does the domain in From stand behind a mail? Decided by what SPF and DKIM proved.

The organisational domain is found by the tree walk of section 4.10; there is no list of public suffixes.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.mail.authres import Check, Policy, Result

_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|$)")
_MAX_WALK_LABELS = 7
_WEAKER = {Policy.REJECT: Policy.QUARANTINE, Policy.QUARANTINE: Policy.NONE, Policy.NONE: Policy.NONE}


class UnresolvedError(Exception):
    """The DNS did not answer: neither with a record nor with the word that there is none."""


class Records(Protocol):
    """What the DNS knows; each question may raise UnresolvedError."""

    def texts(self, name: str) -> Sequence[str]:
        """The TXT records of a name."""
        ...

    def exists(self, domain: str) -> bool:
        """Whether the domain has an address or takes mail (RFC 9989, 3.2.13)."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """A policy record. `sp` and `np` are None where the record leaves them to `p`; `psd` is y, n or u."""

    p: Policy
    sp: Policy | None = None
    np: Policy | None = None
    strict_dkim: bool = False
    strict_spf: bool = False
    psd: str = "u"
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`aligned` is the proven domain that speaks for the author's; `policy` what the latter asks for."""

    result: Result
    policy: Policy | None = None
    aligned: str = ""


def evaluate(author: str, spf: Check | None, dkim: Sequence[Check], records: Records) -> Outcome:
    """What DMARC says about a mail of `author` (a domain in ASCII, lower case).

    `spf` is None where nothing is known of the client that sent it: without a signature to go by, nothing
    can then be said. Without a policy a domain speaks for itself alone, and nothing can fail.
    """
    passed = [*dkim, *([spf] if spf else [])]
    try:
        walk = _Walk(author, records.texts)
        record, policy = _applicable(walk, records)
        if record is None:
            own = next((one for one in passed if one == Check(Result.PASS, author)), None)
            return Outcome(Result.NONE, None, own.domain if own else "")
        aligned = _aligned(walk, record, spf, dkim, records)
    except UnresolvedError:
        own = next((one for one in passed if one == Check(Result.PASS, author)), None)
        return Outcome(Result.TEMPERROR, None, own.domain if own else "")
    if passing := next((one for one in aligned if one.result is Result.PASS), None):
        return Outcome(Result.PASS, policy, passing.domain)
    if any(one.result is Result.TEMPERROR for one in aligned):
        return Outcome(Result.TEMPERROR, policy)
    return Outcome(Result.NEUTRAL if spf is None else Result.FAIL, policy)


def learn(author: str, records: Records) -> None:
    """Ask for all that `evaluate` wants to know of the author's domain, for records that remember."""
    with contextlib.suppress(UnresolvedError):
        _Walk(author, records.texts).organisation()


def parse_record(text: str) -> Record | None:
    """The policy in a TXT record; None where it is none, or one that says nothing (RFC 9989, 4.10.1)."""
    if not _VERSION.match(text):
        return None
    tags: dict[str, str] = {}
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    asked = {name: _policy(tags[name]) for name in ("p", "sp", "np") if name in tags}
    if "p" not in asked or None in asked.values():
        if "mailto:" not in tags.get("rua", "").lower():
            return None
        asked = {"p": Policy.NONE}
    return Record(
        p=asked["p"] or Policy.NONE,
        sp=asked.get("sp"),
        np=asked.get("np"),
        strict_dkim=tags.get("adkim", "").lower() == "s",
        strict_spf=tags.get("aspf", "").lower() == "s",
        psd=tags.get("psd", "u").lower(),
        is_test=tags.get("t", "").lower() == "y",
    )


def may_align(author: str, domain: str) -> bool:
    """Whether two domains can have one organisational domain: nobody's organisation is a single label."""
    return author == domain or author.split(".")[-2:] == domain.split(".")[-2:] != [domain]


def walk_names(domain: str) -> Iterator[str]:
    """The domains that a tree walk asks, at most eight (RFC 9989, 4.10)."""
    yield domain
    labels = domain.split(".")[1:][-_MAX_WALK_LABELS:]
    for first in range(len(labels)):
        yield ".".join(labels[first:])


def _policy(text: str) -> Policy | None:
    return Policy(text.lower()) if text.lower() in set(Policy) else None


class _Walk:
    """The records above a domain, asked for no further than somebody wants to know."""

    def __init__(self, domain: str, texts: Callable[[str], Sequence[str]]) -> None:
        self.domain = domain
        self._texts = texts
        self.own = self._find(domain)
        self._found: dict[str, Record] | None = None

    def found(self) -> dict[str, Record]:
        """Every valid record on the way up, the longest domain first."""
        if self._found is None:
            self._found = {}
            for name in walk_names(self.domain):
                record = self.own if name == self.domain else self._find(name)
                if record is not None:
                    self._found[name] = record
                    if record.psd in ("y", "n"):
                        break
        return self._found

    def organisation(self) -> str:
        """The organisational domain (RFC 9989, 4.10.2)."""
        found = self.found()
        for name, record in found.items():
            if record.psd == "n":
                return name
            if record.psd == "y" and name != self.domain:
                below = len(name.split(".")) + 1
                return ".".join(self.domain.split(".")[-below:])
        return min(found, key=lambda name: name.count("."), default=self.domain)

    def _find(self, domain: str) -> Record | None:
        """A domain's one record; several count as none."""
        texts = [text for text in self._texts(f"_dmarc.{domain}") if _VERSION.match(text)]
        return parse_record(texts[0]) if len(texts) == 1 else None


def _applicable(walk: _Walk, records: Records) -> tuple[Record | None, Policy | None]:
    """The record that rules, and what it asks for: the author's own, its organisation's, its suffix's."""
    record = walk.own
    if record is not None:
        return record, _asked(record, record.p)
    found = walk.found()
    record = found.get(walk.organisation()) or next(iter(found.values()), None)
    if record is None:
        return None, None
    policy = record.sp or record.p
    if record.np is not None and record.np is not policy and not records.exists(walk.domain):
        policy = record.np
    return record, _asked(record, policy)


def _asked(record: Record, policy: Policy) -> Policy:
    """A policy that is being tried out counts one step less (tag `t`)."""
    return _WEAKER[policy] if record.is_test else policy


def _aligned(
    walk: _Walk, record: Record, spf: Check | None, dkim: Sequence[Check], records: Records
) -> list[Check]:
    """The checks that matter: of the author's own domain, or of its organisation where that will do."""
    asked = [(one, record.strict_dkim) for one in dkim] + ([(spf, record.strict_spf)] if spf else [])
    return [
        one
        for one, is_strict in asked
        if one.result in (Result.PASS, Result.TEMPERROR)
        and _is_aligned(walk, one.domain, records, strict=is_strict)
    ]


def _is_aligned(walk: _Walk, domain: str, records: Records, *, strict: bool) -> bool:
    if domain == walk.domain:
        return True
    if strict or not may_align(walk.domain, domain):
        return False
    organisation = walk.organisation()
    try:
        return _Walk(domain, records.texts).organisation() == organisation
    except UnresolvedError:
        if domain.endswith(f".{walk.domain}") or walk.domain.endswith(f".{domain}"):
            raise
        return False  # a stranger's name server must not decide by its silence that nothing can be told
