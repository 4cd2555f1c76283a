"""Carrying out what the lines of a file change; a line that cannot be done leaves nothing behind."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.desk import contacts, customers, groups
from gateway.desk.csvplan import Change, Company, Planned
from gateway.errors import Conflict, DeskError
from gateway.rules.access import Actor, Permission, require
from gateway.store.groups import name_key
from gateway.store.queries.directory import groups_by_name


def carry_out(db: Session, by: Actor, planned: Sequence[Planned], *, now: datetime) -> None:
    """Do what these lines change; one that cannot be done, as somebody was faster, gets its error."""
    require(by, Permission.EDIT_CUSTOMERS)
    known = _groups(db, by)
    for line in planned:
        if line.change is None or line.change.is_empty:
            continue
        try:
            with db.begin_nested():
                _company(db, by, line.change, known, now)
                _human(db, by, line.change, now)
        except DeskError as error:
            line.error = error
            _forget(line.change)
            known = _groups(db, by)


def _groups(db: Session, by: Actor) -> dict[str, str]:
    return {name_key(name): public_id for name, public_id in groups_by_name(db, by.account_id).items()}


def _forget(change: Change) -> None:
    """What this line had made is not there after all; lines that build on it will say so."""
    if change.company is not None and change.makes_company:
        change.company.public_id = ""
    if change.human is not None and change.makes_human:
        change.human.public_id = ""


def _company(db: Session, by: Actor, change: Change, known: dict[str, str], now: datetime) -> None:
    company = change.company
    if company is None:
        return
    if change.makes_company:
        name, note = company.name, change.company_note or ""
        made = customers.create(db, by, name=name, domains=change.domains or (), note=note, now=now)
        company.public_id = made
    elif any(one is not None for one in (change.company_name, change.domains, change.company_note)):
        customers.change(
            db,
            by,
            _made(company),
            name=change.company_name,
            domains=change.domains,
            note=change.company_note,
        )
    for name in change.groups:
        group = known.get(name_key(name)) or groups.create(db, by, name=name, now=now)
        known[name_key(name)] = group
        groups.put_in(db, by, group, customer=_made(company))


def _human(db: Session, by: Actor, change: Change, now: datetime) -> None:
    human = change.human
    if human is None:
        return
    customer = _made(change.moves_to) if change.moves_to else None
    if change.makes_human:
        name = change.name or ""
        human.public_id = contacts.create(
            db, by, name=name, addresses=change.addresses, customer=customer, now=now
        )
        if change.note is not None:
            contacts.change(db, by, human.public_id, note=change.note)
        return
    if not human.public_id:
        raise _missing()
    if change.name is not None or change.note is not None:
        contacts.change(db, by, human.public_id, name=change.name, note=change.note)
    for address in change.addresses:
        contacts.add_address(db, by, human.public_id, address)
    if customer is not None:
        contacts.move(db, by, human.public_id, customer=customer, now=now)


def _made(company: Company) -> str:
    if not company.public_id:
        raise _missing()
    return company.public_id


def _missing() -> Conflict:
    return Conflict("What this line builds on could not be made.")
