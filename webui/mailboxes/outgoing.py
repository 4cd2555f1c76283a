"""By which server a mailbox's mail leaves: its own account's form, how that fares, and trying it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from gateway.desk import smtpaccounts
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import reach_of
from gateway.desk.smtpaccounts import Outgoing, SmtpView
from gateway.i18n import _
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, Security
from gateway.store.session import reading, transaction
from gateway.store.smtp import EnvelopeSender
from gateway.store.troublewords import words_for
from webui import fields
from webui.bridge import Told
from webui.later import Later
from webui.office import office
from webui.sessions import actor, signed_in
from webui.wording import Moment, moment, size

blueprint = Blueprint("outgoing", __name__)


@dataclass(frozen=True, slots=True)
class OutgoingForm:
    """An SMTP account as typed; its secrets are never shown again."""

    host: str = ""
    port: str = ""
    security: str = Security.TLS.value
    username: str = ""
    auth: str = Auth.PASSWORD.value
    token_url: str = ""
    client_id: str = ""
    sender: str = EnvelopeSender.OURS.value
    max_connections: str = "2"
    mails_per_minute: str = "0"


@dataclass(frozen=True, slots=True)
class Server:
    """The mailbox's own server as its page shows it; `light` is ok, wait or bad."""

    light: str
    state: str
    where: str
    error: str
    largest: str
    checked: Moment | None


@blueprint.post("/mailboxes/<public_id>/outgoing/test")
@signed_in
def test(public_id: str) -> ResponseReturnValue:
    """Connect and sign in, beside the pages; then the page shows what was found. Nothing is sent."""
    by, here = actor(), office()
    with reading() as db:
        account = smtpaccounts.get_account(db, by, public_id)

    def work() -> Told:
        from gateway.outbound.trying import try_account  # with SMTP and TLS, which no other page needs
        from gateway.outbound.way import Way

        seal, reach = Seal(here.settings.key()), reach_of(here.settings)
        way = Way(account, seal=seal, reach=reach, clock=here.clock)
        with suppress(ServerFault):  # it is noted at the account, where the page finds it
            try_account(way, ehlo_name=here.settings.greeting, clock=here.clock)
        return _told(public_id)

    return Later(work)


@blueprint.post("/mailboxes/<public_id>/outgoing/remove")
@signed_in
def remove(public_id: str) -> ResponseReturnValue:
    """Send by the installation's server again."""
    with transaction() as db:
        smtpaccounts.remove(db, actor(), public_id, now=office().clock.now())
    return redirect(section(public_id), 303)


def section(public_id: str) -> str:
    """Where the page shows it."""
    return f"/mailboxes/{public_id}#outgoing"


def save(public_id: str, form: MultiDict[str, str]) -> None:
    """Let the mailbox's mail leave by the account that was typed. Invalid names the field at fault."""
    by, seal = actor(), Seal(office().settings.key())
    secret, client_secret = (form.get(name, "")[: fields.MAX_CHARS] for name in ("secret", "client_secret"))
    wanted = account(typed(form), seal.seal(secret), seal.seal(client_secret))
    with transaction() as db:
        smtpaccounts.save(db, by, public_id, wanted, now=office().clock.now())


def typed(form: MultiDict[str, str]) -> OutgoingForm:
    """What was typed, to show it again."""
    return OutgoingForm(**{name: fields.line(form, name) for name in OutgoingForm.__slots__})


def account(form: OutgoingForm, sealed_secret: str, sealed_client_secret: str) -> Outgoing:
    """The account that was typed; Invalid names the field at fault. An empty port is the usual one."""
    security = fields.one_of(Security, form.security, "security")
    auth = fields.one_of(Auth, form.auth, "auth")
    is_token = auth is Auth.XOAUTH2
    return Outgoing(
        host=form.host,
        port=fields.number(form.port, "port") if form.port else fields.SMTP_PORTS[security],
        security=security,
        username=form.username,
        auth=auth,
        sealed_secret=sealed_secret,
        token_url=form.token_url if is_token else "",
        client_id=form.client_id if is_token else "",
        sealed_client_secret=sealed_client_secret if is_token else "",
        sender=fields.one_of(EnvelopeSender, form.sender, "sender"),
        max_connections=fields.number(form.max_connections, "max_connections"),
        mails_per_minute=fields.number(form.mails_per_minute, "mails_per_minute"),
    )


def of_view(view: SmtpView) -> OutgoingForm:
    """The form of an account that is there."""
    return OutgoingForm(
        host=view.host,
        port=str(view.port),
        security=view.security.value,
        username=view.username,
        auth=view.auth.value,
        token_url=view.token_url,
        client_id=view.client_id,
        sender=view.sender.value,
        max_connections=str(view.max_connections),
        mails_per_minute=str(view.mails_per_minute),
    )


def shown(view: SmtpView, now: datetime) -> Server:
    """How the account fares, in words of the person's language."""
    light, state = _light(view)
    return Server(
        light=light,
        state=state,
        where=f"{view.username} · {view.host}" if view.username else view.host,
        error=words_for(view.error) if view.error else "",
        largest=size(view.max_message_bytes) if view.max_message_bytes else "",
        checked=moment(view.checked_at, now) if view.checked_at else None,
    )


def auths() -> tuple[tuple[str, str], ...]:
    """The ways to sign in to choose from."""
    return ((Auth.PASSWORD.value, _("with a password")), (Auth.XOAUTH2.value, "OAuth 2"))


def senders() -> tuple[tuple[str, str], ...]:
    """Whom the envelope may name as the sender."""
    return (
        (EnvelopeSender.OURS.value, _("the desk, so that bounces find their message (usual)")),
        (EnvelopeSender.MAILBOX.value, _("this mailbox, where the server wants nobody else")),
    )


def _light(view: SmtpView) -> tuple[str, str]:
    if view.error:
        return "bad", _("Cannot send: the mail waits")
    if view.checked_at is None:
        return "wait", _("Not tried yet")
    return "ok", _("Mail leaves by this server")


def _told(public_id: str) -> Told:
    return Told("303 See Other", [("Location", section(public_id))])
