"""Rows of an export on their way into this database: with keys of their own, and references that follow.

Everything is in one transaction of the caller's. References lead to rows of the same export and to nothing
else; secrets are not there, so what needs one is set up anew.
"""

import base64
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, Invalid
from gateway.ids import hash_secret, new_key, new_secret
from gateway.rules.exporting import VERSION
from gateway.store.deliveries import State as DeliveryState
from gateway.store.exported.reading import FILE
from gateway.store.exported.selection import WHOLE, is_secret
from gateway.store.models import Account, Mailbox, Staff, table
from gateway.store.types import MOST, UtcDateTime

DAMAGED = "This is no export of an account, or it is damaged."
NEWER = f"This export was made by a newer version: it has another format than {VERSION}."

_AT_ONCE = 500
_HASH = re.compile(r"[0-9a-f]{64}")
_OWED = frozenset({DeliveryState.QUEUED.value, DeliveryState.HELD.value, DeliveryState.DEFERRED.value})
_MOST_ALIKE = 1000

# Without a foreign key, because SQLite would have had to copy the tables for it.
_REFERENCES = {
    ("contact", "merged_into_id"): "contact",
    ("remote_session", "system_id"): "remote_system",
    ("staff", "stand_in_id"): "staff",
    ("ticket", "last_article_id"): "article",
    ("ticket", "merged_into_id"): "ticket",
}
_UP_TO = {("staff", "reads_from"): "article", ("ticket_seen", "article_id"): "article"}
"""Up to which row somebody has read, which is there or was."""

_LISTS = {
    ("contact_merge", "led"): "contact",
    ("contact_merge", "tickets"): "ticket",
    ("invitation", "groups"): "customer_group",
}
_FILLED: Mapping[str, Callable[[], dict[str, Any]]] = {
    "account": lambda: {"mail_key": new_key()},
    "staff": lambda: {"password_hash": ""},  # no password is right for it
    "imap_source": lambda: {"sealed_secret": "", "state": "paused"},
    "remote_session": lambda: {"token_hash": hash_secret(new_secret())},
}


class _Numbers:
    """Which key a row has here; `old` ones come in ascending order."""

    def __init__(self) -> None:
        self._old, self._new = array("q"), array("q")

    def add(self, old: Iterable[int], new: Iterable[int]) -> None:
        self._old.extend(old)
        self._new.extend(new)

    def find(self, old: int) -> int | None:
        place = bisect_right(self._old, old)
        return self._new[place - 1] if place and self._old[place - 1] == old else None

    def up_to(self, old: int) -> int:
        place = bisect_right(self._old, old)
        return self._new[place - 1] if place else min(old, 0)


