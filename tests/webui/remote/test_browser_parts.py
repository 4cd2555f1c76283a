"""The small parts of the browser's sides, by themselves: hashing, tiles, RFB's server, noVNC's channel."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests.fakes.static_files import static_files

_HELPERS = """
const load = async (name) => import(`/static/remote/${name}.js`);
const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const pairs = (text) => text.replaceAll(" ", "").match(/../g) ?? [];
const bytes = (text) => Uint8Array.from(pairs(text), (pair) => parseInt(pair, 16));
"""


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Tab]:
    with static_files() as address:
        made = chromium.new_page()
        made.goto(address)
        yield made
        made.close()


def run(tab: Tab, script: str, given: Any = None) -> Any:
    return tab.evaluate(f"async (given) => {{ {_HELPERS} {script} }}", given)


def test_a_hash_in_steps_is_that_of_the_whole(tab: Tab) -> None:
    sizes = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_000]
    script = """
    const { Sha256 } = await load("sha256");
    return given.map((size) => {
      const data = Uint8Array.from({ length: size }, (_, at) => at * 7);
      const hash = new Sha256();
      for (let at = 0; at < size; at += 37) hash.update(data.subarray(at, at + 37));
      return hex(hash.digest());
    });
    """
    datas = [bytes(at * 7 % 256 for at in range(size)) for size in sizes]
    assert run(tab, script, sizes) == [hashlib.sha256(data).hexdigest() for data in datas]


def test_names_of_files_are_made_safe(tab: Tab) -> None:
    script = "const { safeName } = await load('transfers'); return given.map(safeName);"
    names = ["../../etc/passwd", "C:\\x\\y.txt", "a\nb?.txt", " .hidden ", "..", "", "Übersicht.pdf"]
    assert run(tab, script, names) == [
        "passwd",
        "y.txt",
        "a_b_.txt",
        "hidden",
        "file",
        "file",
        "Übersicht.pdf",
    ]


def test_what_has_changed_is_covered_by_few_rectangles(tab: Tab) -> None:
    script = """
    const { changed, covering } = await load("tiles");
    const [width, height] = [200, 130]; // 4 times 3 tiles, the last ones smaller
    const before = new Uint32Array(width * height);
    const now = before.slice();
    now[0] = now[70] = now[64 * width + 3] = now[64 * width + 127] = now[width * height - 1] = 1;
    const tiles = changed(before, now, width, height);
    const many = Array.from({ length: 900 }, (_, at) => at).filter((at) => (at + Math.floor(at / 30)) % 2);
    return { tiles, rects: covering(tiles, width, height), many: covering(many, 1920, 1900).length,
             none: covering([], width, height) };
    """
    assert run(tab, script) == {
        "tiles": [0, 1, 4, 5, 11],
        "rects": [
            {"x": 0, "y": 0, "width": 128, "height": 128},
            {"x": 192, "y": 128, "width": 8, "height": 2},
        ],
        "many": 1,
        "none": [],
    }


_SERVER = """
const { RfbServer } = await load("rfbserver");
let out = [];
const server = new RfbServer({ width: 320, height: 200 }, "Acme", (data) => out.push(hex(data)));
const take = () => out.splice(0).join("");
const greet = () => server.receive(bytes("524642203030332e3030380a 01 01"));
const encodings = (...list) => server.receive(bytes("0200" + list.length.toString(16).padStart(4, "0") +
  list.map((one) => (one >>> 0).toString(16).padStart(8, "0")).join("")));
