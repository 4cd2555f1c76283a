"""What people send from the customers' pages, read and limited."""

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

_MAX_CHARS = 1000
_MAX_DOMAINS_CHARS = 26_000  # a hundred domains of the longest kind


@dataclass(frozen=True, slots=True)
class CustomerForm:
    """A customer's name and its domains as typed."""

    name: str
    domains: str

    @property
    def domain_list(self) -> tuple[str, ...]:
        """The domains one by one; commas, blanks and lines separate."""
        return tuple(filter(None, re.split(r"[\s,;]+", self.domains)))


@dataclass(frozen=True, slots=True)
class ContactForm:
    """A person and an address."""

    name: str
    address: str


def read_customer(form: MultiDict[str, str]) -> CustomerForm:
    """What was typed about a customer."""
    return CustomerForm(form.get("name", "")[:_MAX_CHARS], form.get("domains", "")[:_MAX_DOMAINS_CHARS])


def read_contact(form: MultiDict[str, str]) -> ContactForm:
    """What was typed about a person."""
    return ContactForm(form.get("name", "")[:_MAX_CHARS], form.get("address", "")[:_MAX_CHARS])
