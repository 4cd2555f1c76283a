"""Mail that is held back because more of it was about to leave than the budget allows, in words."""

from gateway.i18n import _
from gateway.rules.budget import Bound, Over


def reason(stored: str) -> str:
    """Why, from the row of a held delivery."""
    over = Over.from_stored(stored)
    texts = {
        Bound.ACCOUNT_DAY: _("More than %(most)s mails of this account in a day"),
        Bound.ACCOUNT_HOUR: _("More than %(most)s mails of this account in an hour"),
        Bound.RECIPIENT_HOUR: _("More than %(most)s mails to this address in an hour"),
    }
    return texts[over.bound] % {"most": over.most}
