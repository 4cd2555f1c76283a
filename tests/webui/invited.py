"""Invitations of the standing cast, as their pages make them."""

import re
from typing import Any

from gateway import clock
from gateway.desk import inviting
from gateway.desk.inviting import GuestInvite, Invited, Post, StaffInvite
from gateway.mail.parse import parse
from gateway.store import session
from gateway.store.filetypes import detect_type
from tests.webui.cast import Business

IDA, KIM = "ida@freelance.example", "kim@ours.example"


def invite(business: Business, wanted: StaffInvite | GuestInvite) -> tuple[str, str]:
    """Let the owner invite somebody; the invitation's public id, and the secret of its link."""
    now, by = clock.now(), business.actor
    post = Post("http://desk.localhost", "desk.localhost", business.blobs, b"key")
    with session.reading() as db:
        letter = inviting.write(db, by, wanted, post=post, now=now)
    with session.transaction() as db:
        public_id = inviting.send(db, by, letter, now=now)
    text = parse(business.blobs.read(letter.raw_sha256), detect_type=detect_type).text
    found = re.search(r"http://\S+/invitation#(\S+)", text)
    assert found is not None
    return public_id, found[1]


def guest(address: str = IDA, **values: Any) -> GuestInvite:
    """Ida, to ticket 1 unless it says otherwise."""
    return GuestInvite(Invited(address, "Ida", "Inger"), **({"ticket": 1} | values))


def staff(address: str = KIM, **values: Any) -> StaffInvite:
    """Kim, who is to see everything unless it says otherwise."""
    return StaffInvite(Invited(address, "Kim", "Klein"), **values)
