"""What people send from the mailboxes' pages, read and limited; what it means is the desk's business."""

import re
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from gateway.desk.imapsources import Connection, SourceView
from gateway.desk.mailboxsettings import MailboxSettings
from gateway.store.imap import WhenDone
from gateway.store.servers import Security
from webui.fields import IMAP_PORTS, MAX_CHARS, line, number, one_of

_MAX_TEXT_CHARS = 10_000


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
        name=line(form, "name"),
        signature=form.get("signature", "")[:_MAX_TEXT_CHARS],
        locale=form.get("locale", "")[:10],
        reopen_days=number(line(form, "reopen_days"), "reopen_days"),
        silence_hours=number(line(form, "silence_hours"), "silence_hours"),
        acknowledges="acknowledges" in form,
        acknowledgement=form.get("acknowledgement", "")[:_MAX_TEXT_CHARS],
        is_privacy="is_privacy" in form,
    )


def typed_connection(form: MultiDict[str, str]) -> ConnectionForm:
    """What was typed, to show it again."""
    return ConnectionForm(
        host=line(form, "host"),
        port=line(form, "port"),
        security=line(form, "security"),
        username=line(form, "username"),
        folders=form.get("folders", "")[:MAX_CHARS].strip(),
        when_done=line(form, "when_done"),
        move_to=line(form, "move_to"),
    )


def connection(typed: ConnectionForm, sealed_secret: str) -> Connection:
    """The connection that was typed; Invalid names the field at fault. An empty port is the usual one."""
    security = one_of(Security, typed.security, "security")
    return Connection(
        host=typed.host,
        port=number(typed.port, "port") if typed.port else IMAP_PORTS[security],
        security=security,
        username=typed.username,
        sealed_secret=sealed_secret,
        folders=tuple(filter(None, (name.strip() for name in re.split(r"[\r\n]+", typed.folders)))),
        when_done=one_of(WhenDone, typed.when_done, "when_done"),
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
