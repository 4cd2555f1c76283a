"""Connecting the first mailbox: tried before anything is kept, beside the pages."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from gateway.desk import guidedstart, imapsources, mailboxes, smtpaccounts
from gateway.desk.imapsources import Connection
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.login import Login, checked
from gateway.desk.servers.reach import Reach, reach_of
from gateway.desk.smtpaccounts import Outgoing
from gateway.errors import DeskError
from gateway.i18n import _
from gateway.rules.access import Actor
from gateway.store.session import transaction
from gateway.store.troublewords import words_for
from webui import complaints
from webui.bridge import Told
from webui.office import Office

PATIENCE_SECONDS = 15.0
_IMAP, _SMTP, _DESK = "imap", "smtp", "desk"
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Plan:
    """A mailbox that is to be connected; the logins hold the sealed password, `secret` is the same, open."""

    address: str
    name: str
    locale: str
    incoming: Connection
    sending: Outgoing | None
    secret: str = field(repr=False)


def check(plan: Plan) -> None:
    """What can be known without asking anybody; Invalid names the field at fault."""
    checked(plan.incoming, None)
    if plan.sending is not None:
        checked(plan.sending, None)


def work(by: Actor, plan: Plan, here: Office, onward: str) -> Told:
    """Sign in at both servers; keep the mailbox with its accounts if that went well, else what was wrong."""
    trouble = _trouble(plan, here)
    if trouble is None:
        trouble = _keep(by, plan, here)
    if trouble is not None:
        with transaction() as db:
            guidedstart.note_trouble(db, by, trouble, now=here.clock.now())
    return Told("303 See Other", [("Location", onward)])


def in_words(trouble: str) -> str:
    """What was wrong, in the language of the moment; "" for nothing."""
    where, _between, said = trouble.partition(_BETWEEN)
    match where:
        case "imap":
            return _("Incoming mail: %(what)s") % {"what": words_for(said)}
        case "smtp":
            return _("Outgoing mail: %(what)s") % {"what": words_for(said)}
        case _:
            return complaints.in_words(DeskError(said)) if said else ""


def _trouble(plan: Plan, here: Office) -> str | None:
    tries: list[tuple[str, Callable[[], object]]] = [(_IMAP, partial(_try_imap, plan, _reach(here)))]
    if plan.sending is not None:
        tries.append((_SMTP, partial(_try_smtp, plan.sending, plan.secret, here)))
    for where, attempt in tries:
        try:
            attempt()
        except ServerFault as fault:
            return f"{where}{_BETWEEN}{fault.noted}"
    return None


def _reach(here: Office) -> Reach:
    """Somebody waits: less long than those who fetch by themselves."""
    return replace(reach_of(here.settings), connect_seconds=PATIENCE_SECONDS, read_seconds=PATIENCE_SECONDS)


def _try_imap(plan: Plan, reach: Reach) -> None:
    from gateway.inbound.imap.session import Access  # with IMAP and TLS, which no other page needs
    from gateway.inbound.imap.trying import try_access

    login = plan.incoming
    access = Access(login.host, login.port, login.security, login.auth, login.username, plan.secret)
    try_access(access, login.folders, reach)


def _try_smtp(login: Login, secret: str, here: Office) -> None:
    from gateway.outbound.trying import try_login

    try_login(login, secret, reach=_reach(here), ehlo_name=here.settings.greeting)


def _keep(by: Actor, plan: Plan, here: Office) -> str | None:
    """Everything or nothing; what the desk has against it."""
    now, mail_domain = here.clock.now(), here.settings.mail_domain
    try:
        with transaction() as db:
            mine = mailboxes.list_mailboxes(db, by.account_id, mail_domain=mail_domain)
            box = next((box for box in mine if box.address == plan.address), None) or mailboxes.add(
                db,
                by.account_id,
                plan.address,
                name=plan.name,
                locale=plan.locale,
                mail_domain=mail_domain,
                now=now,
                by=by,
            )
            imapsources.connect(db, by, box.public_id, plan.incoming, now=now)
            if plan.sending is not None:
                smtpaccounts.save(db, by, box.public_id, plan.sending, now=now)
            guidedstart.choose_mailbox(db, by, box.public_id, now=now)
    except DeskError as error:
        return f"{_DESK}{_BETWEEN}{error.public}"
    return None
