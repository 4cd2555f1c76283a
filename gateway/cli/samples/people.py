"""The cast of the sample account. Every address is at a domain that is reserved for examples (RFC 2606)."""

from dataclasses import dataclass

from gateway.mail.address import Address

BUSINESS = "Nordlicht IT-Service"
OWNER_EMAIL = "team@nordlicht-it.example"


@dataclass(frozen=True, slots=True)
class Desk:
    """A mailbox of the sample account, and the language it answers in."""

    address: Address
    locale: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer's employee, or somebody who writes for nobody we know (`company` "")."""

    name: str
    email: str
    company: str
    locale: str

    @property
    def address(self) -> Address:
        """As it stands in a header."""
        return Address(self.name, self.email)


@dataclass(frozen=True, slots=True)
class Company:
    """A customer of the sample account."""

    name: str
    domains: tuple[str, ...]


GERMAN_DESK = Desk(Address(BUSINESS, "support@nordlicht-it.example"), "de")
ENGLISH_DESK = Desk(Address(BUSINESS, "help@nordlicht-it.example"), "en")
DESKS = (GERMAN_DESK, ENGLISH_DESK)

COMPANIES = (
    Company("Kanzlei Brandt & Partner", ("kanzlei-brandt.example",)),
    Company("Bäckerei Holm GmbH", ("baeckerei-holm.example",)),
    Company("Hansen Logistik", ("hansen-logistik.example",)),
    Company("Praxis Dr. Yıldız", ("praxis-yildiz.example",)),
    Company("Fairweather Architects", ("fairweather-architects.example",)),
    Company("Millbrook Primary School", ("millbrook-school.example",)),
)

SABINE = Person("Sabine Brandt", "s.brandt@kanzlei-brandt.example", "Kanzlei Brandt & Partner", "de")
JONAS = Person("Jonas Reuter", "reuter@kanzlei-brandt.example", "Kanzlei Brandt & Partner", "de")
MEIKE = Person("Meike Holm", "meike.holm@baeckerei-holm.example", "Bäckerei Holm GmbH", "de")
LARS = Person("Lars Hansen", "l.hansen@hansen-logistik.example", "Hansen Logistik", "de")
PETRA = Person("Petra Voss", "p.voss@hansen-logistik.example", "Hansen Logistik", "de")
AYLIN = Person("Aylin Yıldız", "a.yildiz@praxis-yildiz.example", "Praxis Dr. Yıldız", "de")
OLIVIA = Person("Olivia Grant", "olivia.grant@fairweather-architects.example", "Fairweather Architects", "en")
TOM = Person("Tom Hale", "tom.hale@fairweather-architects.example", "Fairweather Architects", "en")
DANIEL = Person("Daniel Price", "d.price@millbrook-school.example", "Millbrook Primary School", "en")
KATRIN = Person("Katrin Engel", "katrin.engel@post.example", "", "de")
MARTEN = Person("Marten Claus", "m.claus@nordnetz.example", "", "de")
BACKUP = Person("Backup NAS-02", "nas02@kanzlei-brandt.example", "Kanzlei Brandt & Partner", "en")

PEOPLE = (SABINE, JONAS, MEIKE, LARS, PETRA, AYLIN, OLIVIA, TOM, DANIEL, KATRIN)
"""Whose mailboxes the demo offers to look into."""


def find_person(email: str) -> Person | None:
    """The one of the cast with this address."""
    return next((person for person in PEOPLE if person.email == email.strip().lower()), None)
