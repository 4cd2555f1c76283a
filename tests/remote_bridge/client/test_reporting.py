"""A report of an error leads to the desk's own page, with plain words about the program and nothing else."""

import os
import platform
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from remote_bridge.client.links import BadLink
from remote_bridge.client.reporting import address_of, desk_in
from remote_bridge.protocol.secrets import LinkSecret

DESK = "https://desk.example/help"
LINK = f"{DESK}/remote#{LinkSecret(bytes(32)).fragment()}"


@pytest.mark.parametrize(
    "text", [LINK, f"m4a-remote:{LINK}", f"<{LINK}>", DESK, f"{DESK}/", f"{DESK}/remote", "desk.example/help"]
)
def test_the_desk_is_that_of_the_link_or_the_address(text: str) -> None:
    assert desk_in(text) == DESK


@pytest.mark.parametrize(
    "text", ["", "http://desk.example", "http://desk.example/remote#x", "https://desk.example/remote#x"]
)
def test_what_names_no_desk_or_an_unprotected_one_is_refused(text: str) -> None:
    with pytest.raises(BadLink):
        desk_in(text)


def test_it_says_which_program_on_which_system_and_how_it_failed() -> None:
    address = urlsplit(address_of(DESK, "BadLink", {"DISPLAY": ":0", "USER": "ann"}))
    assert (address.netloc, address.path, address.query) == ("desk.example", "/help/error-report", "")
    facts = {name: words[0] for name, words in parse_qs(address.fragment, strict_parsing=True).items()}
    assert facts["client"].endswith(f"(Python {platform.python_version()})")
    assert facts["system"].startswith(platform.system())
    assert (facts["desktop"], facts["failure"]) == (
        "x11" if sys.platform == "linux" else facts["desktop"],
        "BadLink",
    )
    assert facts.keys() == {"client", "system", "desktop", "failure"}
    assert "ann" not in address.fragment


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ("", None),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60),
        ("<b>Ann & Söhne</b>\n#1", " b Ann   S hne  b   1"),
    ],
)
def test_a_failure_is_a_few_plain_characters(failure: str, told: str | None) -> None:
    facts = parse_qs(urlsplit(address_of(DESK, failure, {})).fragment)
    assert facts.get("failure") == (None if told is None else [told])


def run(*words: str, folder: Path, browser: str) -> subprocess.CompletedProcess[str]:
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "LANG", "BROWSER")
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    env |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "BROWSER": browser}
    return subprocess.run(
        [sys.executable, "-m", "remote_bridge.client.app", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that writes down what it is to show."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/shown"\n')
    program.chmod(0o700)
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="browsers are found in another way there")
def test_the_browser_shows_it_and_gets_no_secret(tmp_path: Path, browser: Path) -> None:
    done = run("--report", LINK, folder=tmp_path, browser=str(browser))
    assert (done.returncode, done.stderr) == (0, "")
    shown = (tmp_path / "shown").read_text()
    assert shown.startswith(f"{DESK}/error-report#client=")
    assert shown in done.stdout
    assert LinkSecret(bytes(32)).fragment() not in shown + done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="browsers are found in another way there")
def test_without_a_browser_the_address_is_told(tmp_path: Path) -> None:
    done = run("--report", DESK, folder=tmp_path, browser="/bin/false")
    assert done.returncode == 0
    assert done.stdout.startswith("Please open this address in a browser")
    assert f"{DESK}/error-report#" in done.stdout
