"""A probe through the outgoing server, to see how far it comes and how the connection is protected."""

import ipaddress
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.clock import SystemClock
from gateway.desk.deliverability import Task
from gateway.desk.dkimkeys import DkimView
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import reach_of
from gateway.outbound.connection import Connection, Lost, Message
from gateway.outbound.opening import Refused, Timeouts, describe
from gateway.outbound.relayurl import Relay, parse_relay_url
from gateway.outbound.way import Asked, Way
from gateway.rules.deliverability import Encryption, Facts, Sending, Standing
from gateway.rules.retry import Sent
from gateway.settings import Settings
from gateway.store.sealed import Seal
from gateway.store.servers import Trouble
from gateway.store.troublewords import words_for

PROBING = Timeouts(connect=5, command=5, content=10, answer=15)
"""Short, because somebody waits: ten commands, content and answer take a minute and a half at most."""

_NOT_LET_IN = {Trouble.LOGIN, Trouble.NO_LOGIN, Trouble.TOKEN, Trouble.NO_TLS, Trouble.OURS}


@dataclass(frozen=True, slots=True)
class Probed:
    """How far it came. `host` is the server's address where it is a public one, else ""."""

    sending: Sending
    encryption: Encryption = Encryption.UNKNOWN
    said: str = ""
    host: str = ""


class LookUp(Protocol):
    """Asks the DNS about our mail."""

    def __call__(self, *, sender: str, author: str, host: str, keys: Sequence[DkimView]) -> Standing:
        """What it says; `host` is the public address that sends, or ""."""
        ...


def find_facts(task: Task, settings: Settings, *, look_up: LookUp) -> Facts:
    """Send the probe of a look, then ask the DNS. Takes two minutes at most."""
    probed = _probed(task, settings)
    found = look_up(sender=settings.mail_domain, author=task.author, host=probed.host, keys=task.keys)
    return Facts(
        sending=probed.sending,
        encryption=probed.encryption,
        said=probed.said,
        host=probed.host,
        spf=found.spf,
        dkim=found.dkim,
        dmarc=found.dmarc,
        ptr=found.ptr,
    )


def send_probe(relay: Relay, message: Message, *, ehlo_name: str, timeouts: Timeouts = PROBING) -> Probed:
    """Hand one mail to the outgoing server, once; never raises for what the server does."""
    try:
        connection = Connection(relay, ehlo_name=ehlo_name, timeouts=timeouts)
    except ServerFault as fault:
        return _faulty(fault)
    except (Refused, smtplib.SMTPAuthenticationError) as error:
        return Probed(Sending.SIGN_IN, said=describe(error))
    except (OSError, smtplib.SMTPException) as error:
        return Probed(Sending.UNREACHABLE, said=describe(error))
    encryption, host = _encryption(relay, connection), _public(connection.peer_address)
    try:
        outcome = connection.send(message, has_time_for=lambda _: True, on_accepted=lambda _: None)
    except Lost as error:
        return Probed(Sending.REFUSED, encryption, str(error), host)
    finally:
        connection.quit()
    sending = Sending.SENT if isinstance(outcome, Sent) else Sending.REFUSED
    return Probed(sending, encryption, outcome.answer, host)


def _probed(task: Task, settings: Settings) -> Probed:
    message = Message(task.mail_from, task.address, task.raw)
    url = settings.relay_url.get_secret_value()
    if task.outgoing is not None:
        way = Way(task.outgoing, seal=Seal(settings.key()), reach=reach_of(settings), clock=SystemClock())
        try:
            relay = way.relay()
        except ServerFault as fault:
            return _faulty(fault)
        except Asked:
            return _faulty(ServerFault(Trouble.BUSY))
    elif url:
        relay = parse_relay_url(url)
    else:
        return Probed(Sending.NO_SERVER)
    return send_probe(relay, message, ehlo_name=settings.greeting)


def _faulty(fault: ServerFault) -> Probed:
    sending = Sending.SIGN_IN if fault.trouble in _NOT_LET_IN else Sending.UNREACHABLE
    return Probed(sending, said=words_for(fault.noted))


def _encryption(relay: Relay, connection: Connection) -> Encryption:
    if connection.is_encrypted:
        return Encryption.VERIFIED if relay.is_verified else Encryption.UNVERIFIED
    return Encryption.LOCAL if relay.is_loopback else Encryption.NONE


def _public(address: str) -> str:
    """An address that others see; a server in one's own network sends with one that is not known here."""
    try:
        return address if ipaddress.ip_address(address).is_global else ""
    except ValueError:
        return ""
