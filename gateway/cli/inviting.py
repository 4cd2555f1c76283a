"""`manage4all account invite|invitations`: whom the operator lets begin an account."""

from typing import Any

import click

from gateway import clock
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option, table
from gateway.desk import signupinvitations
from gateway.desk.signupinvitations import InvitationView, Invited
from gateway.errors import Conflict
from gateway.i18n import LOCALES
from gateway.settings import Settings, SignUp
from gateway.store.session import reading, transaction


@click.command()
@click.option("--email", required=True, help="Whom to invite; the account's owner has this address.")
@click.option("--locale", type=click.Choice(LOCALES), default="en", help="Language of the mail.")
@json_option
def invite(email: str, locale: str, as_json: bool) -> int:  # noqa: FBT001
    """Let somebody create an account: prints a link that works once, within seven days.

    With an outgoing server (M4A_RELAY_URL) a link is mailed as well; only who comes by that one need not
    confirm the address. Status 1 if the mail could not be sent: the printed link works all the same.
    """
    settings = open_desk()
    if settings.public_sign_up is SignUp.CLOSED:
        raise Conflict("Sign-up is closed. M4A_PUBLIC_SIGN_UP=invitation opens it for whom you invite.")
    with transaction() as db:
        invited = signupinvitations.invite(db, email, now=clock.now())
    said = _mail(settings, invited, locale)
    if said is not None:
        with transaction() as db:
            signupinvitations.forget_mailed(db, invited.public_id)
    shown = {
        "id": invited.public_id,
        "email": invited.address,
        "link": signupinvitations.link(settings.effective_base_url, invited.secret),
        "expires_at": invited.expires_at.isoformat(),
        "mailed": said is None,
        "error": said or "",
    }
    answer(shown, as_json=as_json)
    return int(bool(said))


@click.group()
def invitations() -> None:
    """Look at invitations to sign up, and take them back."""


@invitations.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List those that are still good; their links are not kept."""
    open_desk()
    with reading() as db:
        found = signupinvitations.list_open(db, now=clock.now())
    table([_shown(one) for one in found], name="invitations", as_json=as_json)


@invitations.command()
@click.argument("invitation_id")
@json_option
def revoke(invitation_id: str, as_json: bool) -> None:  # noqa: FBT001
    """Take an invitation back: its links are worth nothing from now on."""
    open_desk()
    with transaction() as db:
        address = signupinvitations.revoke(db, invitation_id)
    answer({"id": invitation_id, "email": address}, as_json=as_json)


def _mail(settings: Settings, invited: Invited, locale: str) -> str | None:
    """Send the mail, once; None if that went well, else what was wrong, "" where there is no server."""
    from gateway.outbound.connection import Message
    from gateway.outbound.probing import send_probe
    from gateway.outbound.relayurl import parse_relay_url
    from gateway.rules.deliverability import Sending

    url = settings.relay_url.get_secret_value()
    if not url:
        return ""
    base_url, domain = settings.effective_base_url, settings.mail_domain
    raw = signupinvitations.write(
        invited, locale=locale, base_url=base_url, mail_domain=domain, now=clock.now()
    )
    message = Message(f"no-reply@{domain}", invited.address, raw)
    sent = send_probe(parse_relay_url(url), message, ehlo_name=settings.greeting)
    return None if sent.sending is Sending.SENT else sent.said or sent.sending.value


def _shown(one: InvitationView) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "email": one.address,
        "mailed": one.is_mailed,
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
    }
