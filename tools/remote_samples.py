"""Texts and bodies of remote sessions, good ones and bad ones, as the vectors have them."""

SESSION = "r7k2m9q4"

BAD_SECRETS: tuple[str, ...] = (
    "",
    "#",
    "A" * 42,
    "A" * 44,
    "A" * 42 + "B",  # two bits behind the last byte
    "A" * 43 + "=",
    "A" * 42 + "+",
    "A" * 42 + "/",
    "A" * 42 + " ",
    "A" * 42 + "\n",
    "\u00c4" * 43,
)

_A, _B = "A" * 43, "B" * 42 + "A"
_NOTHING = (
    "",
    "null",
    "[]",
    "{}",
    '"end"',
    "{",
    '{"type":"end"} ,',
    '{"type":"end","type":"end"}',
    '{"type":"end","more":1}',
    '{"type":"END"}',
    '{"type":null}',
    '{"type":["end"]}',
    '{"type":NaN}',
    "[" * 3000,
    '{"type":"end"' + " " * 20000 + "}",
    '\ufeff{"type":"end"}',
)
_SCOPES = (
    '["view"]',
    '["view","control","clipboard","files"]',
    "[]",
    '["view","view"]',
    '["VIEW"]',
    '["view",1]',
    '["view",["files"]]',
    '"view"',
    '{"view":true}',
    "null",
)
_NUMBERS = ("1", "4294967295", "0", "-1", "4294967296", "1.0", "1.5", "1e2", "true", '"1"', "null", "9" * 400)


def _scoped(kind: str) -> tuple[str, ...]:
    return (f'{{"type":"{kind}"}}', *(f'{{"type":"{kind}","scopes":{scopes}}}' for scopes in _SCOPES))


def _numbered(kind: str) -> tuple[str, ...]:
    return (f'{{"type":"{kind}"}}', *(f'{{"type":"{kind}","viewer":{number}}}' for number in _NUMBERS))


_WATCHING = '{"viewer":1,"name":"Änne","controls":true}'
_NINE = ",".join(_WATCHING.replace("1", str(number)) for number in range(1, 10))
_STANDS = '"state":"live","asked":["view","control"],"granted":["view"],"host":true'
_VIEWER_IS = '"session":"r7k2m9q4","viewer":2,"name":"Bo","may_control":false'
_HOST_IS = (
    '"session":"r7k2m9q4","asked":["view"],"granted":[],"who":"Änne","business":"Kranich & Söhne",'
    '"number":17,"subject":"Drucker \\ud83d\\udda8"'
)
_SYSTEM_IS = '"system":"k3n8w1z6","name":"Kasse 1","business":"Kranich & Söhne","customer":"Bäckerei Änne"'
_SIGNED = "A" * 86
_RELAY_ENDED = tuple(
    f'{{"type":"ended","why":"{why}"}}'
    for why in (
        *("host-ended", "staff-ended", "refused", "expired", "revoked", "signed-out", "host-lost", "nobody"),
        *("relay", "bored"),
    )
)
_RELAY_STATE = (
    f'{{"type":"state",{_STANDS},"viewers":[]}}',
    f'{{"type":"state",{_STANDS},"viewers":[{_WATCHING}]}}',
    f'{{"type":"state",{_STANDS},"viewers":[{_WATCHING},{_WATCHING}]}}',
    f'{{"type":"state",{_STANDS},"viewers":[{_NINE}]}}',
    f'{{"type":"state",{_STANDS},"viewers":[1]}}',
    f'{{"type":"state",{_STANDS}}}',
    '{"type":"state","state":"over","asked":["view"],"granted":[],"host":true,"viewers":[]}',
    '{"type":"state","state":"live","asked":["view"],"granted":[],"host":1,"viewers":[]}',
)