class Arriving:
    """Takes the tables of a whole account, in the order of `WHOLE`."""

    def __init__(self, db: Session) -> None:
        self._db = db
        self._numbers: dict[str, _Numbers] = {}
        self._later: dict[tuple[str, str], tuple[array[int], array[int]]] = {}
        self.account_id = 0
        self.renamed: list[tuple[str, str]] = []
        """Logins that somebody here has already, and what they became."""

    def take(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert the rows of a table; how many.

        Invalid for what cannot be, Conflict for what is here already.
        """
        one = _TABLES[name]
        numbers, count, last = _Numbers(), 0, 0
        columns = _columns(one)
        ordered = iter(rows)
        while batch := list(islice(ordered, _AT_ONCE)):
            old = [_number(row.get("id")) for row in batch]
            if any(a >= b for a, b in zip([last, *old], old, strict=False)):
                raise Invalid(DAMAGED, detail=f"order of {name}")
            values = [self._values(one, columns, row) for row in batch]
            if any(one_row.keys() != values[0].keys() for one_row in values):
                raise Invalid(DAMAGED, detail=f"columns of {name}")
            statement = insert(one).returning(one.c.id, sort_by_parameter_order=True)
            new = list(self._db.execute(statement, values).scalars())
            numbers.add(old, new)
            self._note_later(name, columns, batch, new)
            count, last = count + len(batch), old[-1]
            if name == "account":
                self.account_id = new[0]
        self._numbers[name] = numbers
        if name == "account" and count != 1:
            raise Invalid(DAMAGED, detail="not one account")
        return count

    def settle(self) -> None:
        """Set the references to rows that came later."""
        for (name, column), (rows, targets) in self._later.items():
            one, numbers = _TABLES[name], self._numbers[_target(name, column) or ""]
            find = numbers.up_to if (name, column) in _UP_TO else numbers.find
            statement = update(one).where(one.c.id == bindparam("row")).values({column: bindparam("to")})
            found = ({"row": row, "to": find(old)} for row, old in zip(rows, targets, strict=True))
            known = (values for values in found if values["to"] is not None)
            while batch := list(islice(known, _AT_ONCE)):
                self._db.connection().execute(statement, batch)

    def _values(self, one: Table, columns: list[Column[Any]], row: Mapping[str, Any]) -> dict[str, Any]:
        values = _FILLED[one.name]() if one.name in _FILLED else {}
        for column in columns:
            if column.name == "account_id":
                values[column.name] = self.account_id
            elif column.name in row:
                values[column.name] = self._value(one.name, column, row[column.name])
        if one.name in _CHECKED:
            _CHECKED[one.name](self, values)
        return values

    def _value(self, name: str, column: Column[Any], value: Any) -> Any:
        target = _target(name, column.name)
        if target is not None and value is not None:
            return self._reference(name, column, target, _number(value))
        if (listed := _LISTS.get((name, column.name))) is not None:
            numbers = self._numbers[listed]
            return [new for old in _list(value) if (new := numbers.find(_number(old))) is not None]
        if (
            (name, column.name) == ("ticket_event", "data")
            and isinstance(value, dict)
            and "delivery" in value
        ):
            return value | {"delivery": self._numbers["delivery"].find(_number(value["delivery"]))}
        return _typed(column, value)

    def _reference(self, name: str, column: Column[Any], target: str, old: int) -> int | None:
        numbers = self._numbers.get(target)
        if numbers is None:  # its table comes later, or is this one
            return None if column.nullable else 0
        if (name, column.name) in _UP_TO:
            return numbers.up_to(old)
        found = numbers.find(old)
        if found is None and not column.nullable:
            raise Invalid(DAMAGED, detail=f"{name}.{column.name} leads nowhere")
        return found

    def _note_later(
        self, name: str, columns: list[Column[Any]], batch: list[Mapping[str, Any]], new: list[int]
    ) -> None:
        for column in columns:
            target = _target(name, column.name)
            if target is None or target in self._numbers or target == "account":
                continue
            rows, targets = self._later.setdefault((name, column.name), (array("q"), array("q")))
            for row, key in zip(batch, new, strict=True):
                if row.get(column.name):
                    rows.append(key)
                    targets.append(_number(row[column.name]))

    def check_account(self, values: dict[str, Any]) -> None:
        """Nobody has it here."""
        if self._has(Account.public_id, values.get("public_id")):
            raise Conflict("This account is here already.")

    def check_mailbox(self, values: dict[str, Any]) -> None:
        """Its addresses are nobody else's."""
        for column in (Mailbox.address, Mailbox.forwarding_local):
            if self._has(column, values.get(column.key)):
                raise Conflict(f"Another account has the mailbox {values.get('address')}.")

    def check_staff(self, values: dict[str, Any]) -> None:
        """Their login is nobody else's, or they get another one."""
        login = str(values.get("login", ""))
        free = login
        for number in range(2, _MOST_ALIKE):
            if not self._has(Staff.login, free):
                break
            free = f"{login[:90]}-{number}"
        if free != login:
            values["login"] = free
            self.renamed.append((login, free))

    def check_delivery(self, values: dict[str, Any]) -> None:
        """What was still to be sent is sent by where it comes from, or by nobody."""
        if values.get("state") in _OWED:
            values["state"] = DeliveryState.WITHDRAWN.value

    def _has(self, column: Any, value: Any) -> bool:
        return self._db.execute(select(column).where(column == value)).first() is not None


_CHECKED: Mapping[str, Callable[[Arriving, dict[str, Any]], None]] = {
    "account": Arriving.check_account,
    "delivery": Arriving.check_delivery,
    "mailbox": Arriving.check_mailbox,
    "staff": Arriving.check_staff,
}
_TABLES: Mapping[str, Table] = {taken.model.__tablename__: table(taken.model) for taken in WHOLE}


def blobs_of(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files of a row of an export: path and hash; Invalid for what is none."""
    held = row.get("files") if name == "draft" else [row]
    for one in _list(held):
        if isinstance(one, dict) and FILE in one:
            sha256 = one.get("raw_sha256" if name in ("article", "intake") else "sha256")
            yield str(one[FILE]), _hash(sha256)


def _columns(one: Table) -> list[Column[Any]]:
    """Those that an export can say something of: no key, no secret, nothing that leads out of the export."""
    return [
        column
        for column in one.columns
        if column.name != "id"
        and not is_secret(column)
        and all(key.column.table.name in _TABLES for key in column.foreign_keys)
    ]


def _target(name: str, column: str) -> str | None:
    """The table to whose rows a column leads."""
    for key in _TABLES[name].c[column].foreign_keys:
        return key.column.table.name
    return _REFERENCES.get((name, column)) or _UP_TO.get((name, column))


def _typed(column: Column[Any], value: Any) -> Any:
    """The value as the column has it; Invalid if it never could."""
    kind = column.type
    if value is None and column.nullable:
        return None
    if isinstance(kind, JSON):
        return [_without_path(one) for one in value] if isinstance(value, list) else value
    if isinstance(kind, UtcDateTime):
        return _moment(value)
    if isinstance(kind, LargeBinary):
        return _bytes(value)
    if column.name.endswith("sha256"):
        return _hash(value)
    wanted: type | tuple[type, ...] = str
    if isinstance(kind, Boolean):
        wanted = bool
    elif isinstance(kind, Integer):
        return _number(value)
    if not isinstance(value, wanted):
        raise Invalid(DAMAGED, detail=f"{column} has another type")
    return value


def _without_path(value: Any) -> Any:
    """A file of a draft as the desk keeps it."""
    is_file = isinstance(value, dict) and {FILE, "sha256"} <= value.keys()
    return {key: one for key, one in value.items() if key != FILE} if is_file else value


def _moment(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid(DAMAGED, detail="a moment") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        raise Invalid(DAMAGED, detail="bytes") from None


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -MOST <= value <= MOST:
        raise Invalid(DAMAGED, detail="a number")
    return value


def _hash(value: Any) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise Invalid(DAMAGED, detail="a hash")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(DAMAGED, detail="a list")
    return value
