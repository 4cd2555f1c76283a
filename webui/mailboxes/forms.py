"""What people send from the mailboxes' pages, read and limited; what it means is the desk's business."""

import re
from dataclasses import dataclass, replace
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from gateway.desk.imapsources import Connection, SourceView
from gateway.desk.mailboxsettings import MailboxSettings
from gateway.errors import Invalid
from gateway.store.imap import WhenDone
from gateway.store.servers import Security

E = TypeVar("E", Security, WhenDone)
_MAX_CHARS = 1_000
_MAX_TEXT_CHARS = 10_000
_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.PLAIN: 143}


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """An IMAP account as typed; the password is never shown again."""

    host: str = ""
    port: str = ""
    security: str = Security.TLS.value
    username: str = ""
    folders: str = "INBOX"
    when_done: str = WhenDone.SEEN.value
    move_to: str = ""


def read_settings(form: MultiDict[str, str]) -> MailboxSettings:
    """How a mailbox shall behave; Invalid names a number that is none."""
    return MailboxSettings(
        name=_line(form, "name"),
        signature=form.get("signature", "")[:_MAX_TEXT_CHARS],
        locale=form.get("locale", "")[:10],
        reopen_days=_number(form, "reopen_days"),
        silence_hours=_number(form, "silence_hours"),
        acknowledges="acknowledges" in form,
        acknowledgement=form.get("acknowledgement", "")[:_MAX_TEXT_CHARS],
    )


def typed_connection(form: MultiDict[str, str]) -> ConnectionForm:
    """What was typed, to show it again."""
    return ConnectionForm(
        host=_line(form, "host"),
        port=_line(form, "port"),
        security=_line(form, "security"),
        username=_line(form, "username"),
        folders=form.get("folders", "")[:_MAX_CHARS].strip(),
        when_done=_line(form, "when_done"),
        move_to=_line(form, "move_to"),
    )


def connection(typed: ConnectionForm, sealed_secret: str) -> Connection:
    """The connection that was typed; Invalid names the field at fault. An empty port is the usual one."""
    security = _one_of(Security, typed.security, "security")
    port = typed.port or str(_PORTS[security])
    if not (port.isascii() and port.isdecimal() and len(port) <= 5):
        raise Invalid("A port is between 1 and 65535.", field="port")
    return Connection(
        host=typed.host,
        port=int(port),
        security=security,
        username=typed.username,
        sealed_secret=sealed_secret,
        folders=tuple(filter(None, (name.strip() for name in re.split(r"[\r\n]+", typed.folders)))),
        when_done=_one_of(WhenDone, typed.when_done, "when_done"),
        move_to=typed.move_to,
    )


def with_auth(made: Connection, view: SourceView) -> Connection:
    """The typed connection with what only the command line sets: how one signs in there."""
    return replace(made, auth=view.auth, token_url=view.token_url, client_id=view.client_id)


def of_view(view: SourceView) -> ConnectionForm:
    """The form of an account that is there."""
    return ConnectionForm(
        host=view.host,
        port=str(view.port),
        security=view.security.value,
        username=view.username,
        folders="\n".join(view.folders),
        when_done=view.when_done.value,
        move_to=view.move_to,
    )


def _one_of(kind: type[E], text: str, field: str) -> E:
    try:
        return kind(text)
    except ValueError:
        raise Invalid("This input cannot be accepted.", field=field) from None


def _number(form: MultiDict[str, str], name: str) -> int:
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Invalid("This number is too small or too large.", field=name)
    return int(text)


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_MAX_CHARS]
