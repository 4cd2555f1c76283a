"""What Chromium asked the network for, as its own log of the network has it: refused requests as well."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

OWN = ("google.com", "googleapis.com", "gstatic.com")
"""Where Chromium asks by itself, for updates and signed-in people; it does on an empty page."""

_BY_NOBODY = "not an origin"
_PRECONNECTED, _REQUESTED, _RESOLVED = (
    "HTTP_STREAM_JOB_CONTROLLER",
    "URL_REQUEST_START_JOB",
    "HOST_RESOLVER_MANAGER_REQUEST",
)


def switches(log: Path) -> tuple[str, ...]:
    """Chromium's: it writes its log here, whole once it has ended, and what is its own finds no server."""
    nowhere = " , ".join(f"MAP *.{name} ~NOTFOUND" for name in OWN)
    return (f"--log-net-log={log}", f"--host-resolver-rules={nowhere}")


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody that the browser wanted something of; `by_page` unless no page was behind it."""

    host: str
    by_page: bool

    @property
    def is_browsers_own(self) -> bool:
        """No page asked, and it is where the browser asks by itself."""
        return not self.by_page and self.host.endswith(tuple(f".{name}" for name in OWN))


def asked(log: Path) -> set[Asked]:
    """Everybody who was asked, host:port where a port was named."""
    written = json.loads(log.read_text())
    kinds = {number: name for name, number in written["constants"]["logEventTypes"].items()}
    events = [(kinds[event["type"]], event.get("params") or {}) for event in written["events"]]
    requested = [params for kind, params in events if kind == _REQUESTED and "url" in params]
    own = {_host(one["url"]) for one in requested if one["initiator"] == _BY_NOBODY}
    by_pages = {_host(one["url"]) for one in requested if one["initiator"] != _BY_NOBODY}
    # Of these it is not said who was behind it: a page, unless the browser itself has asked the same host.
    others = {_host(params["url"]) for kind, params in events if kind == _PRECONNECTED and "url" in params}
    others |= {_host(params["host"]) for kind, params in events if kind == _RESOLVED and "host" in params}
    found = {Asked(host, by_page=True) for host in by_pages | (others - own)}
    return {one for one in found | {Asked(host, by_page=False) for host in own} if one.host}


def _host(address: str) -> str:
    """Its host and port; "" for what goes to nobody (data:, blob:, chrome:) and for a name that is none."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    on_the_net = parts.scheme in ("", "http", "https", "ws", "wss")
    return parts.netloc if on_the_net and "~notfound" not in parts.netloc else ""