TEXTS: dict[str, tuple[str, ...]] = {
    "first": (
        f'{{"role":"host","token":"{_A}","key":"{_B}","way":"client"}}',
        f'{{"way": "browser", "key": "{_B}", "token": "{_A}", "role": "host"}}',
        f'{{"role":"host","token":"{_A}","key":"{_B}","way":"system"}}',
        f'{{"role":"host","token":"{_A}","key":"{_B}","way":"car"}}',
        f'{{"role":"host","token":"{_A}","key":"{_B}"}}',
        f'{{"role":"host","token":"{_A}=","key":"{_B}","way":"client"}}',
        f'{{"role":"host","token":"{_A}","key":12,"way":"client"}}',
        f'{{"role":"host","token":"{_A}","key":"{_B}","way":"client","pass":"{_A}"}}',
        f'{{"role":"viewer","pass":"{_A}"}}',
        f'{{"role":"viewer","pass":"{_A[1:]}"}}',
        f'{{"role":"viewer","token":"{_A}"}}',
        f'{{"role":"relay","pass":"{_A}"}}',
        '{"role":"system","system":"k3n8w1z6"}',
        '{"role":"system","system":"' + "x" * 200 + '"}',
        '{"role":"system","system":"' + "x" * 201 + '"}',
        '{"role":"system","system":""}',
        '{"role":"system","system":"Ä"}',
        '{"role":"system","system":7}',
        '{"role":"system"}',
        f'{{"role":"system","system":"k3n8w1z6","key":"{_A}"}}',
        f'{{"role":"viewer","pass":"{_A}"' + " " * 2048 + "}",
        *_NOTHING,
    ),
    "from_host": (
        *(
            f'{{"type":"{kind}"}}'
            for kind in ("refuse", "pause", "resume", "end", "ask", "control", "welcome")
        ),
        *(one for kind in ("consent", "decline", "withdraw") for one in _scoped(kind)),
        *_numbered("drop"),
        *_NOTHING,
    ),
    "from_viewer": (
        *(f'{{"type":"{kind}"}}' for kind in ("end", "refuse", "pause", "resume", "consent", "drop")),
        *_scoped("ask"),
        *_numbered("control"),
        *_NOTHING,
    ),
    "to_host": (
        f'{{"type":"welcome",{_HOST_IS},"expires_at":"2030-01-02T03:04:05+00:00","state":"asking","viewers":[]}}',
        f'{{"type":"welcome",{_HOST_IS},"expires_at":"2030-01-02T03:04:05","state":"asking","viewers":[]}}',
        f'{{"type":"welcome",{_HOST_IS},"expires_at":"soon","state":"asking","viewers":[]}}',
        f'{{"type":"welcome",{_HOST_IS},"state":"asking","viewers":[]}}',
        '{"type":"joined","viewer":3,"name":"Änne"}',
        '{"type":"left","viewer":3,"name":""}',
        '{"type":"joined","viewer":3,"name":"\\ud83d"}',
        '{"type":"joined","viewer":3}',
        '{"type":"asked","viewer":3,"scopes":["files"]}',
        '{"type":"asked","viewer":0,"scopes":["files"]}',
        *_RELAY_STATE,
        *_RELAY_ENDED,
        *_NOTHING,
    ),
    "from_system": (
        *(f'{{"type":"proof","signature":"{_SIGNED}","unattended":{scopes}}}' for scopes in _SCOPES),
        f'{{"type":"proof","signature":"{_SIGNED}"}}',
        f'{{"type":"proof","signature":"{_SIGNED[:-1]}B","unattended":[]}}',
        f'{{"type":"proof","signature":"{_A}","unattended":[]}}',
        f'{{"type":"proof","signature":"{_SIGNED}","unattended":[],"system":"k3n8w1z6"}}',
        *(f'{{"type":"unattended","unattended":{scopes}}}' for scopes in _SCOPES),
        '{"type":"unattended"}',
        '{"type":"call"}',
        *_NOTHING,
    ),
    "to_system": (
        f'{{"type":"challenge","nonce":"{_A}"}}',
        f'{{"type":"challenge","nonce":"{_A[1:]}"}}',
        f'{{"type":"challenge","nonce":"{_A}","relay":"wss://relay.example"}}',
        '{"type":"challenge"}',
        f'{{"type":"welcome",{_SYSTEM_IS}}}',
        f'{{"type":"welcome",{_SYSTEM_IS},"unattended":[]}}',
        '{"type":"welcome","system":"k3n8w1z6","name":"Kasse 1"}',
        f'{{"type":"call","session":"r7k2m9q4","sealed":"{"A" * 107}"}}',
        f'{{"type":"call","session":"r7k2m9q4","sealed":"{"A" * 106}B"}}',
        f'{{"type":"call","session":"r7k2m9q4","sealed":"{"A" * 106}"}}',
        f'{{"type":"call","session":"","sealed":"{"A" * 107}"}}',
        '{"type":"call","session":"r7k2m9q4"}',
        *_NOTHING,
    ),
    "to_viewer": (
        f'{{"type":"welcome",{_VIEWER_IS},{_STANDS},"viewers":[{_WATCHING}]}}',
        f'{{"type":"welcome",{_STANDS},"viewers":[{_WATCHING}]}}',
        f'{{"type":"welcome",{_VIEWER_IS},{_STANDS},"viewers":[{_WATCHING}],"subject":"x"}}',
        '{"type":"joined","viewer":3,"name":"Änne"}',
        *_RELAY_STATE,
        *_RELAY_ENDED,
        *_NOTHING,
    ),
}

