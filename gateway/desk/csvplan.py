"""What the lines of a file would change about customers and contacts: found out without changing anything.

A line names a customer, a person, or both. Blank cells change nothing, nothing is ever taken away, and a
line that is there already changes nothing: so a file can be imported again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.desk import contacts, customers, groups
from gateway.errors import Conflict, DeskError, Invalid
from gateway.rules import csvtable
from gateway.rules.csvtable import Column, Line
from gateway.store.groups import name_key
from gateway.store.queries.directory import Entry

_SEPARATORS = re.compile(r"[\s,;|]+")


@dataclass(slots=True)
class Company:
    """A customer as it will be; without a public id until it is made."""

    public_id: str
    name: str
    domains: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    note: str = ""


@dataclass(slots=True)
class Human:
    """A contact as it will be; without a public id until it is made."""

    public_id: str
    name: str
    addresses: set[str]
    note: str
    company: Company | None


@dataclass(slots=True)
class Change:
    """What one line changes; None stands for what stays as it is."""

    company: Company | None = None
    makes_company: bool = False
    company_name: str | None = None
    domains: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    company_note: str | None = None
    human: Human | None = None
    makes_human: bool = False
    name: str | None = None
    addresses: tuple[str, ...] = ()
    note: str | None = None
    moves_to: Company | None = None

    @property
    def makes(self) -> bool:
        """Whether something new comes to be."""
        return self.makes_company or self.makes_human

    @property
    def is_empty(self) -> bool:
        """Whether all is there already."""
        kept = (self.company_name, self.domains, self.company_note, self.name, self.note, self.moves_to)
        return not (self.makes or self.groups or self.addresses) and all(one is None for one in kept)


@dataclass(slots=True)
class Planned:
    """A line, whom it is about, and what it changes or why it cannot."""

    number: int
    subject: str
    change: Change | None
    error: DeskError | None = None


class Plan:
    """Compares lines with all that is there, each with what the lines before will have made."""

    def __init__(self, entries: Iterable[Entry], known_groups: Mapping[str, str]) -> None:
        self._by_id: dict[str, Company] = {}
        self._by_name: dict[str, list[Company]] = defaultdict(list)
        self._by_domain: dict[str, Company] = {}
        self._humans: dict[str, Human] = {}
        self._groups = {name_key(name) for name in known_groups}
        for entry in entries:
            self._know(entry)

    def add(self, line: Line) -> Planned:
        """What the line changes."""
        cells = {column: text.strip() for column, text in line.cells.items()}
        cells[Column.GROUPS] = line.cells.get(Column.GROUPS, "")  # its line's end may tell how it is split
        about = cells.get(Column.CUSTOMER, ""), cells.get(Column.NAME) or cells.get(Column.ADDRESSES, "")
        subject = " · ".join(" ".join(one.split())[:100] for one in about if one)
        try:
            if line.is_too_long:
                raise Invalid("This line has more cells than there are columns.")
            return Planned(line.number, subject, self._change(cells))
        except DeskError as error:
            return Planned(line.number, subject, None, error)

    def _know(self, entry: Entry) -> None:
        company = None
        if entry.public_id:
            keys = {name_key(name) for name in entry.groups}
            company = Company(entry.public_id, entry.name, set(entry.domains), keys, entry.note)
            self._keep(company)
        for person in entry.people:
            human = Human(person.public_id, person.name, set(person.addresses), person.note, company)
            self._humans.update(dict.fromkeys(human.addresses, human))

    def _keep(self, company: Company) -> None:
        if company.public_id:
            self._by_id[company.public_id] = company
        self._by_name[name_key(company.name)].append(company)
        self._by_domain.update(dict.fromkeys(company.domains, company))

    def _change(self, cells: Mapping[Column, str]) -> Change:
        """All is checked before anything is remembered: a line that cannot be taken leaves no trace."""
        change = Change()
        if not (cells.get(Column.CUSTOMER) or cells.get(Column.CUSTOMER_ID) or cells.get(Column.ADDRESSES)):
            raise Invalid("A line needs a customer or an address.")
        company = self._company(cells, change)
        human = self._human(cells, change)
        if company is not None:
            self._settle_company(company, change)
        if human is not None:
            self._settle_human(human, company, change)
        return change

    def _company(self, cells: Mapping[Column, str], change: Change) -> Company | None:
        public_id, name = cells.get(Column.CUSTOMER_ID, ""), cells.get(Column.CUSTOMER, "")
        if not (public_id or name):
            if cells.get(Column.DOMAINS) or cells[Column.GROUPS].strip() or cells.get(Column.CUSTOMER_NOTE):
                raise Invalid("Domains, groups and their note need a customer.")
            return None
        wanted = customers.checked_name(name) if name else None
        company = self._find_company(public_id, wanted)
        change.makes_company = company is None
        company = company or Company("", wanted or "")
        change.company = company
        if wanted is not None and wanted != company.name and public_id:
            change.company_name = wanted
        self._domains(cells.get(Column.DOMAINS, ""), company, change)
        self._group_names(cells.get(Column.GROUPS, ""), company, change)
        note = customers.checked_note(cells.get(Column.CUSTOMER_NOTE, ""))
        change.company_note = note if note and note != company.note else None
        return company

    def _find_company(self, public_id: str, name: str | None) -> Company | None:
        if public_id:
            if public_id not in self._by_id:
                raise Invalid("There is no such customer.")
            return self._by_id[public_id]
        named = self._by_name.get(name_key(name or ""), [])
        if len(named) > 1:
            raise Conflict("Several customers have this name: name one by its id.")
        return named[0] if named else None

    def _domains(self, cell: str, company: Company, change: Change) -> None:
        wanted = {customers.checked_domain(one) for one in _SEPARATORS.split(cell) if one}
        if any(self._by_domain.get(one, company) is not company for one in wanted):
            raise Conflict("One of these domains belongs to another customer.")
        if wanted - company.domains:
            change.domains = tuple(sorted(company.domains | wanted))
            if len(change.domains) > customers.MAX_DOMAINS:
                raise Invalid("A customer has at most 100 domains.")

    def _group_names(self, cell: str, company: Company, change: Change) -> None:
        wanted = {name_key(name): name for name in map(groups.checked_name, csvtable.split(cell))}
        change.groups = tuple(name for key, name in wanted.items() if key not in company.groups)
        if len(self._groups | wanted.keys()) > groups.MAX_GROUPS:
            raise Conflict("An account has at most 500 groups.")

    def _human(self, cells: Mapping[Column, str], change: Change) -> Human | None:
        addresses = [
            contacts.checked_address(one) for one in _SEPARATORS.split(cells.get(Column.ADDRESSES, "")) if one
        ]
        name = contacts.checked_name(cells.get(Column.NAME, ""))
        note = customers.checked_note(cells.get(Column.NOTE, ""))
        if not addresses:
            if name or note:
                raise Invalid("A person needs an address.")
            return None
        found = {id(human): human for one in addresses if (human := self._humans.get(one))}
        if len(found) > 1:
            raise Conflict("These addresses belong to several contacts: merge them first.")
        human = next(iter(found.values()), None)
        change.makes_human = human is None
        human = human or Human("", name, set(), "", None)
        change.human = human
        change.addresses = tuple(one for one in dict.fromkeys(addresses) if one not in human.addresses)
        if len(human.addresses) + len(change.addresses) > contacts.MAX_ADDRESSES:
            raise Invalid("A contact has at most 50 addresses.")
        change.name = name if name and (name != human.name or change.makes_human) else None
        change.note = note if note and note != human.note else None
        if change.company is not None and change.company is not human.company:
            change.moves_to = change.company
        return human

    def _settle_company(self, company: Company, change: Change) -> None:
        if change.company_name is not None:
            self._by_name[name_key(company.name)].remove(company)
            self._by_name[name_key(change.company_name)].append(company)
            company.name = change.company_name
        company.domains.update(change.domains or ())
        keys = {name_key(name) for name in change.groups}
        company.groups |= keys
        self._groups |= keys
        company.note = company.note if change.company_note is None else change.company_note
        if change.makes_company:
            self._keep(company)
        self._by_domain.update(dict.fromkeys(company.domains, company))

    def _settle_human(self, human: Human, company: Company | None, change: Change) -> None:
        human.addresses.update(change.addresses)
        self._humans.update(dict.fromkeys(human.addresses, human))
        human.name = human.name if change.name is None else change.name
        human.note = human.note if change.note is None else change.note
        human.company = company or human.company
