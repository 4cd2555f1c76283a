"""What can be wrong with what the other side sent, and the code its socket closes with."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why a socket closes (RFC 6455 section 7.4); those from 4400 on are ours."""

    NORMAL = 1000
    RESTART = 1012
    MALFORMED = 4400
    PASS_UNKNOWN = 4401
    ORIGIN = 4403
    TOKEN_UNKNOWN = 4404
    SILENT = 4408
    USED = 4409
    OVER = 4410
    TOO_LARGE = 4413
    TOO_MANY = 4429


class ProtocolError(Exception):
    """The other side did not keep to the protocol. Says what, never what was sent."""

    code = CloseCode.MALFORMED


class Malformed(ProtocolError):
    """Not a message, frame or body of this protocol."""


class Misplaced(ProtocolError):
    """Well-formed, but not from this side or not at this moment."""


class TooLarge(ProtocolError):
    """Over the bound for its kind."""

    code = CloseCode.TOO_LARGE


class Tampered(ProtocolError):
    """A sealed frame that does not open, comes again or out of order, or a commitment that was not kept."""
