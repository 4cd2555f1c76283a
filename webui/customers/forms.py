"""What people send from the customers' pages, read and limited."""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway.desk.customers import MAX_NOTE_CHARS

_MAX_CHARS = 1000
_MAX_DOMAINS_CHARS = 26_000  # a hundred domains of the longest kind
_MAX_QUERY_CHARS = 200


@dataclass(frozen=True, slots=True)
class CustomerForm:
    """A customer's name and its domains as typed."""

    name: str
    domains: str
    note: str = ""

    @property
    def domain_list(self) -> tuple[str, ...]:
        """The domains one by one; commas, blanks and lines separate."""
        return tuple(filter(None, re.split(r"[\s,;]+", self.domains)))


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A person and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person's name, and what is noted about them."""

    name: str
    note: str


def read_customer(form: MultiDict[str, str]) -> CustomerForm:
    """What was typed about a customer."""
    name, domains = form.get("name", "")[:_MAX_CHARS], form.get("domains", "")[:_MAX_DOMAINS_CHARS]
    return CustomerForm(name, domains, _note(form))


def read_contact(form: MultiDict[str, str]) -> ContactForm:
    """What was typed about a person."""
    return ContactForm(form.get("name", "")[:_MAX_CHARS], form.get("address", "")[:_MAX_CHARS])


def read_person(form: MultiDict[str, str]) -> PersonForm:
    """What was typed about somebody who is known."""
    return PersonForm(form.get("name", "")[:_MAX_CHARS], _note(form))


def read_search(args: MultiDict[str, str], key: str = "find") -> str:
    """The words to look for."""
    return args.get(key, "").strip()[:_MAX_QUERY_CHARS]


def _note(form: MultiDict[str, str]) -> str:
    return form.get("note", "").replace("\r\n", "\n")[: MAX_NOTE_CHARS + 1]
