"""Becomes a system of a customer by a code from the customer's page (docs/remote-protocol.md, 8)."""

import json
import platform
import urllib.error
import urllib.request
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.client.links import StayThere, checked_relay
from remote_bridge.client.system.keeping import Enrolment
from remote_bridge.client.texts import _
from remote_bridge.protocol.names import plain
from remote_bridge.protocol.secrets import b64u
from remote_bridge.protocol.systems import MOST_NAME_CHARS, MOST_PLATFORM_CHARS, enrol_text

_SECONDS = 15
_MOST_BYTES = 4096


class NotEnrolled(Exception):
    """The desk does not take it, or cannot be asked; the text says why in the customer's language."""


def enrol(desk: str, code: str, name: str) -> Enrolment:
    """Keys of its own and a place at the desk of this checked address. Blocks; NotEnrolled, BadLink."""
    sign, box = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    public_sign, public_box = sign.public_key().public_bytes_raw(), box.public_key().public_bytes_raw()
    code = "".join(code.split())
    answer = _posted(
        f"{desk}/remote/systems",
        {
            "code": code,
            "name": name[:MOST_NAME_CHARS],
            "platform": platform_name(),
            "sign": b64u(public_sign),
            "box": b64u(public_box),
            "proof": b64u(sign.sign(enrol_text(public_sign, public_box, code))),
        },
    )
    try:
        texts = [answer[key] for key in ("system", "business", "customer", "relay")]
    except KeyError:
        raise NotEnrolled(_unknown_words()) from None
    if not all(isinstance(text, str) for text in texts) or not answer["system"]:
        raise NotEnrolled(_unknown_words())
    system, business, customer, relay = texts
    checked_relay(relay, desk)
    return Enrolment(desk, system, name[:MOST_NAME_CHARS], plain(business), plain(customer), sign, box)


def _posted(url: str, values: dict[str, str]) -> dict[str, Any]:
    """The desk's answer. It answers itself: whoever sends us elsewhere is not it."""
    request = urllib.request.Request(  # noqa: S310 - http and https only: the address has been checked
        url, json.dumps(values).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.build_opener(StayThere).open(request, timeout=_SECONDS) as answer:
            found = json.loads(answer.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        error.close()
        raise NotEnrolled(_refusal(error.code)) from error
    except OSError as error:
        raise NotEnrolled(_("The support desk cannot be reached. Is this computer online?")) from error
    except ValueError as error:
        raise NotEnrolled(_unknown_words()) from error
    if not isinstance(found, dict):
        raise NotEnrolled(_unknown_words())
    return found


def _refusal(status: int) -> str:
    match status:
        case 404:
            return _("This code is not known, was used or is too old. Please ask for a new one.")
        case 429:
            return _("Too many codes were tried from here. Please wait for a quarter of an hour.")
        case _:
            return _unknown_words()


def _unknown_words() -> str:
    return _("This is no support desk that computers can be enrolled at, or it is of another version.")


def computer_name() -> str:
    """What this computer is called, for a name that can be changed at the desk."""
    return platform.node().partition(".")[0] or platform.system() or "computer"


def platform_name() -> str:
    """The system in a few words."""
    try:
        found = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        found = f"{platform.system()} {platform.release()}"
    return found[:MOST_PLATFORM_CHARS]
