"""Which mails wait in quarantine (SPEC 4.7), and why."""

from enum import StrEnum

from gateway.rules.storms import Storm


class Reason(StrEnum):
    """Why a mail is held back."""

    STORM = "storm"
    LOOP = "loop"
    DMARC = "dmarc"
    SCANNER = "scanner"


class Outcome(StrEnum):
    """What somebody decided about a mail that was held back."""

    RELEASED = "released"
    DISMISSED = "dismissed"


def decide_doubt(
    *, storm: Storm, is_loop: bool, dmarc_failed: bool, names_ticket: bool, is_infected: bool
) -> Reason | None:
    """Why a mail is not filed, None if it may be; what the virus scanner found goes before all else.

    Who fails DMARC and names a ticket of ours may be writing into it under a name that is not theirs.
    """
    if is_infected:
        return Reason.SCANNER
    if is_loop:
        return Reason.LOOP
    if dmarc_failed and names_ticket:
        return Reason.DMARC
    return Reason.STORM if storm is Storm.HOLD else None
