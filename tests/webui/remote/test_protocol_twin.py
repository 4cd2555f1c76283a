"""The browser's protocol is held to the vectors that the program's is held to."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from remote_bridge.protocol.link import MOST_COMMITMENTS, MOST_HANDSHAKES
from remote_bridge.protocol.names import one_line, plain
from tests.fakes.static_files import static_files
from tests.remote_bridge.vectors import vectors_of

_HELPERS = """
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const codeOf = async (read) => {
  try {
    await read();
    return null;
  } catch (error) {
    if (typeof error.code !== "number") throw error;
    return error.code;
  }
};
const load = async (name) => import(`/static/remote/${name}.js`);
"""


@pytest.fixture(scope="module")
def twin(chromium: Browser) -> Iterator[Tab]:
    """A page that does nothing by itself."""
    with static_files() as address:
        tab = chromium.new_page()
        tab.goto(address)
        yield tab
        tab.close()


def run(tab: Tab, script: str, given: Any) -> Any:
    """What an async function body makes of `given`, with the helpers above."""
    return tab.evaluate(f"async (given) => {{ {_HELPERS} {script} }}", given)


def test_secrets_have_one_spelling_and_the_same_children(twin: Tab) -> None:
    vectors = vectors_of("secrets")
    script = """
    const p = await load("protocol");
    const good = await Promise.all(given.good.map(async ({ secret }) => {
      const raw = p.parseSecret("#" + secret);
      const token = await p.tokenOf(raw);
      return {
        secret: p.b64u(raw), token: p.b64u(token),
        token_hash: hex(await p.sha256(token)), link_key: hex(await p.linkKeyOf(raw)),
      };
    }));
    const refused = await Promise.all(given.refused.map((text) => codeOf(() => p.parseSecret(text))));
    return { good, refused };
    """
    told = run(twin, script, vectors)
    assert told["good"] == vectors["good"]
    assert told["refused"] == [4400] * len(vectors["refused"])


def test_frames_are_sealed_and_opened_alike(twin: Tab) -> None:
    vectors = vectors_of("sealing")
    script = """
    const p = await load("protocol");
    const key = await p.sealingKey(bytes(given.key));
    const sealer = new p.Sealer(key);
    const opener = new p.Opener(key, { gapless: true });
    const sealed = await Promise.all(given.frames.map((one) => sealer.seal(one.channel, bytes(one.body))));
    const opened = [];
    for (const one of given.frames) {
      const { channel, body } = await opener.open(bytes(one.frame));
      opened.push({ channel, body: hex(body) });
    }
    const most = await codeOf(() => sealer.seal(1, new Uint8Array(given.most_body_bytes)));
    const more = await codeOf(() => sealer.seal(1, new Uint8Array(given.most_body_bytes + 1)));
    return { sealed: sealed.map(hex), opened, most, more };
    """
    told = run(twin, script, vectors)
    assert told["sealed"] == [one["frame"] for one in vectors["frames"]]
    assert told["opened"] == [{"channel": o["channel"], "body": o["body"]} for o in vectors["frames"]]
    assert (told["most"], told["more"]) == (None, 4413)


def test_a_frame_that_comes_again_or_was_changed_or_left_out_is_noticed(twin: Tab) -> None:
    script = """
    const p = await load("protocol");
    const key = await p.sealingKey(bytes(given.key));
    const frames = given.frames.map((one) => bytes(one.frame));
    const after = async (gapless, first, second) => {
      const opener = new p.Opener(key, { gapless });
      await opener.open(first);
      return codeOf(() => opener.open(second));
    };
    const changed = (at) => { const copy = frames[1].slice(); copy[at] ^= 1; return copy; };
    return [
      await after(true, frames[0], frames[0]), await after(false, frames[0], frames[0]),
      await after(true, frames[0], frames[2]), await after(false, frames[0], frames[2]),
      await after(true, frames[0], changed(0)), await after(true, frames[0], changed(frames[1].length - 1)),
    ];
    """
    assert run(twin, script, vectors_of("sealing")) == [4400, 4400, 4400, None, 4400, 4400]


_HANDSHAKE = """
const p = await load("protocol");
const h = await load("handshake");
const pairOf = async ({ d, x, y, nonce }) => {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const jwk = { kty: "EC", crv: "P-256", x, y };
  const privateKey = await crypto.subtle.importKey("jwk", { ...jwk, d }, curve, false, ["deriveBits"]);
  const publicKey = await crypto.subtle.importKey("jwk", jwk, curve, true, []);
  return h.makeOwn({ privateKey, publicKey }, bytes(nonce));
};
"""


def test_both_ends_shake_hands_as_the_vectors_do(twin: Tab) -> None:
    script = (
        _HANDSHAKE
        + """
    const told = [];
    for (const one of given) {
      const meeting = { session: one.session, viewer: one.viewer, linkKey: bytes(one.link_key) };
      const viewer = new h.ViewerEnd(meeting, await pairOf(one.viewers));
      const host = new h.HostEnd(meeting, await pairOf(one.host));
      const first = await viewer.begin();
      const [second] = (await host.receive(first)).replies;
      const [third, greeting] = (await viewer.receive(second)).replies;
      const [hosts] = (await host.receive(third)).replies;
      await host.receive(greeting);
      await viewer.receive(hosts);
      told.push({
        messages: [first, second, third].map(hex), codes: [viewer.code, host.code],
        ready: [viewer.isReady, host.isReady],
        viewer_greeting: hex(greeting), host_greeting: hex(hosts),
        host_says: hex(await host.seal(1, bytes(one.host_says.body))),
        viewer_says: hex(await viewer.seal(4, bytes(one.viewer_says.body))),
      });
    }
    return told;
    """
    )
    vectors = vectors_of("handshake")
    assert run(twin, script, vectors) == [
        {
            "messages": one["messages"],
            "codes": [one["code"]] * 2,
            "ready": [True, True],
            "viewer_greeting": one["viewer_greeting"],
            "host_greeting": one["host_greeting"],
            "host_says": one["host_says"]["frame"],
            "viewer_says": one["viewer_says"]["frame"],
        }
        for one in vectors
    ]


def test_each_commitment_is_answered_by_another_key_and_not_without_end(twin: Tab) -> None:
    script = """
    const h = await load("handshake");
    const meeting = { session: "r7k2m9q4", viewer: 3, linkKey: new Uint8Array(32) };
    const host = new h.HostEnd(meeting);
    const answers = [];
    const begin = async () => host.receive(await new h.ViewerEnd(meeting).begin());
    for (let at = 0; at < given; at += 1) answers.push(hex((await begin()).replies[0]));
    return { keys: new Set(answers).size, more: await codeOf(begin) };
    """
    assert run(twin, script, MOST_COMMITMENTS) == {"keys": MOST_COMMITMENTS, "more": 4400}


def test_a_handshake_that_somebody_has_meddled_with_ends(twin: Tab) -> None:
    script = (
        _HANDSHAKE
        + """
    const one = given[0];
    const meeting = { session: one.session, viewer: one.viewer, linkKey: bytes(one.link_key) };
    const [first, second, third] = one.messages.map(bytes);
    const changed = (message, at, by = 1) => { const copy = message.slice(); copy[at] ^= by; return copy; };
    const host = async (...messages) => {
      const end = new h.HostEnd(meeting, await pairOf(one.host));
      return codeOf(async () => { for (const message of messages) await end.receive(message); });
    };
    const viewer = async (...messages) => {
      const end = new h.ViewerEnd(meeting, await pairOf(one.viewers));
      await end.begin();
      return codeOf(async () => { for (const message of messages) await end.receive(message); });
    };
    return {
      otherCommitment: await host(changed(first, 20), third), otherKey: await host(first, changed(third, 90)),
      notOnCurve: await viewer(changed(second, 30)), compressed: await viewer(changed(second, 10, 6)),
      short: await viewer(second.slice(0, -1)), wrongStep: await viewer(third),
      badGreeting: await viewer(second, bytes(one.viewer_greeting)),
      greeting: await viewer(second, bytes(one.host_greeting)),
      greetedTwice: await viewer(second, bytes(one.host_greeting), bytes(one.host_greeting)),
      earlier: await host(bytes(one.viewer_says.frame), third, first, third),
      sealedTooEarly: await codeOf(async () => {
        const end = new h.ViewerEnd(meeting, await pairOf(one.viewers));
        return end.seal(4, bytes(""));
      }),
    };
    """
    )
    assert run(twin, script, vectors_of("handshake")) == {
        "otherCommitment": 4400,
        "otherKey": 4400,
        "notOnCurve": 4400,
        "compressed": 4400,
        "short": 4400,
        "wrongStep": 4400,
        "badGreeting": 4400,
        "greeting": None,
        "greetedTwice": 4400,
        "earlier": None,
        "sealedTooEarly": 4400,
    }


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("chat_said", "parseSaid"),
        ("chat_heard", "parseHeard"),
        ("clipboard", "parseClipboard"),
        ("files", "parseFile"),
    ],
)
def test_bodies_are_read_alike(twin: Tab, name: str, reader: str) -> None:
    vectors = vectors_of("bodies")[name]
    script = f"""
    const b = await load("bodies");
    return Promise.all(given.map((one) => codeOf(() => b.{reader}(bytes(one.body)))));
    """
    assert run(twin, script, vectors) == [one["code"] for one in vectors]


def test_what_is_written_is_read(twin: Tab) -> None:
    script = """
    const b = await load("bodies");
    const digest = new Uint8Array(32).fill(7);
    return [
      b.parseClipboard(b.copied("Grüße 😀")), b.parseClipboard(b.wanted()), b.parseSaid(b.said("Ä")),
      b.parseHeard(b.heard("Änne", "x")), b.parseFile(b.offer(7, "Übersicht.pdf", 2 ** 32)),
      ...["accept", "reject", "cancel"].map((kind) => b.parseFile(b[kind](7))),
      hex(b.parseFile(b.piece(7, bytes("00ff"))).bytes), hex(b.parseFile(b.done(7, digest)).digest),
      b.parseFile(b.arrived(7, 2 ** 32)),
      await codeOf(() => b.said("x".repeat(4001))), await codeOf(() => b.copied("ä".repeat(131073))),
    ];
    """
    assert run(twin, script, None) == [
        {"text": "Grüße 😀"},
        {"isWanted": True},
        {"text": "Ä"},
        {"from": "Änne", "text": "x"},
        {"kind": "offer", "id": 7, "name": "Übersicht.pdf", "size": 2**32},
        {"kind": "accept", "id": 7},
        {"kind": "reject", "id": 7},
        {"kind": "cancel", "id": 7},
        "00ff",
        "07" * 32,
        {"kind": "arrived", "id": 7, "received": 2**32},
        4413,
        4413,
    ]


@pytest.mark.parametrize(("name", "reader"), [("to_host", "parseToHost"), ("to_viewer", "parseToViewer")])
def test_texts_of_the_relay_are_read_alike(twin: Tab, name: str, reader: str) -> None:
    vectors = vectors_of("texts")[name]
    script = f"""
    const t = await load("texts");
    return Promise.all(given.map((one) => codeOf(() => t.{reader}(one.text))));
    """
    assert run(twin, script, vectors) == [one["code"] for one in vectors]


def test_a_host_answers_few_commitments_and_only_as_long_as_it_may(twin: Tab) -> None:
    """As in the program: see tests/remote_bridge/protocol/test_link.py."""
    script = """
    const h = await load("handshake");
    const meeting = { session: "s", viewer: 1, linkKey: new Uint8Array(32) };
    const commit = () => new h.ViewerEnd(meeting).begin();
    const told = [];
    const asked = [true, false];
    for (const host of [new h.HostEnd(meeting), new h.HostEnd(meeting, null, () => asked.shift())]) {
      const codes = [];
      while (!codes.at(-1)) codes.push(await codeOf(async () => host.receive(await commit())));
      told.push(codes);
    }
    return { told, most: h.MOST_HANDSHAKES };
    """
    told = run(twin, script, None)
    assert told["told"] == [[None] * MOST_COMMITMENTS + [4400], [None, 4400]]
    assert told["most"] == MOST_HANDSHAKES


def test_names_are_read_as_they_are_written(twin: Tab) -> None:
    """As in the program: see tests/remote_bridge/protocol/test_names.py."""
    names = ["Änne", "\u202ekcirtaP\u202c", "A\u061c\u200e\u2067nn\u2069\n", "a\u200c\u200d\ufeffb", "\u2028"]
    script = """
    const [b, t] = [await load("bodies"), await load("texts")];
    const viewers = given.map((name, at) => ({ viewer: at + 1, name, controls: false }));
    const stands = { state: "live", asked: ["view"], granted: ["view"], viewers };
    const rest = { session: "s", number: 1, subject: given[1], expires_at: "2030-01-01T00:00:00Z" };
    const host = { type: "welcome", ...stands, ...rest, who: given[1], business: given[2] };
    const own = { session: "s", viewer: 1, name: given[1], may_control: true, host: true };
    const viewer = { type: "welcome", ...stands, ...own };
    const welcome = t.parseToHost(JSON.stringify(host));
    return {
      viewers: welcome.viewers.map(({ name }) => name),
      others: [welcome.who, welcome.business, welcome.subject, t.parseToViewer(JSON.stringify(viewer)).name],
      joined: t.parseToHost(JSON.stringify({ type: "joined", viewer: 3, name: given[1] })).name,
      heard: b.parseHeard(b.heard(given[1], given[1])),
    };
    """
    told = run(twin, script, names)
    assert told["viewers"] == [plain(name) for name in names]
    assert told["others"] == ["kcirtaP", "Ann", "kcirtaP", "kcirtaP"]
    assert told["joined"] == "kcirtaP"
    assert told["heard"] == {"from": "kcirtaP", "text": names[1]}


def test_what_is_said_is_the_same_line_on_both_sides(twin: Tab) -> None:
    parting = [chr(sign) for sign in range(0x3001) if unicodedata.category(chr(sign))[0] in "CZ"]
    given = ["yes\nAnn: no", f"a{'b'.join(one for one in parting if unicodedata.category(one) != 'Cs')}c"]
    script = "const { oneLine } = await load('bodies'); return given.map(oneLine);"
    assert run(twin, script, given) == [one_line(said) for said in given]


def test_what_may_pass_when_is_judged_alike(twin: Tab) -> None:
    vectors = vectors_of("channels")
    script = """
    const t = await load("texts");
    return given.map((one) => {
      try {
        return t.judge(one.channel, one.side, one, one.controls);
      } catch {
        return "close";
      }
    });
    """
    assert run(twin, script, vectors) == [one["verdict"] for one in vectors]
