"""Sending invitations, for pages and API alike: the mail is written first, then it is owed."""

from gateway.desk import inviting
from gateway.desk.inviting import GuestInvite, Post, StaffInvite
from gateway.rules.access import Actor
from gateway.store import idempotency
from gateway.store.idempotency import Claim
from gateway.store.session import reading, transaction
from webui.office import office


def invite(by: Actor, wanted: StaffInvite | GuestInvite, held: Claim | None = None) -> str:
    """Invite somebody; the invitation's public id. Errors as for `desk.inviting`.

    `held` is the key by which the same request again makes nothing new.
    """
    now = office().clock.now()
    with reading() as db:
        letter = inviting.write(db, by, wanted, post=_post(), now=now)
    with transaction() as db:
        public_id = inviting.send(db, by, letter, now=now)
        idempotency.complete(db, held, public_id)
        return public_id


def invite_again(by: Actor, public_id: str, held: Claim | None = None) -> None:
    """Mail another link; that of before is dead."""
    now = office().clock.now()
    with reading() as db:
        letter = inviting.write_again(db, by, public_id, post=_post(), now=now)
    with transaction() as db:
        inviting.send_again(db, by, public_id, letter, now=now)
        idempotency.complete(db, held, public_id, status=200)


def _post() -> Post:
    here = office()
    return Post(here.settings.effective_base_url, here.settings.mail_domain, here.blobs, here.settings.key())
