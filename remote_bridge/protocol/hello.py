"""The first message of a socket (docs/remote-protocol.md, 2 and 8)."""

from dataclasses import dataclass
from enum import StrEnum

from remote_bridge.protocol.errors import Malformed
from remote_bridge.protocol.jsontext import Fields, parse_object, write
from remote_bridge.protocol.secrets import b64u, parse_b64u

SUBPROTOCOL = "m4a.remote.1"
PATH = "/v1"
FIRST_MESSAGE_SECONDS = 5.0
MOST_FIRST_BYTES = 2 * 1024


class Way(StrEnum):
    """With what the host shows its screen."""

    CLIENT = "client"
    BROWSER = "browser"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class HostHello:
    """The host's first message."""

    token: bytes
    key: bytes
    way: Way

    def text(self) -> str:
        """As it is sent."""
        return write(
            {"role": "host", "token": b64u(self.token), "key": b64u(self.key), "way": self.way.value}
        )

    def __repr__(self) -> str:
        return f"HostHello({self.way})"


@dataclass(frozen=True, slots=True)
class ViewerHello:
    """A viewer's first message."""

    pass_: bytes
    """The pass: 32 bytes, good for one joining."""

    def text(self) -> str:
        """As it is sent."""
        return write({"role": "viewer", "pass": b64u(self.pass_)})

    def __repr__(self) -> str:
        return "ViewerHello(…)"


@dataclass(frozen=True, slots=True)
class SystemHello:
    """The first message of an installed system: who it says it is, which its proof has to show."""

    system: str

    def text(self) -> str:
        """As it is sent."""
        return write({"role": "system", "system": self.system})


Hello = HostHello | ViewerHello | SystemHello


def parse_hello(data: str | bytes) -> Hello:
    """The first message of a socket; Malformed, TooLarge."""
    fields = Fields(parse_object(data, MOST_FIRST_BYTES))
    match fields.word("role"):
        case "host":
            hello = HostHello(
                parse_b64u(fields.text("token")),
                parse_b64u(fields.text("key")),
                fields.one_of("way", Way),
            )
            return fields.done(hello)
        case "viewer":
            return fields.done(ViewerHello(parse_b64u(fields.text("pass"))))
        case "system":
            return fields.done(SystemHello(fields.word("system")))
        case _:
            raise Malformed("neither host, viewer nor system")
