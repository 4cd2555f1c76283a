"""What is known of a person, as it is typed on several pages and sent by programs, and kept."""

from collections.abc import Callable, Mapping
from dataclasses import fields

from gateway.desk import emailchange, staff
from gateway.desk.mailedlinks import Reader
from gateway.desk.people import checked_email
from gateway.desk.staff import MAX_POSTAL_CHARS, Particulars
from gateway.rules.access import Actor
from gateway.store.queries.staff import StaffView, get_staff
from gateway.store.session import reading, transaction
from webui.office import office

_MAX_CHARS = 2 * MAX_POSTAL_CHARS
"""No more is read of a field than is needed to refuse it."""


def read(form: Mapping[str, str]) -> Particulars:
    """All that a form says of a person; whatever else is in it is not read."""
    return Particulars(**{one.name: form.get(one.name, "")[:_MAX_CHARS] for one in fields(Particulars)})


def of(person: StaffView) -> Particulars:
    """What is known now, to show it in a form."""
    return Particulars(**{one.name: getattr(person, one.name) for one in fields(Particulars)})


def keep(by: Actor, public_id: str, wanted: Particulars, *, also: Callable[..., None] | None = None) -> None:
    """Change what is known of a person; where their address changes, both addresses are written to.

    `also` does more in the same transaction, which it is given. Errors as those of `staff.edit`.
    """
    here = office()
    now, settings = here.clock.now(), here.settings
    with reading() as db:
        person = get_staff(db, by.account_id, public_id)
    letters = None
    if wanted.email is not None and (email := checked_email(wanted.email)) != person.email:
        letters = emailchange.write(
            _reader(by, person),
            email,
            was_confirmed=person.is_confirmed,
            base_url=settings.effective_base_url,
            blobs=here.blobs,
            mail_domain=settings.mail_domain,
            now=now,
        )
    with transaction() as db:
        staff.edit(db, by, public_id, wanted, letters=letters, now=now)
        if also is not None:
            also(db)


def _reader(by: Actor, person: StaffView) -> Reader:
    name = person.first_name
    return Reader(by.account_id, person.id, name, person.login, person.email, person.locale)
