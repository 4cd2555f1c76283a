"""Which addresses are the desk's own, so that it neither answers itself nor takes itself for a person."""

from collections.abc import Set as AbstractSet

from gateway.mail.address import Address
from gateway.mail.message import ParsedMail
from gateway.mail.tokens import read_local


def is_ours(who: Address, own: AbstractSet[str]) -> bool:
    """Whether mail to this address comes back to the desk.

    `own` holds the mailboxes' addresses and the local parts of their forwarding addresses; those of reply and
    bounce addresses are known by their form.
    """
    local = who.key.rpartition("@")[0]
    return who.key in own or local in own or read_local(local) is not None


def answer_addresses(mail: ParsedMail) -> tuple[Address, ...]:
    """Where a mail wants its answers, apart from its From: Reply-To, but never a mailing list.

    Some lists put themselves there, and an answer meant for one person would go to all of them.
    """
    a_list = mail.headers_of_interest.list_post.casefold()
    return tuple(who for who in mail.reply_to if who.key != a_list)
