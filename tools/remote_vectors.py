"""Write tests/vectors/remote/*.json anew: what both twins of the protocol of remote sessions are held to.

`.venv/bin/python -m tools.remote_vectors`. Bytes are in hexadecimal, secrets as the protocol spells them.
Only values that never change stand here: each run writes the same files.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from remote_bridge.protocol import chat, clipboard, files, frames, hello, messages, news, systems
from remote_bridge.protocol.errors import ProtocolError
from remote_bridge.protocol.frames import Channel
from remote_bridge.protocol.handshake import Ephemeral, Meeting
from remote_bridge.protocol.link import HostEnd, ViewerEnd
from remote_bridge.protocol.scopes import Scope, Scopes, in_order
from remote_bridge.protocol.sealing import Sealer
from remote_bridge.protocol.secrets import LinkSecret, b64u, hash_of
from remote_bridge.protocol.state import Side, Standing, State, judge
from tools.remote_samples import BAD_SECRETS, BODIES, SESSION, TEXTS

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "remote"

_SECRETS = (bytes(range(32)), bytes([255]) * 32, bytes(32))
_READERS: dict[str, Callable[[str], object]] = {
    "first": hello.parse_hello,
    "from_host": messages.parse_from_host,
    "from_viewer": messages.parse_from_viewer,
    "to_host": news.parse_to_host,
    "to_viewer": news.parse_to_viewer,
    "from_system": systems.parse_from_system,
    "to_system": systems.parse_to_system,
}
_BODY_READERS: dict[str, Callable[[bytes], object]] = {
    "chat_said": chat.Said.parse,
    "chat_heard": chat.Heard.parse,
    "clipboard": clipboard.parse,
    "files": files.parse,
}


def vectors() -> dict[str, Any]:
    """What each file holds."""
    return {
        "secrets": _secrets(),
        "handshake": [_handshake(7, 1), _handshake(2**32 - 1, 2)],
        "sealing": _sealing(),
        "systems": _systems(),
        "states": _states(),
        "channels": _channels(),
        "texts": {kind: _judged(TEXTS[kind], _READERS[kind]) for kind in _READERS},
        "bodies": {kind: _judged_bodies(BODIES[kind], _BODY_READERS[kind]) for kind in _BODY_READERS},
    }


def _secrets() -> dict[str, Any]:
    links = [LinkSecret(secret) for secret in _SECRETS]
    good = [
        {
            "secret": link.fragment(),
            "token": b64u(link.token()),
            "token_hash": hash_of(link.token()).hex(),
            "link_key": link.link_key().hex(),
        }
        for link in links
    ]
    return {"good": good, "refused": list(BAD_SECRETS)}


def _ephemeral(seed: int) -> Ephemeral:
    return Ephemeral(ec.derive_private_key(seed, ec.SECP256R1()), bytes([seed % 256]) * 32)


def _handshake(viewer: int, seed: int) -> dict[str, Any]:
    """One handshake, each message of it, and the first frames behind it."""
    link_key = LinkSecret(bytes(range(32))).link_key()
    ours, theirs = _ephemeral(1000 + seed), _ephemeral(2000 + seed)
    meeting = Meeting(SESSION, viewer, link_key)
    host, seeing = HostEnd(meeting, ours), ViewerEnd(meeting, theirs)
    commit = seeing.begin()
    (host_key,) = host.receive(commit).replies
    viewer_key, viewer_greeting = seeing.receive(host_key).replies
    (host_greeting,) = host.receive(viewer_key).replies
    host.receive(viewer_greeting)
    seeing.receive(host_greeting)
    return {
        "session": SESSION,
        "viewer": viewer,
        "link_key": link_key.hex(),
        "host": _spelled(ours),
        "viewers": _spelled(theirs),
        "messages": [one.hex() for one in (commit, host_key, viewer_key)],
        "code": host.code,
        "viewer_greeting": viewer_greeting.hex(),
        "host_greeting": host_greeting.hex(),
        "host_says": {
            "body": b"RFB 003.008\n".hex(),
            "frame": host.seal(Channel.SCREEN, b"RFB 003.008\n").hex(),
        },
        "viewer_says": {"body": "", "frame": seeing.seal(Channel.CHAT, b"").hex()},
    }


def _spelled(ephemeral: Ephemeral) -> dict[str, str]:
    """As a browser takes a private key (RFC 7518 section 6.2), with the nonce."""
    point = ephemeral.point
    private = ephemeral.key.private_numbers().private_value.to_bytes(32, "big")
    return {
        "d": b64u(private),
        "x": b64u(point[1:33]),
        "y": b64u(point[33:]),
        "nonce": ephemeral.nonce.hex(),
    }


def _sealing() -> dict[str, Any]:
    key = bytes(range(32, 64))
    sealer = Sealer(key)
    bodies = [b"", b"a", bytes(100), "Grüße".encode(), bytes(range(256)) * 4, b"last"]
    sealed = [
        (channel, body, sealer.seal(channel, body)) for channel, body in zip(Channel, bodies, strict=True)
    ]
    return {
        "key": key.hex(),
        "frames": [
            {"channel": channel.value, "body": body.hex(), "frame": frame.hex()}
            for channel, body, frame in sealed
        ],
        "most_body_bytes": frames.MOST_PLAIN_BYTES,
    }


def _systems() -> dict[str, Any]:
    """A system's keys, what it signs with them, and calls sealed for it."""
    sign = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    box = X25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
    public_sign, public_box = sign.public_key().public_bytes_raw(), box.public_key().public_bytes_raw()
    return {
        "keys": {
            "sign_private": sign.private_bytes_raw().hex(),
            "sign": b64u(public_sign),
            "box_private": box.private_bytes_raw().hex(),
            "box": b64u(public_box),
        },
        "enrols": [
            {"code": code, "text": text.hex(), "proof": b64u(sign.sign(text))}
            for code in ("ABCD-EFGH-2345", "abcdefgh2345", "zzzz-7777-aaaa")
            for text in (systems.enrol_text(public_sign, public_box, code),)
        ],
        "proofs": [
            {
                "system": name,
                "nonce": b64u(nonce),
                "relay": url,
                "text": text.hex(),
                "signature": b64u(sign.sign(text)),
            }
            for name, nonce, url in (
                ("k3n8w1z6", bytes(32), "wss://relay.example"),
                ("k3n8w1z6", bytes([255]) * 32, "ws://127.0.0.1:8081"),
                ("x" * 200, bytes(range(32)), "wss://relay.example/" + "y" * 300),
            )
            for text in (systems.proof_text(name, nonce, url),)
        ],
        "calls": [
            _call(public_box, session, secret) for session, secret in zip(_CALLED, _SECRETS, strict=True)
        ],
        "refused_calls": [
            one.hex() for one in (b"", bytes(80), bytes(79), bytes([1]) + bytes(79), bytes([9]) * 80)
        ],
    }