const codeOf = (read) => {
  try {
    read();
    return null;
  } catch (error) {
    return error.code ?? String(error);
  }
};
"""


def test_a_screen_that_is_shared_speaks_rfb(tab: Tab) -> None:
    script = (
        _SERVER
        + """
    const told = { hello: take() };
    server.receive(bytes("5246422030"));
    server.receive(bytes("30332e3030380a 01 01")); // cut anywhere
    told.begun = take();
    told.readyBefore = server.isReady;
    encodings(7, -260, -223, -312, -313, -26);
    told.offers = take();
    server.receive(bytes("03 00 0000 0000 0140 00c8"));
    [told.wantsAll, told.ready, told.quality, told.png] =
      [server.wantsAll, server.isReady, server.quality, server.readsPng];
    const part = { x: 1, y: 2, width: 3, height: 4, isPng: false, bytes: new Uint8Array(200).fill(9) };
    server.update([part]);
    told.update = take();
    server.resize({ width: 100, height: 50 });
    server.update([{ ...part, isPng: true, bytes: Uint8Array.of(8) }]);
    told.resized = take();
    server.receive(bytes("96 01 0000 0000 0140 00c8"));
    told.full = server.isReady;
    server.receive(bytes("f8000000 00000001 04 00000002"));
    told.again = server.isReady;
    server.receive(bytes("f8000000 80000003 02 6162"));
    told.fence = take();
    return told;
    """
    )
    told = run(tab, script)
    assert told["hello"] == b"RFB 003.008\n".hex()
    size = "014000c8" + "20180001" + "00ff00ff00ff" + "000810" + "000000" + "00000004" + b"Acme".hex()
    assert told["begun"] == "0101" + "00000000" + size
    assert told["offers"] == "96" + "f8000000" + "80000001" + "00"
    assert (told["readyBefore"], told["wantsAll"], told["ready"]) == (False, True, True)
    assert (told["quality"], told["png"]) == (0.79, True)
    rect = "0001000200030004"
    assert (
        told["update"]
        == f"00000001{rect}00000007" + "90" + "c801" + "09" * 200 + "f80000008000000104" + "00000001"
    )
    assert told["resized"].startswith(
        f"00000002{'00' * 4}00640032ffffff21{rect}fffffefc" + "a0" + "01" + "08"
    )
    assert (told["full"], told["again"], told["fence"]) == (False, True, "f80000000000000302" + "6162")


@pytest.mark.parametrize(
    "said",
    [
        "04 01 0000 00000061",
        "05 00 0000 0000",
        "06",
        "ff",
        "02 00 ffff",
        "f8000000 00000000 ff",
        "fb 00 0001 0001 ff 00",
    ],
)
def test_a_viewer_that_does_not_keep_to_rfb_is_refused(tab: Tab, said: str) -> None:
    assert run(tab, _SERVER + "greet(); return codeOf(() => server.receive(bytes(given)));", said) == 4400


_CHANNEL = """
const { ScreenChannel } = await load("channel");
let said = [];
const channel = new ScreenChannel((which, body) => said.push([which, hex(body)]));
channel.mayControl = true;
const send = (text) => { channel.send(bytes(text)); return said.splice(0); };
for (const part of ["524642203030332e3030380a", "01", "01"]) send(part);
"""


def test_what_novnc_says_is_sorted_by_its_type(tab: Tab) -> None:
    script = (
        _CHANNEL
        + """
    return [
      send("03 01 0000 0000 0001 0001 05 01 0002 0003 03 01 0000 0000 0001 0001"),
      send("02 00 0001 000000"), send("07"), // in two pieces
      send("06 000000 00000003 616263 06 000000 fffffffc 01000000 fa 00 01 02"),
      send("fb 00 0001 0001 01 00 00000000 0000 0000 0001 0001 00000000"),
      send("05 81 0002 0003 01"),
    ];
    """
    )
    assert run(tab, script) == [
        [[1, "03010000000000010001" * 2], [2, "050100020003"]],
        [],
        [[1, "0200000100000007"]],
        [],
        [],
        [[2, "05810002000301"]],
    ]


def test_keys_are_let_go_as_they_were_pressed_and_nothing_leaves_without_control(tab: Tab) -> None:
    script = (
        _CHANNEL
        + """
    const told = {};
    told.pressed = send("ff 00 0001 0000007a 00000015");
    told.letGo = send("ff 00 0000 00000079 00000015");
    told.letGoAgain = send("ff 00 0000 00000079 00000015");
    channel.byPlace = true;
    told.byPlace = send("ff 00 0001 0000007a 00000015");
    send("05 01 0002 0003");
    channel.release();
    told.released = said.splice(0);
    channel.release();
    told.releasedAgain = said.splice(0);
    channel.mayControl = false;
    told.without = ["04 01 0000 00000061", "05 01 0002 0003", "ff00000100000061 0000001e"].flatMap(send);
    told.screen = send("03 01 0000 0000 0001 0001").length;
    return told;
    """
    )
    assert run(tab, script) == {
        "pressed": [[2, "ff0000010000007a00000015"]],
        "letGo": [[2, "ff0000000000007a00000015"]],
        "letGoAgain": [],
        "byPlace": [[2, "ff0000010000000000000015"]],
        "released": [[2, "ff0000000000000000000015" + "050000020003"]],
        "releasedAgain": [],
        "without": [],
        "screen": 1,
    }


def test_a_file_that_is_taken_back_while_its_place_is_chosen_is_not_accepted(tab: Tab) -> None:
    script = """
    const [{ Transfers }, b] = [await load("transfers"), await load("bodies")];
    let choose;
    let dropped = 0;
    const stream = { write() {}, close() {}, abort: async () => { dropped += 1; } };
    window.showSaveFilePicker = () => new Promise((chosen) => {
      choose = () => chosen({ createWritable: async () => stream });
    });
    const [said, phases] = [[], []];
    const say = (_, body) => said.push(b.parseFile(body).kind);
    const made = new Transfers(say, ({ phase }) => phases.push(phase));
    await made.receive(b.offer(2, "a.txt", 3));
    const accepting = made.accept(2);
    const again = made.accept(2);
    await made.receive(b.cancel(2));
    choose();
    await Promise.all([accepting, again]);
    return { said, phases, dropped };
    """
    assert run(tab, script) == {"said": [], "phases": ["offered", "broken"], "dropped": 1}


def test_files_that_are_over_are_known_for_a_while(tab: Tab) -> None:
    script = """
    const [{ Transfers }, b] = [await load("transfers"), await load("bodies")];
    const said = [];
    const made = new Transfers((_, body) => said.push(b.parseFile(body).id), () => {});
    for (let id = 2; id <= 44; id += 2) {
      await made.receive(b.offer(id, "a.txt", 3));
      await made.receive(b.cancel(id));
    }
    await made.receive(b.offer(6, "again.txt", 3)); // the twentieth last is known, and comes twice
    await made.receive(b.offer(4, "again.txt", 3)); // the one before is forgotten
    return { said, open: made.open.map(({ id }) => id) };
    """
    assert run(tab, script) == {"said": [6], "open": [4]}


def test_of_all_files_together_no_more_is_under_way_than_the_line_bears(tab: Tab) -> None:
    script = """
    const [{ Transfers }, b] = [await load("transfers"), await load("bodies")];
    const got = new Map([[1, 0], [3, 0]]);
    let [pieces, done] = [0, 0];
    const made = new Transfers(async (_, body) => {
      const { kind, id, bytes: piece } = b.parseFile(body);
      if (kind === "done") done += 1;
      if (kind !== "piece") return;
      pieces += piece.length;
      got.set(id, got.get(id) + piece.length);
    }, () => {});
    for (const name of ["a", "b"]) made.offer(new File([new Uint8Array(2 ** 20)], name));
    const pause = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));
    for (const id of got.keys()) await made.receive(b.accept(id));
    while (pieces < 2 ** 20) await pause(1);
    await pause(200); // for more to come, if it did
    const first = pieces;
    while (done < 2) {
      for (const [id, size] of got) await made.receive(b.arrived(id, size));
      await pause(1);
    }
    return { first, all: pieces };
    """
    assert run(tab, script) == {"first": 2**20, "all": 2**21}
