"""Every SMTP and LMTP reply line; texts are fixed, so none can carry a secret or a mail's words."""

import re
from collections.abc import Sequence

from gateway.errors import DeskError, TooLarge
from gateway.store.intake import IntakeRef

SENDER_OK = "250 2.1.0 Sender OK"
RECIPIENT_OK = "250 2.1.5 Recipient OK"
SEND_DATA = "354 End data with <CR><LF>.<CR><LF>"
CANNOT_VERIFY = "252 2.5.0 Cannot verify, but will take a message and see"
LINE_TOO_LONG = "500 5.5.2 Command line too long"
BAD_SYNTAX = "500 5.5.2 Bad syntax"
HELP = "214 2.0.0 See RFC 5321"
BYE = "221 2.0.0 Bye"
UNKNOWN_COMMAND = "500 5.5.1 Command not recognized"
BAD_ARGUMENT = "501 5.5.4 Bad argument"
NOT_IMPLEMENTED = "502 5.5.1 Not implemented"
GREET_FIRST = "503 5.5.1 Greet first"
MAIL_FIRST = "503 5.5.1 Need MAIL before"
NO_RECIPIENTS = "503 5.5.1 No valid recipients"
UNKNOWN_RECIPIENT = "550 5.1.1 No such mailbox here"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
OUR_FAULT = "451 4.3.0 Something went wrong on our side, try again later"
OUR_FAULT_BYE = "421 4.3.0 Something went wrong on our side, try again later"
TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections, try again later"
TOO_MANY_FROM_YOU = "421 4.7.0 Too many connections from your address, try again later"
TOO_MANY_MAILS = "450 4.7.0 Too many mails from your address, try again later"
TOO_MANY_ERRORS = "421 4.7.0 Too many errors"
IDLE_TOO_LONG = "421 4.4.2 Idle for too long"
SHUTTING_DOWN = "421 4.3.2 Shutting down, try again later"
TOO_LARGE = f"{TooLarge.smtp} {TooLarge.words}"

_WITHOUT_STATUS = re.compile(r"([245]\d\d) (?![245]\.\d{1,3}\.\d{1,3} )")
_STATUS = {"250": "2.0.0", "221": "2.0.0", "220": "2.0.0", "454": "4.7.0"} | {
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "552": "5.3.4",
    "554": "5.7.0",
    "555": "5.5.4",
}


def kept(refs: Sequence[IntakeRef]) -> str:
    """The promise, with the id under which the operator finds the mail."""
    return f"250 2.0.0 Kept as {refs[0].public_id}"


def reply_to(error: DeskError) -> str:
    """The line for an expected failure: the class's own words, never those of the occasion."""
    return f"{error.smtp} {type(error).words}"


def with_status(line: str) -> str:
    """The line with an enhanced status code (RFC 2034), which aiosmtpd's own answers lack."""
    match = _WITHOUT_STATUS.match(line)
    if match is None or match[1] not in _STATUS:
        return line
    return f"{match[1]} {_STATUS[match[1]]} {line[match.end() :]}"
