"""What is kept, in the words that every column of the models carries: how near, why, about whom, how long.

From these the inventory is generated; `gateway.desk.inventorywords` says them to people.
"""

from enum import StrEnum


class Privacy(StrEnum):
    """How near to a person the content of a column is."""

    TECHNICAL = "technical"
    PERSONAL = "personal"
    CONTENT = "content"
    SECRET = "secret"


class Purpose(StrEnum):
    """Why a column is there. What is near to a person is never there for RUNNING alone."""

    RUNNING = "running"
    REQUESTS = "requests"
    PEOPLE = "people"
    SEARCH = "search"
    SENDING = "sending"
    FETCHING = "fetching"
    TEAMWORK = "teamwork"
    OWN_WORK = "own_work"
    TELLING = "telling"
    REMOTE = "remote"
    WAY_IN = "way_in"
    RIGHTS = "rights"
    PROTECTION = "protection"
    PROOF = "proof"
    REPORTS = "reports"
    SETTINGS = "settings"
    TAKING_ALONG = "taking_along"
    ERASING = "erasing"


class Whom(StrEnum):
    """Whom a table is about; PEOPLE are staff and guests alike."""

    CUSTOMERS = "customers"
    STAFF = "staff"
    GUESTS = "guests"
    PEOPLE = "people"
    TECHNICAL = "technical"


class Lasts(StrEnum):
    """How long a row stays. With what it belongs to it always goes, with the account at the latest."""

    ACCOUNT = "account"
    DELETED = "deleted"
    TICKET = "ticket"
    PERSON = "person"
    MAILBOX = "mailbox"
    SENT = "sent"
    DONE = "done"
    EXPIRES = "expires"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    UNDO = "undo"
    HOURS = "hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    INSTALLATION = "installation"