_ID = bytes([0, 0, 0, 7])
BODIES: dict[str, tuple[bytes, ...]] = {
    "chat_said": (
        '{"text":"Grüße"}'.encode(),
        b'{"text":""}',
        b'{"text":"' + b"x" * 4000 + b'"}',
        b'{"text":"' + "\U0001f600".encode() * 4000 + b'"}',
        b'{"text":"' + b"x" * 4001 + b'"}',
        b'{"text":"a","from":"b"}',
        b'{"text":1}',
        b'{"text":"\xff"}',
        b"",
    ),
    "chat_heard": (
        '{"from":"Änne","text":"Grüße"}'.encode(),
        b'{"from":"","text":"x"}',
        b'{"text":"x"}',
        b'{"from":null,"text":"x"}',
    ),
    "clipboard": (
        b"\x01",
        b"\x01" + "Grüße\x00\n".encode(),
        b"\x02",
        b"\x02x",
        b"\x01\xc3",
        b"\x01\xed\xa0\x80",  # half a character
        b"\x03",
        b"",
    ),
    "files": (
        '\x01{"id":7,"name":"Übersicht.pdf","size":4294967296}'.encode(),
        b'\x01{"id":7,"name":"x","size":0}',
        b'\x01{"id":7,"name":"x","size":4294967297}',
        b'\x01{"id":7,"name":"x","size":-1}',
        b'\x01{"id":7,"name":"","size":1}',
        b'\x01{"id":7,"name":"' + b"x" * 255 + b'","size":1}',
        b'\x01{"id":7,"name":"' + b"x" * 256 + b'","size":1}',
        b'\x01{"id":4294967296,"name":"x","size":1}',
        b'\x01{"id":7,"name":"x","size":1,"path":"/"}',
        b"\x01",
        *(bytes([kind]) + _ID for kind in range(9)),
        *(bytes([kind]) + _ID + b"x" for kind in (2, 3, 4, 5, 6, 7)),
        b"\x05" + _ID + bytes(32),
        b"\x07" + _ID + bytes(8),
        b"\x07" + _ID + bytes([0, 0, 0, 1]) + bytes(4),
        b"\x07" + _ID + bytes([255]) * 8,
        b"\x02\x00\x00",
        b"",
    ),
}
