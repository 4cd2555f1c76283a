"""Who vouches for a mail's sender: what SPF, DKIM and DMARC said, as values.

And Authentication-Results (RFC 8601) as one's own mail server wrote them: those of anybody else are words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

MAX_HEADERS = 20
_RESULT = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?:/\s*\d+\s*)?=\s*([A-Za-z]+)")
_PROPERTY = re.compile(r"(?:^|\s)([A-Za-z]+)\s*\.\s*([\w-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s\"]+)")
_PUBLISHED = re.compile(r"\bp\s*=\s*(none|quarantine|reject)\b", re.IGNORECASE)


class Result(StrEnum):
    """What a check came to (RFC 8601, 2.7). `NEUTRAL` of DMARC: what there is does not allow to tell."""

    NONE = "none"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    POLICY = "policy"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Policy(StrEnum):
    """What a domain wants done with mail that fails DMARC (RFC 9989, 4.7)."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class By(StrEnum):
    """Who looked: nobody, this program, or one's own mail server before it."""

    NOBODY = ""
    CHECKED = "checked"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of SPF or of one DKIM signature, and the domain (ASCII, lower case) it is about."""

    result: Result = Result.NONE
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is known of who sent a mail. `author` is the domain of its From.

    `aligned` is the domain that was proven and may speak for the author's; "" where none was.
    """

    by: By = By.NOBODY
    author: str = ""
    spf: Check = Check()
    dkim: tuple[Check, ...] = ()
    dmarc: Result = Result.NONE
    policy: Policy | None = None
    aligned: str = ""

    @property
    def is_forged(self) -> bool:
        """Whether the mail must not count as its author's: DMARC failed, or could not be made out of it."""
        return self.dmarc in (Result.FAIL, Result.PERMERROR)

    @property
    def is_confirmed(self) -> bool:
        """Whether the author's domain stands behind the mail."""
        return bool(self.aligned) and not self.is_forged

    @property
    def proof(self) -> str:
        """What confirms it: DMARC, DKIM or SPF; "" where nothing does."""
        if not self.is_confirmed:
            return ""
        if self.dmarc is Result.PASS:
            return "DMARC"
        return "DKIM" if Check(Result.PASS, self.aligned) in self.dkim else "SPF"


NOT_EXAMINED = Verdict()


@dataclass(frozen=True, slots=True)
class Upstream:
    """What one's own mail server found; None where it does not say."""

    spf: Check | None = None
    dkim: tuple[Check, ...] | None = None
    dmarc: Result | None = None
    policy: Policy | None = None


def read_results(values: Sequence[str], *, authserv: str, author: str) -> Upstream | None:
    """What the server named `authserv` says in Authentication-Results; None where it says nothing.

    `values` are the unfolded header fields, topmost first. Only the topmost ones with that name count, up to
    the first with another: what stands below was there before. Of two words on one matter the upper one
    counts. A DMARC result about another domain than `author` is none of ours.
    """
    found = [_split(value) for value in values[:MAX_HEADERS]]
    names = [_name(pieces[0][0]) if pieces else "" for pieces in found]
    wanted = authserv.strip().lower()
    if not wanted or wanted not in names:
        return None
    first = names.index(wanted)
    ours = takewhile(lambda pair: pair[0] == wanted, zip(names[first:], found[first:], strict=True))
    spf: Check | None = None
    dkim: tuple[Check, ...] | None = None
    dmarc: tuple[Result, Policy | None] | None = None
    for _name_of, pieces in ours:
        said = [_Said.of(text, comment) for text, comment in pieces[1:]]
        known = [one for one in said if one is not None]
        spf = spf or next((one.spf() for one in known if one.method == "spf"), None)
        signatures = tuple(one.dkim() for one in known if one.method == "dkim")
        dkim = dkim or signatures or None
        about = (one for one in known if one.method == "dmarc" and one.is_about(author))
        dmarc = dmarc or next(((one.result, one.policy()) for one in about), None)
    return Upstream(spf, dkim, *(dmarc or (None, None)))


