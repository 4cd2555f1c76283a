"""What people say about an account at a server, checked: the columns that IMAP and SMTP accounts share."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.errors import Invalid
from gateway.mail.addressing import domain_to_ascii
from gateway.store.servers import Auth, Security

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_SECRETS = ("sealed_secret", "sealed_client_secret")


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach an account; the secrets are sealed.

    With `xoauth2`, `sealed_secret` is the refresh token and `token_url` where it is exchanged
    (RFC 6749, section 6).
    """

    host: str
    username: str
    sealed_secret: str
    port: int
    security: Security = Security.TLS
    auth: Auth = Auth.PASSWORD
    token_url: str = ""
    client_id: str = ""
    sealed_client_secret: str = ""


class Kept(Protocol):
    """The row of an account, as far as it decides where its secrets go."""

    host: str
    port: int
    username: str
    auth: str
    token_url: str
    sealed_secret: str
    sealed_client_secret: str


def checked(login: Login, before: Kept | None, *, may_be_nobody: bool = False) -> dict[str, Any]:
    """The columns of a login that makes sense; else Invalid, which names the field at fault.

    Empty secrets leave those that `before` has, but never for another server, user or token server: whoever
    may change an account could else have its password sent to a server of theirs. `may_be_nobody` is for
    servers that want no sign-in: then neither user name nor password are there.
    """
    host = login.host.strip().lower()
    if not host.isascii():
        host = domain_to_ascii(host)
    if not _HOST.fullmatch(host):
        raise Invalid("This is no host name.", field="host")
    if not 1 <= login.port <= 65535:
        raise Invalid("A port is between 1 and 65535.", field="port")
    if login.auth is Auth.XOAUTH2 and not (login.token_url and login.client_id):
        raise Invalid("OAuth needs the address that gives tokens, and a client id.", field="token_url")
    username = login.username.strip()
    if not username and not may_be_nobody:
        raise Invalid("A user name is needed.", field="username")
    values = {
        "host": host,
        "port": login.port,
        "security": login.security.value,
        "auth": login.auth.value,
        "username": username and one_line(username, "username", 320),
        "token_url": _token_url(login.token_url.strip()),
        "client_id": login.client_id.strip()[:300],
        "sealed_access_token": "",
        "token_expires_at": None,
    }
    if not username:
        return values | dict.fromkeys(_SECRETS, "")
    return values | _secrets(login, before, values)


def goes_elsewhere(before: Kept, values: dict[str, Any]) -> bool:
    """Whether these columns send the secrets to somebody else, or are somebody else's."""
    return any(
        getattr(before, name) != values[name] for name in ("host", "port", "username", "auth", "token_url")
    )


def one_line(text: str, field: str, most: int) -> str:
    """A text that fits into one line of a dialogue: a line end in it would be a command of its own."""
    if not text or len(text) > most or CONTROL.search(text):
        raise Invalid("This is empty, too long or has characters that cannot be sent.", field=field)
    return text


def _secrets(login: Login, before: Kept | None, values: dict[str, Any]) -> dict[str, str]:
    given = {name: getattr(login, name) for name in _SECRETS}
    if before is not None and not goes_elsewhere(before, values):
        return {name: given[name] or getattr(before, name) for name in _SECRETS}
    if not login.sealed_secret and before is not None and before.sealed_secret:
        raise Invalid("The saved password goes to no other server or user. Please type it.", field="secret")
    if not login.sealed_secret:
        raise Invalid("A password is needed.", field="secret")
    return given


def _token_url(url: str) -> str:
    if url and (not re.fullmatch(r"https?://[^\s@]{1,480}", url) or CONTROL.search(url)):
        raise Invalid("This is no address of a token server.", field="token_url")
    return url
