"""SPF (RFC 7208) by pyspf, which asks our resolver instead of its own."""

from collections.abc import Callable, Sequence

import spf

from gateway.inbound.authentication.resolver import Questions
from gateway.mail.addressing import domain_to_ascii
from gateway.mail.authres import Check, Result
from gateway.mail.dmarc import UnresolvedError


def spf_domain(mail_from: str, helo: str) -> str:
    """The domain that SPF is about: the envelope sender's, the client's own name where that is empty."""
    domain = mail_from.rpartition("@")[2] if mail_from else helo
    return domain_to_ascii(domain).rstrip(".").lower()


def check_spf(client_ip: str, *, helo: str, mail_from: str, questions: Questions) -> Check:
    """Whether the sender's domain lets this address send its mail; at most ten lookups, two of them void.

    `client_ip` is a valid IPv4 or IPv6 address. Never raises.
    """
    domain = spf_domain(mail_from, helo)
    local = mail_from.rpartition("@")[0] or "postmaster"
    if "." not in domain or domain.startswith("["):
        return Check(Result.NONE, "")
    query = _Query(questions.values, client_ip, f"{local}@{domain}", helo)
    try:
        result, _code, _why = query.check()
    except Exception:  # noqa: BLE001 - whatever pyspf stumbles over in a record is an error of the record
        result = "permerror"
    return Check(Result(result) if result in set(Result) else Result.PERMERROR, domain)


class _Query(spf.query):  # type: ignore[misc]  # pyspf has no types
    """A check whose every question goes through `ask`, and which fetches no explanations."""

    def __init__(
        self, ask: Callable[[str, str], tuple[object, ...]], client_ip: str, sender: str, helo: str
    ) -> None:
        super().__init__(i=client_ip, s=sender, h=helo)
        self.l, _, self.o = sender.rpartition("@")  # pyspf cuts a quoted local part at its first @
        self.d = self.o
        self._ask = ask

    def dns(
        self,
        name: str,
        qtype: str,
        cnames: object = None,
        ignore_void: bool = False,  # noqa: FBT001, FBT002
    ) -> list[object]:
        """The records of a name; RFC 7208, 4.6.4 bounds how many questions may come to nothing."""
        try:
            found = [_as_pyspf_wants(value, qtype) for value in self._ask(name, qtype)]
        except UnresolvedError:
            raise spf.TempError("no answer") from None
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many void lookups")
        return found

    def get_explanation(self, spec: str) -> None:
        """Nobody reads it here."""


def _as_pyspf_wants(value: object, qtype: str) -> object:
    """TXT as a sequence of byte strings."""
    return (str(value).encode("latin-1"),) if qtype == "TXT" else value


__all__: Sequence[str] = ("check_spf", "spf_domain")