def to_stored(verdict: Verdict) -> dict[str, object] | None:
    """The verdict as JSON keeps it; None where nobody looked."""
    if verdict.by is By.NOBODY:
        return None
    return {
        "by": verdict.by.value,
        "author": verdict.author,
        "spf": verdict.spf.result.value,
        "spf_domain": verdict.spf.domain,
        "dkim": [{"result": one.result.value, "domain": one.domain} for one in verdict.dkim],
        "dmarc": verdict.dmarc.value,
        "policy": verdict.policy.value if verdict.policy else "",
        "aligned": verdict.aligned,
    }


def from_stored(stored: Mapping[str, object] | None) -> Verdict:
    """What `to_stored` gave."""
    if not stored:
        return NOT_EXAMINED
    signatures = stored["dkim"]
    return Verdict(
        by=By(str(stored["by"])),
        author=str(stored["author"]),
        spf=Check(Result(str(stored["spf"])), str(stored["spf_domain"])),
        dkim=tuple(_check(one) for one in signatures) if isinstance(signatures, list) else (),
        dmarc=Result(str(stored["dmarc"])),
        policy=Policy(str(stored["policy"])) if stored["policy"] else None,
        aligned=str(stored["aligned"]),
    )


def _check(stored: Mapping[str, str]) -> Check:
    return Check(Result(stored["result"]), stored["domain"])


@dataclass(frozen=True, slots=True)
class _Said:
    """One result with its properties (`smtp.mailfrom` and the like) and what stood in parentheses."""

    method: str
    result: Result
    properties: Mapping[str, str]
    comment: str

    @classmethod
    def of(cls, text: str, comment: str) -> "_Said | None":
        """None for what is no result, or one with a value that no standard names."""
        match = _RESULT.match(text)
        if match is None or match[2].lower() not in set(Result):
            return None
        properties: dict[str, str] = {}
        for kind, name, value in _PROPERTY.findall(text[match.end() :]):
            properties.setdefault(f"{kind}.{name}".lower(), value.strip('"'))
        return cls(match[1].lower(), Result(match[2].lower()), properties, comment)

    def spf(self) -> Check:
        """Whom it authorised: the envelope's sender, or the client's name where there was none."""
        return Check(self.result, self._domain("smtp.mailfrom") or self._domain("smtp.helo"))

    def dkim(self) -> Check:
        """Who signed."""
        return Check(self.result, self._domain("header.d") or self._domain("header.i"))

    def is_about(self, author: str) -> bool:
        """Whether it is about mail of that domain."""
        return self._domain("header.from") in ("", author)

    def policy(self) -> Policy | None:
        """What the domain asks for; servers put it into the comment."""
        match = _PUBLISHED.search(self.comment)
        return Policy(match[1].lower()) if match else None

    def _domain(self, name: str) -> str:
        return self.properties.get(name, "").rpartition("@")[2].strip("<>.").lower()


def _name(text: str) -> str:
    """The authserv-id; a version may follow it."""
    words = text.split()
    return words[0].strip('"').lower() if words and "=" not in words[0] else ""


def _split(value: str) -> list[tuple[str, str]]:
    """The pieces between semicolons, each with its comments (RFC 5322, 3.2.2) apart; in linear time."""
    pieces: list[tuple[str, str]] = []
    text: list[str] = []
    comment: list[str] = []
    depth, is_quoted = 0, False
    for char in _characters(value):
        if char == '"' and depth == 0:
            is_quoted = not is_quoted
        elif not is_quoted and char == "(":
            depth += 1
            continue
        elif not is_quoted and char == ")" and depth:
            depth -= 1
            text.append(" ")
            continue
        elif not is_quoted and depth == 0 and char == ";":
            pieces.append(("".join(text), "".join(comment)))
            text, comment = [], []
            continue
        (comment if depth else text).append(char)
    pieces.append(("".join(text), "".join(comment)))
    return pieces


def _characters(value: str) -> Iterator[str]:
    """Single characters; a quoted pair is one of two, so that it ends nothing."""
    position = 0
    while position < len(value):
        width = 2 if value[position] == "\\" else 1
        yield value[position : position + width]
        position += width
