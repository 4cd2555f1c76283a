"""Why a mail is held back, in words."""

from collections.abc import Mapping

from gateway.i18n import _
from gateway.rules.doubts import Reason


def reason_names() -> Mapping[Reason, str]:
    """Each reason in a few words."""
    return {
        Reason.STORM: _("Storm: too many mails of one sender"),
        Reason.LOOP: _("Loop: it goes in circles"),
        Reason.DMARC: _("Forged, perhaps: it names a ticket, and its sender’s domain disowns it"),
        Reason.SCANNER: _("The virus scanner found something"),
    }


def reason_meaning(reason: Reason) -> str:
    """What that means, and what to look at before letting the mail in."""
    meanings = {
        Reason.STORM: _("The sender sent hundreds of mails within minutes, mostly a machine gone wild."),
        Reason.LOOP: _(
            "It has passed through dozens of servers, or is an automatic mail of yours come back."
        ),
        Reason.DMARC: _("Let it in only if you are sure who wrote it: it would stand in the ticket."),
        Reason.SCANNER: _("Let it in only if you know what the attached files are."),
    }
    return meanings[reason]
