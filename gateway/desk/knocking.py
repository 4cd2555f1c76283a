"""Letting people try to get in, but not without end (`rules.throttling`)."""

import hmac
import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.errors import TooMany
from gateway.rules.throttling import Counted, network_of, wait_after, window_of
from gateway.store import knocks


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the door: what they call themselves, and the address of their machine."""

    name: str
    address: str


def knock(db: Session, visitor: Visitor, *, key: bytes, now: datetime) -> None:
    """Count one more try before it is looked at; TooMany if it is not to be looked at.

    Addresses and names are kept only as hashes with the installation's key.
    """
    _count(db, _whos(visitor, key), now)


def knock_with_secret(db: Session, address: str, *, key: bytes, now: datetime) -> None:
    """Likewise for who shows a long secret instead of a name; these tries are counted for themselves."""
    _count(db, [(Counted.SECRET, _secret_who(address, key))], now)


def knock_with_code(db: Session, name: str, *, key: bytes, now: datetime) -> None:
    """Likewise for a code of the second factor, by the login of who has given the password."""
    _count(db, [(Counted.CODE, _digest(key, Counted.CODE, name))], now)


def knock_with_digits(db: Session, address: str, *, key: bytes, now: datetime) -> None:
    """Likewise for the digits of a remote session or the code of a system, which anybody may try."""
    _count(db, _digits_whos(address, key), now)


def knock_with_report(db: Session, staff_id: int | None, *, key: bytes, now: datetime) -> None:
    """Likewise for an error report: those of one person, or those of all who are not signed in."""
    counted = Counted.REPORT if staff_id is None else Counted.REPORT_OF
    said = "" if staff_id is None else str(staff_id)
    _count(db, [(counted, _digest(key, counted, said))], now)


def give_back(db: Session, visitor: Visitor, *, key: bytes, now: datetime) -> None:
    """Their password was right, so that this try was no guess: a whole office may come in by one address."""
    for _, who in _whos(visitor, key):
        knocks.give_back(db, who, window_at=window_of(now))


def give_back_secret(db: Session, address: str, *, key: bytes, now: datetime) -> None:
    """Likewise: the secret that they showed was right."""
    knocks.give_back(db, _secret_who(address, key), window_at=window_of(now))


def give_back_digits(db: Session, address: str, *, key: bytes, now: datetime) -> None:
    """Likewise: the digits were right."""
    for _, who in _digits_whos(address, key):
        knocks.give_back(db, who, window_at=window_of(now))


def welcome(db: Session, visitor: Visitor, *, key: bytes) -> None:
    """They are in: their own slips are forgotten, the network's stay counted."""
    pardon(db, visitor, key=key)
    knocks.forget(db, _digest(key, Counted.CODE, visitor.name))


def pardon(db: Session, visitor: Visitor, *, key: bytes) -> None:
    """The password is theirs: slips with it are forgotten, those with codes of the second factor are not."""
    for counted, who in _whos(visitor, key):
        if counted is Counted.LOGIN_HERE:
            knocks.forget(db, who)


def _count(db: Session, whos: list[tuple[Counted, str]], now: datetime) -> None:
    window_at = window_of(now)
    times = {counted: knocks.count_one(db, who, window_at=window_at) for counted, who in whos}
    wait = wait_after(times, now=now)
    if wait is not None:
        raise TooMany(retry_after=math.ceil(wait.total_seconds()))


def _whos(visitor: Visitor, key: bytes) -> list[tuple[Counted, str]]:
    name, network = visitor.name.strip().lower(), network_of(visitor.address)
    named = {
        Counted.LOGIN_HERE: f"{network} {name}",
        Counted.NETWORK: network,
        Counted.LOGIN: name,
    }
    return [(counted, _digest(key, counted, said)) for counted, said in named.items()]


def _digits_whos(address: str, key: bytes) -> list[tuple[Counted, str]]:
    named = {Counted.DIGITS_HERE: network_of(address), Counted.DIGITS: ""}
    return [(counted, _digest(key, counted, said)) for counted, said in named.items()]


def _secret_who(address: str, key: bytes) -> str:
    return _digest(key, Counted.SECRET, network_of(address))


def _digest(key: bytes, counted: Counted, said: str) -> str:
    return hmac.digest(key, f"knock:{counted}:{said}".encode(), "sha256").hex()
