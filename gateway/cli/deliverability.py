"""`manage4all mailbox test`: whether a mailbox's mail comes in, goes out and arrives."""

import time
from functools import partial
from typing import Any

import click

from gateway import clock
from gateway.cli.connecting import account_option, find_mailbox, mailbox_option
from gateway.cli.opening import open_desk
from gateway.cli.output import answer, json_option
from gateway.clock import SystemClock
from gateway.desk import deliverability, imapsources
from gateway.desk.deliverability import Looked, Task
from gateway.desk.deliverabilitywords import check_name, words_of
from gateway.i18n import LOCALES, speaking
from gateway.rules.access import Actor
from gateway.rules.deliverability import State
from gateway.settings import Settings
from gateway.store import imap
from gateway.store.imap import LeasedSource
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from gateway.store.troublewords import words_for

_LOOK_SECONDS = 0.5


@click.command()
@account_option
@mailbox_option
@click.option(
    "--wait",
    type=click.IntRange(0, 600),
    default=60,
    show_default=True,
    help="Seconds that the test mail has to come back.",
)
@click.option("--locale", type=click.Choice(LOCALES), default="en", help="Language of the words.")
@json_option
def test(account_id: str, address: str, wait: int, locale: str, as_json: bool) -> int:  # noqa: FBT001
    """Check whether a mailbox's mail arrives, and say what to change; status 1 if something fails.

    Signs in for incoming mail (where IMAP is used) and at the outgoing server, sends a mail to the mailbox
    itself and waits for it, and looks at TLS, SPF, DKIM, DMARC and the sending host's name. Once a minute.
    """
    settings = open_desk()
    by, mailbox_id = find_mailbox(settings, account_id, address)
    with transaction() as db:
        task = deliverability.begin(
            db,
            by,
            mailbox_id,
            seal=Seal(settings.key()),
            mail_domain=settings.mail_domain,
            now=clock.now(),
        )
    with speaking(locale):
        incoming = _incoming(settings, by, mailbox_id)
        checks = [*incoming.pop("checks"), *_outgoing(settings, by, mailbox_id, task, wait)]
    is_ok = all(check["state"] != State.FAIL for check in checks)
    if as_json:
        answer({"ok": is_ok, **incoming, "checks": checks}, as_json=True)
    else:
        for check in checks:
            click.echo(f"{check['state']:<5} {check['title']}: {check['words']}")
    return int(not is_ok)


def _outgoing(settings: Settings, by: Actor, mailbox_id: str, task: Task, wait: int) -> list[dict[str, str]]:
    from gateway.inbound.authentication.standing import look_up
    from gateway.outbound.probing import find_facts

    facts = find_facts(task, settings, look_up=partial(look_up, settings.dns_servers))
    with transaction() as db:
        deliverability.note(db, by, task, facts)
    looked = _wait(by, mailbox_id, clock.monotonic() + wait)
    if looked is None or looked.facts is None:
        return []
    return [
        _check(
            finding.check,
            finding.state,
            words_of(finding, looked.facts, mail_domain=settings.mail_domain, domain=task.author),
        )
        for finding in looked.findings(now=clock.now())
    ]


def _wait(by: Actor, mailbox_id: str, until: float) -> Looked | None:
    while True:
        with reading() as db:
            looked = deliverability.find_looked(db, by, mailbox_id)
        is_away = looked is not None and looked.is_away(now=clock.now())
        if not is_away or clock.monotonic() >= until:
            return looked
        time.sleep(_LOOK_SECONDS)


def _incoming(settings: Settings, by: Actor, mailbox_id: str) -> dict[str, Any]:
    with reading() as db:
        view = imapsources.find_view(db, by, mailbox_id)
        source = imap.find_source(db, view.public_id) if view else None
    if view is None or source is None:
        return {"imap": "none", "checks": []}
    return {"imap": view.state.value, **_try(settings, source)}


def _try(settings: Settings, source: LeasedSource) -> dict[str, Any]:
    from gateway.desk.servers.faults import ServerFault
    from gateway.desk.servers.reach import reach_of
    from gateway.inbound.imap.trying import try_source

    try:
        seen = try_source(source, seal=Seal(settings.key()), reach=reach_of(settings), clock=SystemClock())
    except ServerFault as fault:
        words = words_for(fault.noted)
        return {"error": fault.trouble.value, "checks": [_check("imap", State.FAIL, words)]}
    folders = ", ".join(f"{name}: {mails}" for name, mails in seen.folders)
    words = f"{source.host}: {folders}"
    checks = [_check("imap", State.OK, words)]
    return {"folders": dict(seen.folders), "idle": seen.can_idle, "checks": checks}


def _check(name: str, state: State, words: str) -> dict[str, str]:
    return {"name": name, "title": check_name(name), "state": state.value, "words": words}
