"""Installed systems of the pages' cast, whose ticket 1 becomes that of a customer."""

from collections.abc import Iterable

from gateway import clock
from gateway.desk import customers, systems
from gateway.settings import Settings
from gateway.store import session
from gateway.store.queries.systems import SystemView
from tests.systems import come as come_at
from tests.systems import keys
from tests.webui.cast import Business


def customer_of(ours: Business, name: str = "Example Inc") -> str:
    """A customer to whom Ann belongs, who wrote ticket 1; its public id."""
    now = clock.now()
    with session.transaction() as db:
        made = customers.create(db, ours.actor, name=name, now=now)
        customers.add_contact(db, ours.actor, made, name="Ann", address="ann@customer.example", now=now)
    return made


def install(ours: Business, settings: Settings, customer: str, name: str = "Server 01") -> SystemView:
    """A system of the customer that was never online."""
    now, key = clock.now(), settings.key()
    with session.transaction() as db:
        code = systems.make_code(db, ours.actor, customer, key=key, now=now).code
        made = systems.enrol(db, keys().enrolment(code, name, "Debian 12"), key=key, now=now)
        return systems.get(db, ours.actor, made.public_id)


def come(system: SystemView, *, unattended: Iterable[str] = ()) -> None:
    """It is online now."""
    come_at(system, unattended=unattended, now=clock.now())
