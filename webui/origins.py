"""Which requests are meant for us: the Host they name, and the site that sent them."""

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import MisdirectedRequest

from gateway.errors import Denied
from webui.office import office

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def check_host() -> None:
    """Answer 421 to a request that names a host which is not ours (DNS rebinding, poisoned links)."""
    settings = office().settings
    if not _is_ours(request.host, settings.base_url, settings.web_host):
        raise MisdirectedRequest


def check_origin() -> None:
    """Denied when another site's page sends a request that changes something.

    Browsers say so in Sec-Fetch-Site; those that do not send an Origin with such requests.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in _OWN_SITES:
            raise Denied(detail="Sec-Fetch-Site")
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Denied(detail="Origin")


def is_loopback(address: str | None) -> bool:
    """Whether this is an address of the machine itself."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return address == "localhost"


@lru_cache(maxsize=64)
def _is_ours(host: str, base_url: str, bound_to: str) -> bool:
    name = _hostname(host)
    if base_url and name == urlsplit(base_url).hostname:
        return True
    if is_loopback(bound_to):
        return name in _LOOPBACK_NAMES or is_loopback(name)
    # Bound to the network and not told its name: an address cannot be rebound, a foreign name can.
    return not base_url and (_is_address(name) or name in _own_names())


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> frozenset[str]:
    return _LOOPBACK_NAMES | {socket.gethostname().lower()}
