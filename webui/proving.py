"""Who is at the browser shows their own password (again); every try is counted before it is looked at."""

from gateway.desk import knocking, passwords, signin
from gateway.desk.knocking import Visitor
from gateway.errors import Invalid
from gateway.store.session import reading, transaction
from webui import callers, sessions
from webui.office import office


def knock(name: str) -> Visitor:
    """Count a try under this name; TooMany if it is not to be looked at."""
    visitor, here = Visitor(name, callers.address()), office()
    with transaction() as db:
        knocking.knock(db, visitor, key=here.settings.key(), now=here.clock.now())
    return visitor


def check_own(password: str, *, field: str) -> None:
    """Note that the person gave their password; Invalid if it is another, TooMany after too many."""
    visitor, here = knock(sessions.current().login), office()
    with reading() as db:
        password_hash = signin.own_password_hash(db, sessions.actor())
    if not passwords.check(password_hash, password):
        raise Invalid("This is not your password.", field=field)
    with transaction() as db:
        knocking.give_back(db, visitor, key=here.settings.key(), now=here.clock.now())
        knocking.pardon(db, visitor, key=here.settings.key())
        signin.note_proof(db, sessions.secret(), now=here.clock.now())
