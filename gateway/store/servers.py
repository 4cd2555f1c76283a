"""What accounts at servers of others have in common, whatever is spoken there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Security(StrEnum):
    """How the connection is protected; plain is for servers on the same machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class Auth(StrEnum):
    """How we sign in there."""

    PASSWORD = "password"
    XOAUTH2 = "xoauth2"


class Trouble(StrEnum):
    """What can be wrong with an account; its row has it as `code` or `code: what the server said`."""

    UNRESOLVED = "unresolved"
    FORBIDDEN_HOST = "forbidden-host"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NAME = "certificate-name"
    CERTIFICATE_UNTRUSTED = "certificate-untrusted"
    TLS = "tls"
    NO_TLS = "no-tls"
    LOGIN = "login"
    NO_LOGIN = "no-login"
    TOKEN = "token"
    TOKEN_SERVER = "token-server"
    FOLDER = "folder"
    DROPPED = "dropped"
    BUSY = "busy"
    PROTOCOL = "protocol"
    TOO_MUCH = "too-much"
    MESSAGE = "message"
    MARKING = "marking"
    OURS = "ours"

    def noted(self, detail: str = "") -> str:
        """As a row has it."""
        return f"{self.value}: {detail}"[:500] if detail else self.value


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """An account as its row has it, the secrets sealed.

    With `xoauth2`, `sealed_secret` is the refresh token and `token_url` where it is exchanged.
    """

    id: int
    account_id: int
    host: str
    port: int
    security: str
    username: str
    auth: str
    sealed_secret: str
    token_url: str
    client_id: str
    sealed_client_secret: str
    sealed_access_token: str
    token_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class FreshTokens:
    """What the token server gave; `sealed_secret` is the refresh token, changed or not."""

    sealed_access_token: str
    token_expires_at: datetime
    sealed_secret: str
