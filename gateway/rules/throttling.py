"""How often somebody may try to get in: guessing gets slow, and nobody can lock another one out.

Tries are counted in fixed stretches of time, for a login from one network, for a network, and for a login
from everywhere. The first stops who guesses a password, the second who goes through logins, the third many
machines that guess together; its bar is high, because whoever reaches it keeps the login's owner out, too.
Long secrets (API tokens, mailed links) name nobody and cannot be guessed; whoever sends wrong ones without
end is stopped by a count of their network's own. The short codes of a second factor are counted for their
person from everywhere, with a low bar: only who knows the password gets as far. The digits that open a remote
session by phone are wrong for all but a few of a thousand million; who tries them is counted by network, and
all together. So is who tries codes by which systems enrol. Error reports are counted by person, and those of
people who are not signed in all together: of these no network is known.
"""

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=15)


class Counted(StrEnum):
    """Of what the tries are counted."""

    LOGIN_HERE = "login_here"
    NETWORK = "network"
    LOGIN = "login"
    SECRET = "secret"
    CODE = "code"
    DIGITS_HERE = "digits_here"
    DIGITS = "digits"
    REPORT_OF = "report_of"
    REPORT = "report"


MOST: Mapping[Counted, int] = {
    Counted.LOGIN_HERE: 10,
    Counted.NETWORK: 60,
    Counted.LOGIN: 200,
    Counted.SECRET: 60,
    Counted.CODE: 20,
    Counted.DIGITS_HERE: 20,
    Counted.DIGITS: 1000,
    Counted.REPORT_OF: 10,
    Counted.REPORT: 20,
}
"""Tries in one stretch of time that are still looked at."""


def window_of(moment: datetime) -> datetime:
    """The beginning of the stretch of time in which a moment lies."""
    return moment - (moment - datetime.min.replace(tzinfo=moment.tzinfo)) % WINDOW


def wait_after(times: Mapping[Counted, int], *, now: datetime) -> timedelta | None:
    """How long to wait after so many tries, this one included; None if it may be looked at."""
    if all(count <= MOST[counted] for counted, count in times.items()):
        return None
    return window_of(now) + WINDOW - now


def network_of(address: str) -> str:
    """What stands for a client: its IPv4 address, or the /64 of its IPv6 one; "" for anything else."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    if isinstance(parsed, ipaddress.IPv4Address) or mapped:
        return str(mapped or parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