_CALLED = (SESSION, "b2d4f6h8", "x" * 200)


def _call(box: bytes, session: str, secret: bytes) -> dict[str, str]:
    ephemeral = X25519PrivateKey.from_private_bytes(bytes([len(session)]) * 32)
    return {
        "session": session,
        "secret": secret.hex(),
        "ephemeral": ephemeral.private_bytes_raw().hex(),
        "sealed": systems.seal_call(box, session, LinkSecret(secret), ephemeral).hex(),
    }


_VERBS: dict[str, Callable[[Standing, Scopes], Standing]] = {
    "come": lambda standing, _scopes: standing.come(),
    "consent": Standing.consent,
    "decline": Standing.decline,
    "withdraw": Standing.withdraw,
    "ask": Standing.ask,
    "refuse": lambda standing, _scopes: standing.refuse(),
    "pause": lambda standing, _scopes: standing.pause(),
    "resume": lambda standing, _scopes: standing.resume(),
    "end": lambda standing, _scopes: standing.end(),
}
_WITH_SCOPES = frozenset({"consent", "decline", "withdraw", "ask"})
_SETS: tuple[Scopes, ...] = (
    frozenset(),
    frozenset({Scope.VIEW}),
    frozenset({Scope.VIEW, Scope.CONTROL}),
    frozenset({Scope.CONTROL, Scope.FILES}),
    frozenset(Scope),
)


def _standings() -> list[Standing]:
    view, control = frozenset({Scope.VIEW}), frozenset({Scope.VIEW, Scope.CONTROL})
    everything = frozenset(Scope)
    before = [
        Standing(state, asked) for state in (State.WAITING, State.ASKING) for asked in (view, everything)
    ]
    after = [
        Standing(state, asked, granted)
        for state in (State.LIVE, State.PAUSED)
        for asked, granted in ((view, view), (everything, control), (everything, everything))
    ]
    return [*before, *after, Standing(State.ENDED, everything)]


def _states() -> list[dict[str, Any]]:
    """Every verb in every state, with every set of scopes where it takes one."""
    return [
        {
            "from": _said(standing),
            "verb": verb,
            **({"scopes": in_order(scopes)} if verb in _WITH_SCOPES else {}),
            "to": _after(standing, verb, scopes),
        }
        for standing in _standings()
        for verb in _VERBS
        for scopes in (_SETS if verb in _WITH_SCOPES else _SETS[:1])
    ]


def _said(standing: Standing) -> dict[str, Any]:
    return {
        "state": standing.state.value,
        "asked": in_order(standing.asked),
        "granted": in_order(standing.granted),
    }


def _after(standing: Standing, verb: str, scopes: Scopes) -> dict[str, Any] | None:
    """None: refused."""
    try:
        return _said(_VERBS[verb](standing, scopes))
    except ProtocolError:
        return None


def _channels() -> list[dict[str, Any]]:
    """Each channel from each side in each state, with and without the grants."""
    return [
        {
            "state": standing.state.value,
            "granted": in_order(standing.granted),
            "channel": channel.value,
            "side": side.value,
            "controls": controls,
            "verdict": _verdict(channel, side, standing, controls=controls),
        }
        for standing in _standings()
        for channel in Channel
        for side, controls in ((Side.HOST, True), (Side.VIEWER, True), (Side.VIEWER, False))
    ]


def _verdict(channel: Channel, side: Side, standing: Standing, *, controls: bool) -> str:
    try:
        return judge(channel, side, standing, controls=controls).value
    except ProtocolError:
        return "close"


def _judged(texts: tuple[str, ...], read: Callable[[str], object]) -> list[dict[str, Any]]:
    return [{"text": text, "code": _code(partial(read, text))} for text in texts]


def _judged_bodies(bodies: tuple[bytes, ...], read: Callable[[bytes], object]) -> list[dict[str, Any]]:
    return [{"body": body.hex(), "code": _code(partial(read, body))} for body in bodies]


def _code(read: Callable[[], object]) -> int | None:
    """None: it is read; else the close code."""
    try:
        read()
    except ProtocolError as error:
        return error.code.value
    return None


def write(folder: Path = FOLDER) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in vectors().items():
        (folder / f"{name}.json").write_text(text_of(value), encoding="utf-8")


def text_of(value: object) -> str:
    """A file's text: one vector a line, so that a change shows."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=True) for one in value) + "\n]\n"
    if not isinstance(value, dict):
        return json.dumps(value)
    parts = (f"{json.dumps(name)}: {text_of(one).strip()}" for name, one in value.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    write()
