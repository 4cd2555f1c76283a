"""What `serve --demo` adds: a sample account with conversations, and a postbox in which its mail ends."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from gateway import clock
from gateway.cli.parts import Part, Stage, greets
from gateway.cli.postbox import open_socket
from gateway.cli.samples import english, german, people
from gateway.cli.samples.seeding import DueMail, Storyteller
from gateway.desk import customers, mailboxes, notifications, passwords, signin
from gateway.desk import people as accounts
from gateway.desk.notifications import Choices
from gateway.errors import Conflict, NotFound
from gateway.rules.access import Actor, Role
from gateway.settings import Settings
from gateway.store import session
from gateway.store.session import reading, transaction

LOGIN = "demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's side of a `serve`: its settings, what it runs beside the rest, how to sign in."""

    settings: Settings
    listener: socket.socket
    password: str

    @property
    def part(self) -> Part:
        """The process that keeps the outgoing mail."""
        fd = self.listener.fileno()
        ready = partial(greets, *self.listener.getsockname()[:2])
        return Part("postbox", ("postbox", "--fd", str(fd)), 1, ready, Stage.QUEUE, (fd,))

    @property
    def welcome(self) -> str:
        """The lines that tell a visitor how to begin."""
        return (
            f"  Sign in as {LOGIN} with the password {self.password}\n"
            f"  The customer's mailbox: {self.settings.effective_base_url}/demo/mailbox\n"
        )


def prepare(settings: Settings) -> Demo:
    """Have the sample account in place, made at the first start, and a postbox to send to.

    Without an outgoing server of the operator's the postbox is it. Raises Conflict when somebody else's
    account is called `demo`.
    """
    password = _make_account(settings)
    listener = open_socket(settings)
    prepared = settings.with_values(demo=True, postbox_port=listener.getsockname()[1])
    if not prepared.relay_url.get_secret_value():
        prepared = prepared.with_values(relay_url=prepared.postbox_url)
    return Demo(prepared, listener, password)


def _make_account(settings: Settings) -> str:
    """The sample account's password; a start that broke off half-way is not taken up again."""
    due = DueMail()
    session.configure(settings.effective_database_url, wake=due.wake)
    kept = settings.demo_dir / "password"
    password = kept.read_text("utf-8").strip() if kept.exists() else ""
    if _exists():
        if not password:
            raise Conflict(
                f"An account of your own is called {LOGIN}; the demo needs another data directory."
            )
        return password
    if not password:
        password = _keep_password(settings)
    now = clock.now()
    staff = _open_business(settings, passwords.hash_password(password), now)
    Storyteller(settings, staff, due, now=now).tell((*german.THREADS, *english.THREADS))
    return password


def _exists() -> bool:
    with reading() as db:
        try:
            accounts.get_account(db, LOGIN)
        except NotFound:
            return False
    return True


def _keep_password(settings: Settings) -> str:
    """A new password, readable by the operator alone."""
    settings.demo_dir.mkdir(parents=True, exist_ok=True)
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    fd = os.open(settings.demo_dir / "password", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(password)
    return password


def _open_business(settings: Settings, password_hash: str, now: datetime) -> Actor:
    """The account with its mailboxes, customers and contacts; who acts in it."""
    with transaction() as db:
        made = accounts.create_account(
            db,
            login=LOGIN,
            email=people.OWNER_EMAIL,
            name=people.BUSINESS,
            password_hash=password_hash,
            now=now,
        )
        for desk in people.DESKS:
            mailboxes.add(
                db,
                made.id,
                desk.address.address,
                name=people.BUSINESS,
                locale=desk.locale,
                mail_domain=settings.mail_domain,
                now=now,
            )
        db.flush()
        owner = signin.find_credentials(db, LOGIN)
        if owner is None:
            raise NotFound(detail="the owner just made")
        staff = Actor(made.id, Role.OWNER, owner.staff_id, LOGIN)
        _add_customers(db, staff, now)
        notifications.choose(db, staff, Choices(mail=frozenset()))  # nobody reads the sample owner's mail
    return staff


def _add_customers(db: Session, staff: Actor, now: datetime) -> None:
    for company in people.COMPANIES:
        public_id = customers.create(db, staff, name=company.name, domains=company.domains, now=now)
        for person in people.PEOPLE:
            if person.company == company.name:
                customers.add_contact(db, staff, public_id, name=person.name, address=person.email, now=now)
