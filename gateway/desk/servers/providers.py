"""Well-known providers of mail: their servers, by the domains of addresses and of mail exchangers.

Our own list, because asking somebody else for it would tell them who asks. What it says is tried before
anything is kept.
"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.store.servers import Security

_Where = tuple[str, int, Security]


class Advice(StrEnum):
    """What their customers have to do first."""

    NONE = ""
    APP_PASSWORD = "app-password"
    SWITCH_ON = "switch-on"
    OAUTH_ONLY = "oauth-only"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider; `exchangers` are the ends of the names that their MX records have."""

    name: str
    imap: _Where
    smtp: _Where
    domains: frozenset[str] = frozenset()
    exchangers: tuple[str, ...] = ()
    advice: Advice = Advice.NONE


def _tls(host: str, port: int) -> _Where:
    return host, port, Security.TLS


def _starttls(host: str, port: int = 587) -> _Where:
    return host, port, Security.STARTTLS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROVIDERS = (
    Provider(
        "Gmail",
        _tls("imap.gmail.com", 993),
        _tls("smtp.gmail.com", 465),
        _words("gmail.com googlemail.com"),
        ("google.com", "googlemail.com"),
        Advice.APP_PASSWORD,
    ),
    Provider(
        "Outlook.com",
        _tls("outlook.office365.com", 993),
        _starttls("smtp-mail.outlook.com"),
        _words("outlook.com outlook.de outlook.at hotmail.com hotmail.de live.com live.de msn.com"),
        ("olc.protection.outlook.com",),
        Advice.OAUTH_ONLY,
    ),
    Provider(
        "Microsoft 365",
        _tls("outlook.office365.com", 993),
        _starttls("smtp.office365.com"),
        exchangers=("mail.protection.outlook.com", "mx.microsoft"),
        advice=Advice.OAUTH_ONLY,
    ),
    Provider(
        "AOL",
        _tls("imap.aol.com", 993),
        _tls("smtp.aol.com", 465),
        _words("aol.com aol.de"),
        advice=Advice.APP_PASSWORD,
    ),
    Provider(
        "Yahoo",
        _tls("imap.mail.yahoo.com", 993),
        _tls("smtp.mail.yahoo.com", 465),
        _words("yahoo.com yahoo.de yahoo.at yahoo.co.uk yahoo.fr yahoo.it yahoo.es ymail.com rocketmail.com"),
        ("yahoodns.net",),
        Advice.APP_PASSWORD,
    ),
    Provider(
        "iCloud",
        _tls("imap.mail.me.com", 993),
        _starttls("smtp.mail.me.com"),
        _words("icloud.com me.com mac.com"),
        ("mail.icloud.com",),
        Advice.APP_PASSWORD,
    ),
    Provider(
        "GMX",
        _tls("imap.gmx.net", 993),
        _tls("mail.gmx.net", 465),
        _words("gmx.de gmx.net gmx.at gmx.ch gmx.eu"),
        ("gmx.net",),
        Advice.SWITCH_ON,
    ),
    Provider(
        "GMX",
        _tls("imap.gmx.com", 993),
        _tls("mail.gmx.com", 465),
        _words("gmx.com gmx.us gmx.co.uk gmx.fr gmx.es"),
        advice=Advice.SWITCH_ON,
    ),
    Provider(
        "WEB.DE",
        _tls("imap.web.de", 993),
        _starttls("smtp.web.de"),
        _words("web.de"),
        ("web.de",),
        Advice.SWITCH_ON,
    ),
    Provider(
        "mail.com",
        _tls("imap.mail.com", 993),
        _starttls("smtp.mail.com"),
        _words("mail.com email.com usa.com consultant.com engineer.com"),
        ("mail.com",),
        Advice.SWITCH_ON,
    ),
    Provider(
        "T-Online",
        _tls("secureimap.t-online.de", 993),
        _tls("securesmtp.t-online.de", 465),
        _words("t-online.de magenta.de"),
        ("t-online.de",),
        Advice.APP_PASSWORD,
    ),
    Provider(
        "freenet",
        _tls("mx.freenet.de", 993),
        _starttls("mx.freenet.de"),
        _words("freenet.de"),
        ("freenet.de",),
    ),
    Provider(
        "IONOS",
        _tls("imap.ionos.de", 993),
        _tls("smtp.ionos.de", 465),
        _words("online.de onlinehome.de"),
        ("kundenserver.de", "ionos.de"),
    ),
    Provider(
        "IONOS",
        _tls("imap.ionos.com", 993),
        _tls("smtp.ionos.com", 465),
        exchangers=("ionos.com", "1and1.com"),
    ),
    Provider(
        "STRATO",
        _tls("imap.strato.de", 993),
        _tls("smtp.strato.de", 465),
        exchangers=("rzone.de",),
    ),
    Provider(
        "Hetzner",
        _tls("mail.your-server.de", 993),
        _tls("mail.your-server.de", 465),
        exchangers=("your-server.de",),
    ),
    Provider(
        "Fastmail",
        _tls("imap.fastmail.com", 993),
        _tls("smtp.fastmail.com", 465),
        _words("fastmail.com fastmail.fm"),
        ("messagingengine.com",),
        Advice.APP_PASSWORD,
    ),
    Provider(
        "Zoho",
        _tls("imap.zoho.com", 993),
        _tls("smtp.zoho.com", 465),
        _words("zohomail.com zoho.com"),
        advice=Advice.SWITCH_ON,
    ),
    Provider(
        "Zoho",
        _tls("imappro.zoho.eu", 993),
        _tls("smtppro.zoho.eu", 465),
        _words("zohomail.eu"),
        ("zoho.eu",),
        Advice.SWITCH_ON,
    ),
    Provider(
        "Zoho",
        _tls("imappro.zoho.com", 993),
        _tls("smtppro.zoho.com", 465),
        exchangers=("zoho.com",),
        advice=Advice.SWITCH_ON,
    ),
    Provider(
        "Infomaniak",
        _tls("mail.infomaniak.com", 993),
        _tls("mail.infomaniak.com", 465),
        _words("ik.me ikmail.com etik.com"),
        ("infomaniak.ch", "infomaniak.com"),
    ),
    Provider(
        "mailbox.org",
        _tls("imap.mailbox.org", 993),
        _tls("smtp.mailbox.org", 465),
        _words("mailbox.org"),
        ("mailbox.org",),
    ),
    Provider(
        "Posteo",
        _tls("posteo.de", 993),
        _tls("posteo.de", 465),
        _words("posteo.de posteo.net posteo.eu posteo.at posteo.ch posteo.org"),
        ("posteo.de",),
    ),
    Provider(
        "Gandi",
        _tls("mail.gandi.net", 993),
        _tls("mail.gandi.net", 465),
        exchangers=("mail.gandi.net",),
    ),
    Provider(
        "OVHcloud",
        _tls("ssl0.ovh.net", 993),
        _tls("ssl0.ovh.net", 465),
        exchangers=("mail.ovh.net",),
    ),
    Provider(
        "Hostpoint",
        _tls("imap.mail.hostpoint.ch", 993),
        _tls("asmtp.mail.hostpoint.ch", 465),
        exchangers=("hostpoint.ch",),
    ),
)
