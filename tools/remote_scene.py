"""A customer with a screen to be seen, for the pictures of remote sessions.

An X server, a browser on it that shows a till without its terminal, and the ServiceClient that shows it on.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

TICKET = 4
OWN_TAB = """const ask = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getDisplayMedia = (wanted) => ask({ ...wanted, preferCurrentTab: true });"""
"""For a browser that is to show the screen: there is only its own tab."""

_SIZE = "1280x800"
_START_SECONDS = 60
_TILL = """<!doctype html><meta charset=utf-8><title>Kasse</title><style>
body{margin:0;font:16px/1.5 sans-serif;background:#eef1f4;color:#1c2733}
header{background:#1f3a5f;color:#fff;padding:14px 24px;
display:flex;justify-content:space-between;font-size:18px}
main{display:grid;grid-template-columns:1fr 360px;gap:24px;padding:24px}
section{background:#fff;border:1px solid #cfd7df;border-radius:6px;padding:20px 24px}
h2{margin:0 0 12px;font-size:19px}table{width:100%;border-collapse:collapse}
td{padding:9px 0;border-bottom:1px solid #e3e8ed}td:last-child{text-align:right}
.sum td{font-weight:700;font-size:20px;border:0}.bad{background:#fdecea;border-color:#d9534f}
button{font:inherit;padding:10px 18px;
border:1px solid #8296aa;border-radius:5px;background:#fff;margin-right:8px}
.go{background:#2f6f4f;
color:#fff;border-color:#2f6f4f}dl{margin:0}dt{color:#5b6b7b}dd{margin:0 0 10px}</style>
<header><span>Kasse 2 · Filiale Nord</span><span>10:42</span></header><main><section><h2>Bon 20417</h2><table>
<tr><td>2 × Kaffeefilter Gr. 4</td><td>5,98</td></tr><tr><td>1 × Teekanne 1,2 l</td><td>24,90</td></tr>
<tr><td>3 × Becher, blau</td><td>26,85</td></tr><tr><td>1 × Geschenkkarte</td><td>25,00</td></tr>
<tr class=sum><td>Summe EUR</td><td>82,73</td></tr></table><p><button class=go>Karte</button>
<button>Bar</button>
<button>Gutschein</button></p></section><div><section class=bad><h2>Kartenterminal nicht erreichbar</h2>
<p>Keine Antwort von 192.168.2.40:22000 (Fehler 6F). Der letzte Kassenschnitt fehlt.</p>
<button>Noch einmal versuchen</button></section><br>
<section><h2>Geräte</h2><dl><dt>Bondrucker</dt><dd>bereit</dd>
<dt>Scanner</dt><dd>bereit</dd><dt>Terminal</dt><dd>getrennt seit 10:31</dd></dl></section></div></main>"""


class Scene:
    """What addresses of pages are filled in with.

    `{live}`: the id of the session that is on; `{waiting}`: the secret of one that nobody has opened;
    `{fresh}`: that of another one each time.
    """

    def __init__(self, base: str, token: str) -> None:
        self._base, self._token = base, token
        self._deadline = time.monotonic() + _START_SECONDS
        live, waiting = self._make(), self._make()
        self.link, self._kept = live["link"], {"live": live["id"], "waiting": _secret(waiting)}

    def __getitem__(self, name: str) -> str:
        return _secret(self._make()) if name == "fresh" else self._kept[name]

    def is_live(self) -> bool:
        """Whether the customer has agreed; ends the program where nobody comes."""
        if time.monotonic() > self._deadline:
            raise SystemExit("The customer of the pictures does not come.")
        return self._ask(f"/remote-sessions/{self._kept['live']}")["state"] == "live"

    def _make(self) -> dict[str, str]:
        scopes = ["control", "clipboard", "files"]
        return self._ask(f"/tickets/{TICKET}/remote-sessions", {"scopes": scopes})

    def _ask(self, path: str, body: object = None) -> dict[str, str]:
        request = urllib.request.Request(  # noqa: S310 - a desk of our own
            f"{self._base}/api/v1{path}",
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            found: dict[str, str] = json.load(answer)
        return found


@contextmanager
def remote_scene(root: Path, base: str) -> Iterator[Scene]:
    """A desk's customer, in a session of ticket 4; `root` is the desk's folder."""
    page = root / "till.html"
    page.write_text(_TILL, "utf-8")
    scene = Scene(base, _token(root / "data"))
    with ExitStack() as stack:
        display = stack.enter_context(_display())
        environment = {**os.environ, "DISPLAY": display, "HOME": str(root)}
        browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        alone = ["--no-sandbox", "--no-first-run", f"--user-data-dir={root / 'till'}", "--kiosk"]
        window = ["--window-position=0,0", f"--window-size={_SIZE.replace('x', ',')}"]
        stack.enter_context(_running([browser, *alone, *window, f"file://{page}"], environment))
        client = [sys.executable, "-m", "remote_bridge.client.app", "--terminal", "--language=de", scene.link]
        customer = stack.enter_context(_running(client, environment))
        while not scene.is_live():  # what is said before the question is no answer
            _say(customer, "ja")
            time.sleep(0.5)
        yield scene


@contextmanager
def _display() -> Iterator[str]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{_SIZE}x24", "-nolisten", "tcp"]
    with _running(command, dict(os.environ), pass_fds=[write]):
        os.close(write)
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], pass_fds: list[int] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, pass_fds=pass_fds or ()
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _say(program: subprocess.Popen[bytes], words: str) -> None:
    if program.stdin is not None:
        program.stdin.write(f"{words}\n".encode())
        program.stdin.flush()


def _token(data: Path) -> str:
    def ask(*command: str) -> dict[str, str]:
        program = [sys.executable, "-m", "gateway.cli.main", *command, "--json"]
        told = subprocess.run(
            program, env={**os.environ, "M4A_DATA_DIR": str(data)}, check=True, capture_output=True
        )
        said = json.loads(told.stdout)
        found: dict[str, str] = said["accounts"][0] if "accounts" in said else said
        return found

    return ask("token", "create", "--account", ask("account", "list")["id"])["token"]


def _secret(made: dict[str, str]) -> str:
    return made["link"].partition("#")[2]
