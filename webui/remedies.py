"""What to do about a mail that did not arrive, in words."""

from gateway.i18n import _
from gateway.rules.remedies import Remedy, decide_remedy


def is_to_change(answer: str) -> bool:
    """Whether to send it again as it is would help nothing: there is no such address."""
    return decide_remedy(answer) is Remedy.CORRECT_ADDRESS


def next_step(answer: str) -> str:
    """The next step after what the server said."""
    steps = {
        Remedy.CORRECT_ADDRESS: _("There is no such address there. Correct it and send the message anew."),
        Remedy.WAIT_FOR_ROOM: _("The mailbox there is full. Send it again later, or call."),
        Remedy.MAKE_SMALLER: _("It is too large for the server there. Send it anew with smaller files."),
        Remedy.ASK_RECIPIENT: _(
            "The server there does not want this message. Ask the recipient by another way what it refuses."
        ),
        Remedy.TRY_LATER: _("The server there could not be reached. Check the address, then send it again."),
        Remedy.READ_ANSWER: _("Read what the server said; then send it again, or change it."),
    }
    return steps[decide_remedy(answer)]
