"""How the mailboxes of an account fare: the heartbeat of each, with its troubles in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.i18n import _
from gateway.rules.heartbeat import Pulse
from gateway.store.imap import SourceState
from gateway.store.models import ImapSource, Mailbox, Offer, SmtpAccount
from gateway.store.servers import Trouble

_PREFIX = ": "


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A mailbox: when its last mail was offered, and how its IMAP account fares, if it has one (`imap`).

    `error` is in words of the present language, "" while all is well; `error_code` is for programs.
    `sending_error` likewise says what is wrong with its own outgoing server.
    `pulse` is what its health is judged by; `token_expires_at` belongs to OAuth alone.
    """

    public_id: str
    address: str
    last_mail_at: datetime | None
    imap: SourceState | None
    checked_at: datetime | None
    error: str
    error_code: str
    pulse: Pulse
    token_expires_at: datetime | None
    sending_error: str = ""


def list_heartbeats(db: Session, account_id: int) -> tuple[Heartbeat, ...]:
    """All mailboxes of the account, oldest first."""
    newest = (
        select(Offer.mailbox_id, func.max(Offer.id).label("offer_id"))
        .where(Offer.mailbox_id.in_(select(Mailbox.id).where(Mailbox.account_id == account_id)))
        .group_by(Offer.mailbox_id)
        .subquery()
    )
    rows = (
        select(
            Mailbox.public_id,
            Mailbox.address,
            Mailbox.created_at,
            Mailbox.silence_hours,
            Offer.offered_at,
            ImapSource.state,
            ImapSource.checked_at,
            ImapSource.last_error,
            ImapSource.failing_since,
            ImapSource.token_expires_at,
            SmtpAccount.last_error,
        )
        .outerjoin(newest, newest.c.mailbox_id == Mailbox.id)
        .outerjoin(Offer, Offer.id == newest.c.offer_id)
        .outerjoin(ImapSource, ImapSource.mailbox_id == Mailbox.id)
        .outerjoin(SmtpAccount, SmtpAccount.mailbox_id == Mailbox.id)
        .where(Mailbox.account_id == account_id)
        .order_by(Mailbox.id)
    )
    return tuple(_heartbeat(*row) for row in db.execute(rows))


def get_heartbeat(db: Session, account_id: int, public_id: str) -> Heartbeat:
    """One mailbox; NotFound for another account's."""
    found = (beat for beat in list_heartbeats(db, account_id) if beat.public_id == public_id)
    beat = next(found, None)
    if beat is None:
        raise NotFound("There is no such mailbox.")
    return beat


def words_for(last_error: str) -> str:
    """A source's trouble as its row has it (`code` or `code: what the server said`), in words."""
    code, _separator, said = last_error.partition(_PREFIX)
    try:
        words = _words(Trouble(code))
    except ValueError:
        return last_error  # of a newer version
    return f"{words} ({said})" if said else words


def _heartbeat(
    public_id: str,
    address: str,
    created_at: datetime,
    silence_hours: int,
    last_mail_at: datetime | None,
    state: str | None,
    checked_at: datetime | None,
    *trouble: str | datetime | None,
) -> Heartbeat:
    last_error, failing_since, token_expires_at, sending_error = trouble
    said = str(last_error or "")
    failing = failing_since if isinstance(failing_since, datetime) else None
    silence = timedelta(hours=silence_hours) if silence_hours else None
    return Heartbeat(
        public_id=public_id,
        address=address,
        last_mail_at=last_mail_at,
        imap=SourceState(state) if state else None,
        checked_at=checked_at,
        error=words_for(said) if said else "",
        error_code=said.partition(_PREFIX)[0],
        pulse=Pulse(last_mail_at or created_at, silence, failing),
        token_expires_at=token_expires_at if isinstance(token_expires_at, datetime) else None,
        sending_error=words_for(str(sending_error)) if sending_error else "",
    )


def _words(trouble: Trouble) -> str:
    """One sentence each: what is wrong, and what to do."""
    return {
        Trouble.UNRESOLVED: _("The server's name is not known. Check how it is spelled."),
        Trouble.FORBIDDEN_HOST: _(
            "This server is in a private network, which this installation does not enter."
        ),
        Trouble.UNREACHABLE: _("The server cannot be reached. Check its name and port."),
        Trouble.TIMEOUT: _("The server took too long to answer."),
        Trouble.CERTIFICATE_EXPIRED: _(
            "The server's certificate has expired. Until it is renewed, no mail goes over this server."
        ),
        Trouble.CERTIFICATE_NAME: _(
            "The server's certificate is for another name. Use the name that it is for."
        ),
        Trouble.CERTIFICATE_UNTRUSTED: _(
            "The server's certificate is not from an authority that is trusted here."
        ),
        Trouble.TLS: _("No protected connection could be made. Check port and kind of protection."),
        Trouble.NO_TLS: _("The server offers no protection, and without it no mail goes over it."),
        Trouble.LOGIN: _("The server did not accept user name and password."),
        Trouble.NO_LOGIN: _("Without a user name only a server in your own network can be used."),
        Trouble.TOKEN: _("The permission to use this account has ended. Connect it again."),
        Trouble.TOKEN_SERVER: _("The server that gives access tokens does not answer as it should."),
        Trouble.FOLDER: _("A folder cannot be opened. Check how it is spelled."),
        Trouble.DROPPED: _("The connection was lost. It is made again by itself."),
        Trouble.BUSY: _("The server puts us off for now. It is asked again by itself."),
        Trouble.PROTOCOL: _("The server said something that makes no sense."),
        Trouble.TOO_MUCH: _("The server announced more than it may send."),
        Trouble.MESSAGE: _("The server does not hand out every mail. It is asked again."),
        Trouble.MARKING: _("Mails were fetched, but could not be marked or moved on the server."),
        Trouble.OURS: _("Something is wrong on our side. It is tried again by itself."),
    }[trouble]
