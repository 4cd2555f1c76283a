"""What a look whether mail arrives has found, in plain words: what is right, and what to change."""

from collections.abc import Mapping

from gateway.i18n import _
from gateway.rules.deliverability import (
    Code,
    Dkim,
    Dmarc,
    Encryption,
    Facts,
    Finding,
    Probe,
    Ptr,
    Sending,
    Spf,
)


def check_name(check: str) -> str:
    """What a check is about."""
    return {
        "imap": _("Incoming mail (IMAP)"),
        "server": _("Outgoing server"),
        "tls": _("Encryption"),
        "probe": _("Mail to yourself"),
        "spf": "SPF",
        "dkim": "DKIM",
        "dmarc": "DMARC",
        "ptr": _("Name of the sending host (PTR)"),
    }[check]


def words_of(finding: Finding, facts: Facts, *, mail_domain: str, domain: str) -> str:
    """One finding: `mail_domain` sends the envelope, `domain` is the mailbox's."""
    names = {"mail_domain": mail_domain, "domain": domain, "host": facts.host}
    words = _words(finding.check)[finding.code] % names
    told = facts.said if finding.check == "server" and facts.sending is not Sending.SENT else ""
    return f"{words} ({told})" if told else words


def _words(check: str) -> Mapping[Code, str]:
    """By check, because words of different checks are equal as texts."""
    return {
        "server": _server,
        "tls": _tls,
        "probe": _probe,
        "spf": _spf,
        "dkim": _dkim,
        "dmarc": _dmarc,
        "ptr": _ptr,
    }[check]()


def _server() -> Mapping[Code, str]:
    return {
        Sending.SENT: _("It took the test mail."),
        Sending.NO_SERVER: _("There is none, so nothing can be sent. M4A_RELAY_URL names one."),
        Sending.UNREACHABLE: _("It cannot be reached. Check its name and port."),
        Sending.SIGN_IN: _("It did not let us sign in. Check user name, password and encryption."),
        Sending.REFUSED: _("It did not take the test mail. See what it says, and ask its operator."),
    }


def _tls() -> Mapping[Code, str]:
    return {
        Encryption.VERIFIED: _("The connection is encrypted, and the server's certificate is good."),
        Encryption.LOCAL: _("The server is on this machine: nobody can listen on the way."),
        Encryption.UNVERIFIED: _(
            "The connection is encrypted, but nobody checked whose server it is. Ask for ?starttls=require."
        ),
        Encryption.NONE: _("The connection is not encrypted. Use smtps:// or ?starttls=require."),
    }


def _probe() -> Mapping[Code, str]:
    return {
        Probe.BACK: _("It came back: what is sent to this mailbox arrives here."),
        Probe.WAITING: _("It is on its way and has not come back yet."),
        Probe.LATE: _("It has not come back. Check the forwarding or the IMAP account of this mailbox."),
    }


def _spf() -> Mapping[Code, str]:
    return {
        Spf.ALLOWED: _("%(mail_domain)s lets the outgoing server (%(host)s) send its mail."),
        Spf.SOFT: _(
            "%(mail_domain)s does not say clearly that the outgoing server (%(host)s) may send. Add it "
            "to the SPF record."
        ),
        Spf.FORBIDDEN: _(
            "%(mail_domain)s forbids the outgoing server (%(host)s) to send. Add it to the SPF record."
        ),
        Spf.MISSING: _(
            "%(mail_domain)s has no SPF record. Add a TXT record that begins with v=spf1 and names the "
            "sending server."
        ),
        Spf.BROKEN: _(
            "The SPF record of %(mail_domain)s cannot be read: it has errors, or there are several."
        ),
        Spf.PRESENT: _(
            "%(mail_domain)s has an SPF record. From which public address mail leaves is not known "
            "here: see that the record names it."
        ),
        Spf.UNKNOWN: _("The DNS gave no answer about SPF. Try again in a while."),
    }


def _dkim() -> Mapping[Code, str]:
    return {
        Dkim.ACTIVE: _("Mail is signed, and the DNS of %(domain)s shows the key."),
        Dkim.WAITING: _(
            "There is a key, but nothing is signed until the DNS of %(domain)s shows its record."
        ),
        Dkim.NONE: _("Mail is not signed here. Make a key and enter its record in the DNS of %(domain)s."),
        Dkim.LOST: _(
            "Mail is signed, but the DNS of %(domain)s does not show the key any more. Enter its record "
            "again."
        ),
        Dkim.UNKNOWN: _("Mail is signed, but the DNS gave no answer about the key. Try again in a while."),
    }


def _dmarc() -> Mapping[Code, str]:
    return {
        Dmarc.ENFORCED: _(
            "%(domain)s has a DMARC policy: mail that its domain neither signed nor sent is turned "
            "away, so it has to be signed."
        ),
        Dmarc.WATCHED: _("%(domain)s has a DMARC record that only watches."),
        Dmarc.MISSING: _(
            "%(domain)s has no DMARC record. Add a TXT record at _dmarc.%(domain)s, to begin with: "
            "v=DMARC1; p=none"
        ),
        Dmarc.UNKNOWN: _("The DNS gave no answer about DMARC. Try again in a while."),
    }


def _ptr() -> Mapping[Code, str]:
    return {
        Ptr.FITS: _("The address %(host)s has a name that leads back to it."),
        Ptr.MISSING: _("The address %(host)s has no name. Ask its provider for a PTR record."),
        Ptr.OTHER: _("The name of the address %(host)s leads elsewhere. Have its PTR record mended."),
        Ptr.UNKNOWN: _("From which public address the mail leaves is not known here."),
    }
