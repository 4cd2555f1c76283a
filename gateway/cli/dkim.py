"""`manage4all mailbox dkim`: the key that signs a mailbox's mail, and its record for the DNS."""

from typing import Any

import click

from gateway import clock
from gateway.cli.connecting import account_option, find_mailbox, mailbox_option
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option
from gateway.desk import dkimkeys
from gateway.desk.dkimkeys import DkimView
from gateway.errors import Invalid, NotFound
from gateway.mail.dkimsigning import Seen
from gateway.rules.access import Actor
from gateway.settings import Settings
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction

_WORDS = {
    None: "Enter this TXT record in the DNS of the domain, then look for it with --check.",
    Seen.SHOWN: "The DNS shows the record: mail of this domain is signed.",
    Seen.MISSING: "The DNS does not show the record yet, so nothing is signed with this key.",
    Seen.OTHER: "The DNS shows another record, or more than one, so nothing is signed with this key.",
    Seen.UNKNOWN: "The DNS gave no answer. Try again in a while.",
}


@click.command()
@account_option
@mailbox_option
@click.option("--check", is_flag=True, help="Look whether the DNS shows the record; then the key signs.")
@click.option("--replace", is_flag=True, help="Make a new key; the old one signs until the new one can.")
@click.option("--remove", is_flag=True, help="Forget the keys: mail of the domain is not signed any more.")
@json_option
def dkim(
    account_id: str,
    address: str,
    check: bool,  # noqa: FBT001
    replace: bool,  # noqa: FBT001
    remove: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Sign the mail of a mailbox's domain (DKIM): make the key, and print its record for the DNS.

    The key is made at the first call and signs once --check has seen its record. All mailboxes of the account
    in the same domain share it.
    """
    if check + replace + remove > 1:
        raise Invalid("--check, --replace and --remove go one at a time.")
    settings = open_desk()
    by, mailbox_id = find_mailbox(settings, account_id, address)
    if remove:
        with transaction() as db:
            dkimkeys.remove(db, by, mailbox_id, now=clock.now())
        answer({"state": "none"}, as_json=as_json)
        return
    with reading() as db:
        known = dkimkeys.list_keys(db, by, mailbox_id)
    if check:
        _look(settings, by, mailbox_id, known)
    elif replace or not known:
        _make(settings, by, mailbox_id)
    with reading() as db:
        found = dkimkeys.list_keys(db, by, mailbox_id)
    answer(_shown(found), as_json=as_json)


def _make(settings: Settings, by: Actor, mailbox_id: str) -> None:
    fresh = dkimkeys.generate(Seal(settings.key()))
    with transaction() as db:
        dkimkeys.make(db, by, mailbox_id, fresh, now=clock.now())


def _look(settings: Settings, by: Actor, mailbox_id: str, known: tuple[DkimView, ...]) -> None:
    from gateway.inbound.authentication.published import look_for_keys

    if not known:
        raise NotFound("There is no key yet.")
    seen = look_for_keys(settings.dns_servers, known)
    with transaction() as db:
        dkimkeys.note_look(db, by, mailbox_id, seen, now=clock.now())


def _shown(keys: tuple[DkimView, ...]) -> dict[str, Any]:
    newest = keys[0]
    return {
        "state": "active" if newest.is_active else "waiting",
        "domain": newest.domain,
        "selector": newest.selector,
        "type": "TXT",
        "name": newest.name,
        "value": newest.value,
        "seen": newest.seen.value if newest.seen else "",
        "signs": next((key.selector for key in keys if key.is_active), ""),
        "words": _WORDS[newest.seen],
    }
