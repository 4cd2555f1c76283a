"""What the guided start says about servers that were found, in words of the person's language."""

from gateway.desk.servers.finding import Origin, Servers
from gateway.desk.servers.providers import Advice
from gateway.i18n import _

_HERE_ONLY = ("localhost", ".localhost", ".local", ".test", ".example", ".invalid")
"""Ends of domains that nobody else's mail server finds (RFC 2606, 2; RFC 6762, 3)."""


def found(servers: Servers) -> str:
    """How the servers were found."""
    return {
        Origin.PROVIDER: _("Known servers of %(provider)s, which runs this mailbox.")
        % {"provider": servers.provider},
        Origin.DNS: _("The domain of the address names these servers."),
        Origin.GUESS: _("A guess by the usual names. Please check it against your provider’s help pages."),
        Origin.NOWHERE: _("No servers were found for this address. Your provider’s help pages name them."),
        Origin.TYPED: _("As you have typed them."),
    }[servers.origin]


def advice(servers: Servers) -> str:
    """What has to be done at the provider first; "" for nothing."""
    if servers.advice is Advice.NONE:
        return ""
    words = {
        Advice.APP_PASSWORD: _(
            "%(provider)s wants a password of its own for mail programs: make one in the settings of your"
            " account there (“app password”), and give that one here."
        ),
        Advice.SWITCH_ON: _(
            "%(provider)s lets mail programs in only when you have switched IMAP on in its settings."
        ),
        Advice.OAUTH_ONLY: _(
            "%(provider)s lets nobody in by password. Forward the address instead; whoever runs this desk can"
            " also connect it by OAuth 2 (manage4all mailbox connect)."
        ),
    }[servers.advice]
    return words % {"provider": servers.provider}


def is_here_only(domain: str) -> bool:
    """Whether mail servers elsewhere cannot find this domain."""
    return domain.lower().endswith(_HERE_ONLY)
