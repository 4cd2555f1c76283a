"""What people type to connect their first mailbox, read and limited."""

from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from gateway.desk.imapsources import Connection
from gateway.desk.servers.finding import Origin, Server, Servers
from gateway.desk.smtpaccounts import Outgoing
from gateway.errors import Invalid
from gateway.store.servers import Security
from gateway.store.smtp import EnvelopeSender
from webui.fields import IMAP_PORTS, MAX_CHARS, SMTP_PORTS, line, number, one_of


@dataclass(frozen=True, slots=True)
class ConnectForm:
    """One account at a provider, for both ways; an empty SMTP server leaves sending to the installation."""

    username: str
    imap_host: str = ""
    imap_port: str = ""
    imap_security: str = Security.TLS.value
    smtp_host: str = ""
    smtp_port: str = ""
    smtp_security: str = Security.TLS.value


def of_servers(address: str, servers: Servers) -> ConnectForm:
    """The form of what was found."""
    made = ConnectForm(address)
    if servers.imap:
        host, port, security = _typed(servers.imap)
        made = replace(made, imap_host=host, imap_port=port, imap_security=security)
    if servers.smtp:
        host, port, security = _typed(servers.smtp)
        made = replace(made, smtp_host=host, smtp_port=port, smtp_security=security)
    return made


def read_connect(form: MultiDict[str, str]) -> ConnectForm:
    """What was typed, to be judged or shown again."""
    return ConnectForm(**{name: line(form, name) for name in ConnectForm.__slots__})


def read_secret(form: MultiDict[str, str]) -> str:
    """The password of the account, as it is; Invalid for none."""
    secret = form.get("secret", "")[:MAX_CHARS]
    if not secret:
        raise Invalid("A password is needed.", field="secret")
    return secret


def connection(form: ConnectForm, sealed_secret: str) -> Connection:
    """The IMAP account that was typed; Invalid names the field at fault."""
    security = one_of(Security, form.imap_security, "imap_security")
    return Connection(
        host=form.imap_host,
        port=number(form.imap_port, "imap_port") if form.imap_port else IMAP_PORTS[security],
        security=security,
        username=form.username,
        sealed_secret=sealed_secret,
    )


def outgoing(form: ConnectForm, sealed_secret: str) -> Outgoing | None:
    """The SMTP account that was typed, None for none; Invalid names the field at fault.

    Its envelopes name the mailbox as sender: nearly every provider wants nobody else.
    """
    if not form.smtp_host:
        return None
    security = one_of(Security, form.smtp_security, "smtp_security")
    return Outgoing(
        host=form.smtp_host,
        port=number(form.smtp_port, "smtp_port") if form.smtp_port else SMTP_PORTS[security],
        security=security,
        username=form.username,
        sealed_secret=sealed_secret,
        sender=EnvelopeSender.MAILBOX,
    )


def servers_of(incoming: Connection, sending: Outgoing | None, found: Servers | None) -> Servers:
    """What was typed, to be kept; where it is what was found, that is remembered."""
    imap = Server(incoming.host, incoming.port, incoming.security)
    smtp = Server(sending.host, sending.port, sending.security) if sending else None
    if found is not None and (found.imap, found.smtp) == (imap, smtp):
        return found
    return Servers(imap, smtp, Origin.TYPED)


def _typed(server: Server) -> tuple[str, str, str]:
    return server.host, str(server.port), server.security.value
