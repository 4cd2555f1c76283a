"""The one error tree: every expected failure, with the words and the status each edge needs."""


class DeskError(Exception):
    """Expected failure. `public` may be shown to whoever asked; `detail` goes to the log only.

    `http` is the status of a page or an API answer, `smtp` the reply line's code and enhanced
    status (RFC 3463), `sysexit` the status of the `deliver` command (sysexits.h).
    """

    http = 500
    smtp = "451 4.3.0"
    sysexit = 75
    words = "Something went wrong on our side. Please try again later."

    def __init__(self, public: str | None = None, *, detail: str = "") -> None:
        self.public = public or self.words
        self.detail = detail
        super().__init__(self.public if not detail else f"{self.public} ({detail})")


class Unavailable(DeskError):
    """A part we need (database, disk, queue) does not answer: try again later."""

    http = 503
    smtp = "451 4.3.0"
    words = "The service is temporarily unavailable. Please try again later."


class StorageFull(Unavailable):
    """The disk is too full to keep what would be promised."""

    http = 507
    smtp = "452 4.3.1"
    words = "Insufficient storage. Please try again later."


class AccountFull(StorageFull):
    """The account keeps as much as the operator lets it have."""

    smtp = "452 4.2.2"
    words = "This account has no room left."


class Suspended(DeskError):
    """The operator has shut the account for now: nobody comes in, and mail is to be tried again later."""

    http = 403
    smtp = "450 4.2.1"
    words = "This account is suspended. Please turn to whoever runs this installation."


class Terminated(Suspended):
    """The account's owner has ended it: nobody else comes in any more."""

    words = "This account is terminated."


class NotFound(DeskError):
    """There is no such thing, or it belongs to somebody else."""

    http = 404
    smtp = "550 5.1.1"
    sysexit = 67
    words = "Not found."


class Erased(NotFound):
    """There was such a thing, and it was erased for good."""

    http = 410
    words = "This was erased."


class Gone(DeskError):
    """There was such a thing, and it is over."""

    http = 410
    smtp = "550 5.7.1"
    sysexit = 69
    words = "This has ended or expired."


class Denied(DeskError):
    """Known who asks, and they may not."""

    http = 403
    smtp = "550 5.7.1"
    sysexit = 77
    words = "You are not allowed to do this."


class Unauthenticated(DeskError):
    """Nobody is signed in, or the sign-in has ended."""

    http = 401
    smtp = "530 5.7.0"
    sysexit = 77
    words = "Please sign in."


class Invalid(DeskError):
    """What was sent cannot be taken as it is; `field` names the part at fault, if one is."""

    http = 422
    smtp = "501 5.5.4"
    sysexit = 65
    words = "This input cannot be accepted."

    def __init__(self, public: str | None = None, *, field: str = "", detail: str = "") -> None:
        self.field = field
        super().__init__(public, detail=detail)


class Conflict(DeskError):
    """It exists already, or it has changed meanwhile."""

    http = 409
    smtp = "451 4.3.0"
    words = "This conflicts with the present state."


class TooMany(DeskError):
    """Asked for too often; `retry_after` is how many seconds to wait."""

    http = 429
    smtp = "450 4.7.1"
    words = "Too many tries. Please wait a few minutes."

    def __init__(self, public: str | None = None, *, detail: str = "", retry_after: int = 0) -> None:
        self.retry_after = retry_after
        super().__init__(public, detail=detail)


class TooLarge(DeskError):
    """Larger than the limit, which `limit_bytes` names where a person can do something about it."""

    http = 413
    smtp = "552 5.3.4"
    sysexit = 65
    words = "Message too large."

    def __init__(
        self, public: str | None = None, *, detail: str = "", size_bytes: int = 0, limit_bytes: int = 0
    ) -> None:
        self.size_bytes, self.limit_bytes = size_bytes, limit_bytes
        super().__init__(public, detail=detail)


class MalformedMessage(DeskError):
    """The bytes break the protocol in a way that must not be passed on (RFC 5321 section 2.3.8)."""

    http = 422
    smtp = "550 5.6.0"
    sysexit = 65
    words = "Malformed message."
