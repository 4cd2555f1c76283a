"""What the DNS says about mail that we send: SPF, DKIM, DMARC, and the name of the sending host."""

import ipaddress
from collections.abc import Sequence

from gateway.desk.dkimkeys import DkimView
from gateway.inbound.authentication.published import look_for_keys
from gateway.inbound.authentication.resolver import Questions, Resolver
from gateway.inbound.authentication.spf import check_spf
from gateway.mail.authres import Policy, Result
from gateway.mail.dkimsigning import Seen
from gateway.mail.dmarc import UnresolvedError, parse_record, walk_names
from gateway.rules.deliverability import Dkim, Dmarc, Ptr, Spf, Standing

SECONDS = 15.0
_SPF = {
    Result.PASS: Spf.ALLOWED,
    Result.FAIL: Spf.FORBIDDEN,
    Result.SOFTFAIL: Spf.SOFT,
    Result.NEUTRAL: Spf.SOFT,
    Result.NONE: Spf.MISSING,
    Result.PERMERROR: Spf.BROKEN,
}


def look_up(servers: str, *, sender: str, author: str, host: str, keys: Sequence[DkimView]) -> Standing:
    """How our mail looks to others: `sender` is the envelope's domain, `author` that of From.

    `host` is the public address that sends, "" where it is not known. Takes half a minute at most.
    """
    questions = Resolver(servers).questions(seconds=SECONDS)
    return Standing(
        spf=_spf(sender, host, questions),
        dkim=_dkim(servers, keys),
        dmarc=_dmarc(author, questions),
        ptr=_ptr(host, questions),
    )


def _spf(sender: str, host: str, questions: Questions) -> Spf:
    if host:
        found = check_spf(host, helo=sender, mail_from=f"postmaster@{sender}", questions=questions)
        return _SPF.get(found.result, Spf.UNKNOWN)
    try:
        texts = questions.texts(sender)
    except UnresolvedError:
        return Spf.UNKNOWN
    return Spf.PRESENT if any(text.lower().startswith("v=spf1") for text in texts) else Spf.MISSING


def _dkim(servers: str, keys: Sequence[DkimView]) -> Dkim:
    """Whether the key that signs is in the DNS; one that does not sign yet is only awaited."""
    active = next((key for key in keys if key.is_active), None)
    if active is None:
        return Dkim.WAITING if keys else Dkim.NONE
    seen = look_for_keys(servers, [active])[active.selector]
    if seen is Seen.UNKNOWN:
        return Dkim.UNKNOWN
    return Dkim.ACTIVE if seen is Seen.SHOWN else Dkim.LOST


def _dmarc(author: str, questions: Questions) -> Dmarc:
    """The policy that applies: the domain's own, else that of the nearest domain above."""
    try:
        for name in walk_names(author):
            records = [found for text in questions.texts(f"_dmarc.{name}") if (found := parse_record(text))]
            if len(records) == 1:
                record = records[0]
                policy = record.p if name == author else record.sp or record.p
                return Dmarc.WATCHED if policy is Policy.NONE or record.is_test else Dmarc.ENFORCED
    except UnresolvedError:
        return Dmarc.UNKNOWN
    return Dmarc.MISSING


def _ptr(host: str, questions: Questions) -> Ptr:
    if not host:
        return Ptr.UNKNOWN
    kind = "AAAA" if ":" in host else "A"
    try:
        names = questions.values(ipaddress.ip_address(host).reverse_pointer, "PTR")
        if not names:
            return Ptr.MISSING
        fits = any(host in questions.values(str(name), kind) for name in names[:5])
    except UnresolvedError:
        return Ptr.UNKNOWN
    return Ptr.FITS if fits else Ptr.OTHER
