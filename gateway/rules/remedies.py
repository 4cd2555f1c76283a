"""What helps when a mail was not delivered, as far as the server's words tell."""

import re
from enum import StrEnum


class Remedy(StrEnum):
    """The next step for the author of a mail that failed."""

    CORRECT_ADDRESS = "correct_address"
    WAIT_FOR_ROOM = "wait_for_room"
    MAKE_SMALLER = "make_smaller"
    ASK_RECIPIENT = "ask_recipient"
    TRY_LATER = "try_later"
    READ_ANSWER = "read_answer"


# RFC 3463: class.subject.detail. An IP address has a part more, so it is none.
_STATUS = re.compile(r"(?<![\d.])[45]\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"\A\s*(\d{3})\b")
_DETAILS = {
    (1, 1): Remedy.CORRECT_ADDRESS,
    (1, 2): Remedy.CORRECT_ADDRESS,
    (1, 3): Remedy.CORRECT_ADDRESS,
    (1, 6): Remedy.CORRECT_ADDRESS,
    (1, 10): Remedy.CORRECT_ADDRESS,
    (2, 1): Remedy.CORRECT_ADDRESS,
    (2, 2): Remedy.WAIT_FOR_ROOM,
    (2, 3): Remedy.MAKE_SMALLER,
    (3, 4): Remedy.MAKE_SMALLER,
    (4, 4): Remedy.CORRECT_ADDRESS,
}
_SUBJECTS = {4: Remedy.TRY_LATER, 7: Remedy.ASK_RECIPIENT}
_REPLIES = {"551": Remedy.CORRECT_ADDRESS, "553": Remedy.CORRECT_ADDRESS, "552": Remedy.MAKE_SMALLER}
_GIVEN_UP = "Given up"
_STAYED_FULL = re.compile(r"(?<![\d.])4\.2\.2(?![\d.])")
_TOO_LARGE = "The mail has "
# What Postfix, Exim and Gmail say of a domain that is none; after "rejected:" it is about another host.
_NO_HOST = re.compile(
    r"(?<!rejected: )(?:host(?: or domain name)? not found|nxdomain|unrouteable address)", re.IGNORECASE
)


def decide_remedy(answer: str) -> Remedy:
    """What to do about the answer with which a mail failed or came back.

    The enhanced status code counts; without one the reply code, of which 550 and 554 mean anything. That
    the recipient's host does not exist is said with codes of every kind.
    """
    if answer.startswith(_TOO_LARGE):
        return Remedy.MAKE_SMALLER
    if _NO_HOST.search(answer):
        return Remedy.CORRECT_ADDRESS
    if answer.startswith(_GIVEN_UP):
        return Remedy.WAIT_FOR_ROOM if _STAYED_FULL.search(answer) else Remedy.TRY_LATER
    if status := _STATUS.search(answer):
        subject, detail = int(status[1]), int(status[2])
        return _DETAILS.get((subject, detail)) or _SUBJECTS.get(subject, Remedy.READ_ANSWER)
    reply = _REPLY.match(answer)
    return _REPLIES.get(reply[1], Remedy.READ_ANSWER) if reply else Remedy.READ_ANSWER
