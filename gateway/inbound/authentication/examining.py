"""From an accepted mail to a verdict on its sender; outside any transaction, never in the mail's way."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.inbound import networks
from gateway.mail import dmarc
from gateway.mail.addressing import domain_to_ascii
from gateway.mail.authres import NOT_EXAMINED, By, Check, Result, Upstream, Verdict, read_results
from gateway.mail.dmarc import may_align
from gateway.mail.message import ParsedMail
from gateway.settings import Settings
from gateway.store.intake import IntakeRow, Source

if TYPE_CHECKING:
    from gateway.inbound.authentication.resolver import Questions, Resolver

Examine = Callable[[IntakeRow, bytes, ParsedMail], Verdict]
"""Looks at who sent a mail."""

_HEAD_BYTES = 128 * 1024
_SIGNED = b"dkim-signature"
_SPF_SECONDS = 1.5


class Examiner:
    """Looks at who sent a mail. One a process: it remembers what the DNS said.

    Packages and servers are first touched when there is a question: mail that comes by one's own relay and
    is not signed asks none.
    """

    def __init__(self, settings: Settings) -> None:
        networks.parse_servers(settings.dns_servers)  # what cannot be read is told at the start
        self._servers = settings.dns_servers
        self._authserv = settings.trusted_authserv
        self._relays = networks.parse(settings.trusted_relays)
        self._resolver: Resolver | None = None

    def examine(self, row: IntakeRow, raw: bytes, parsed: ParsedMail) -> Verdict:
        """The verdict on a mail; `NOT_EXAMINED` where there is nothing to go by.

        Only what a stranger's client brought can fail by itself: of a mail that came through a relay of one's
        own, by LMTP, a pipe or IMAP, nobody knows who sent it, unless that server says what it found. A mail
        from an archive asks nothing of the DNS: the keys of its day are gone.
        """
        author = domain_to_ascii(parsed.from_.domain).rstrip(".").lower() if parsed.from_ else ""
        if not author:
            return NOT_EXAMINED
        client = self._stranger(row)
        said = Upstream() if client else self._upstream(parsed, author)
        if said.dmarc is not None:
            return _as_said(said, said.dmarc, author)
        is_signed = said.dkim is None and _SIGNED in raw[:_HEAD_BYTES].lower()
        if row.source is Source.IMPORT or not (client or said.spf or said.dkim or is_signed):
            return NOT_EXAMINED
        return self._checked(row, raw if is_signed else b"", author, client, said)

    def _stranger(self, row: IntakeRow) -> str:
        """The address of a client that is none of our own; "" where there is none to go by."""
        is_known = row.source is Source.SMTP and row.client_ip
        return row.client_ip if is_known and not networks.contain(self._relays, row.client_ip) else ""

    def _upstream(self, parsed: ParsedMail, author: str) -> Upstream:
        """What one's own server before this one found; from a stranger's client those are mere words."""
        values = parsed.headers_of_interest.authentication_results if self._authserv else ()
        return read_results(values, authserv=self._authserv, author=author) or Upstream()

    def _checked(self, row: IntakeRow, raw: bytes, author: str, client: str, said: Upstream) -> Verdict:
        """Ask for the author's policy first, then for what may speak for it, last for what only is shown.

        A stranger's slow name servers must not use up the time of the checks that decide: else whoever forges
        a mail could see to it that nothing is found out.
        """
        questions = self._questions()
        spf, dkim = said.spf, said.dkim
        speaks = may_align(author, _sender_domain(row))
        if client:
            dmarc.learn(author, questions)
        if client and speaks:
            spf = _spf(row, client, questions)
        if dkim is None:
            dkim = _dkim(raw, author, questions)
        if client and not speaks:
            spf = _spf(row, client, questions)
        if spf is None and not any(one.result is Result.PASS for one in dkim):
            return Verdict(By.CHECKED, author, dkim=dkim, dmarc=Result.NEUTRAL)
        outcome = dmarc.evaluate(author, spf, dkim, questions)
        by = By.UPSTREAM if said.spf or said.dkim else By.CHECKED
        return Verdict(by, author, spf or Check(), dkim, outcome.result, outcome.policy, outcome.aligned)

    def _questions(self) -> "Questions":
        if self._resolver is None:
            from gateway.inbound.authentication.resolver import Resolver

            self._resolver = Resolver(self._servers)
        return self._resolver.questions()


def _sender_domain(row: IntakeRow) -> str:
    from gateway.inbound.authentication.spf import spf_domain

    return spf_domain(row.mail_from, row.helo)


def _spf(row: IntakeRow, client: str, questions: "Questions") -> Check:
    from gateway.inbound.authentication.spf import check_spf

    with questions.within(_SPF_SECONDS):
        return check_spf(client, helo=row.helo, mail_from=row.mail_from, questions=questions)


def _dkim(raw: bytes, author: str, questions: "Questions") -> tuple[Check, ...]:
    if not raw:
        return ()
    from gateway.inbound.authentication.dkim import check_dkim

    return check_dkim(raw, author=author, find_texts=questions.texts)


def _as_said(said: Upstream, result: Result, author: str) -> Verdict:
    """The word of one's own server. A policy that it could not read is none."""
    spf, dkim = said.spf or Check(), said.dkim or ()
    proven = [one.domain for one in (*dkim, spf) if one.result is Result.PASS]
    own = author if author in proven else ""
    if result is Result.PASS:
        near = next((domain for domain in proven if may_align(author, domain)), author)
        return Verdict(By.UPSTREAM, author, spf, dkim, Result.PASS, said.policy, own or near)
    if result not in (Result.FAIL, Result.TEMPERROR):
        result = Result.NONE
    return Verdict(By.UPSTREAM, author, spf, dkim, result, said.policy, "" if result is Result.FAIL else own)
