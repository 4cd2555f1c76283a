"""A link of a mail, as it is typed, clicked or pasted, and the relay that belongs to it."""

import json
import re
import urllib.error
import urllib.request
from typing import NamedTuple
from urllib.parse import urlsplit

from remote_bridge.client.texts import _
from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.secrets import LinkSecret, b64u

SCHEME = "m4a-remote"
_SECONDS = 15
_MOST_BYTES = 4096
_LOCAL = ("localhost", "127.0.0.1", "::1")


class BadLink(Exception):
    """Not a link to a session, or one that leads nowhere; the text says so in the customer's language."""


class Link(NamedTuple):
    """Where the desk is, and the secret, which is never sent anywhere."""

    base_url: str
    secret: LinkSecret


def parse_base(text: str) -> str:
    """The desk's own address, typed with or without https://; BadLink for what is none, or not protected."""
    bare = text.strip()
    try:
        parts = urlsplit(bare if "://" in bare else f"https://{bare}")
        is_one = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        is_one, parts = False, urlsplit("")
    if not is_one or parts.username or parts.query or parts.fragment:
        raise BadLink(_("This is not the address of a support desk."))
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise BadLink(_("This address is not protected: it begins with http instead of https."))
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def parse_link(text: str) -> Link:
    """`https://desk/remote#S`, also behind `m4a-remote:`, with blanks or brackets of a mail around it."""
    bare = text.strip().strip("<>\"'").removeprefix(f"{SCHEME}:")
    if not re.match(r"https?://", bare):
        bare = "https://" + bare.removeprefix("//")  # `m4a-remote://desk/remote#S`: browsers add the slashes
    try:
        parts = urlsplit(bare)
        secret = LinkSecret.parse(parts.fragment)
        host = parts.hostname
    except (Malformed, ValueError) as error:
        raise BadLink(_("This is not a link to a remote session. Please copy the whole link.")) from error
    if not host or not parts.path.endswith("/remote") or parts.username or parts.query:
        raise BadLink(_("This is not a link to a remote session. Please copy the whole link."))
    if parts.scheme == "http" and host not in _LOCAL:
        raise BadLink(_("This link is not protected: it begins with http instead of https."))
    return Link(f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/remote')}", secret)


class StayThere(urllib.request.HTTPRedirectHandler):
    """The desk answers itself; whoever sends us elsewhere is not it."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def find_relay(link: Link) -> str:
    """Where to meet for this link, by the desk's word. Blocks; BadLink.

    The token says for which session; the secret stays here.
    """
    return ask_relay(link.base_url, Authorization=f"Bearer {b64u(link.secret.token())}")


def ask_relay(base_url: str, **headers: str) -> str:
    """The desk's answer to `BASE_URL/remote/relay`: `{"relay": URL}`. Blocks; BadLink."""
    opener = urllib.request.build_opener(StayThere)
    request = urllib.request.Request(f"{base_url}/remote/relay")  # noqa: S310 - the address was let in as http(s)
    for name, value in headers.items():
        request.add_unredirected_header(name, value)
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            relay = json.loads(answer.read(_MOST_BYTES))["relay"]
    except urllib.error.HTTPError as error:
        error.close()
        raise BadLink(_("The support desk does not know this kind of link.")) from error
    except (OSError, urllib.error.URLError) as error:
        raise BadLink(_("The support desk cannot be reached. Is this computer online?")) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadLink(_("The support desk does not know this kind of link.")) from error
    return checked_relay(str(relay), base_url)


def checked_relay(relay: str, base_url: str) -> str:
    """A relay is reached as safely as its desk; BadLink."""
    parts = urlsplit(relay)
    is_safe = parts.scheme == "wss" or (parts.scheme == "ws" and base_url.startswith("http:"))
    if not is_safe or not parts.hostname:
        raise BadLink(_("The support desk names a relay that is not protected."))
    return relay.rstrip("/")
