import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from remote_bridge.client import app
from remote_bridge.client.face.terminal import TerminalFace
from remote_bridge.client.texts import speak
from remote_bridge.protocol.secrets import LinkSecret
from tests.remote_bridge.client.system.enrolled import enrol_desk

LINK = f"http://127.0.0.1:9/remote#{LinkSecret(bytes(32)).fragment()}"


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    speak(["en"])


def run(*words: str, env: dict[str, str] | None = None, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "remote_bridge.client.app", *words],
        env={
            **{n: v for n, v in os.environ.items() if n not in ("DISPLAY", "WAYLAND_DISPLAY", "LANG")},
            **(env or {}),
        },
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_says_what_it_is_for() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Ctrl+Alt+Shift+Esc" in done.stdout


@pytest.mark.parametrize(
    ("words", "env", "line"),
    [
        (
            ["https://desk.example.org/"],
            {},
            "This is not a link to a remote session. Please copy the whole link.",
        ),
        (
            ["hallo"],
            {"LANG": "de_DE.UTF-8"},
            "Das ist kein Link zu einer Fernwartung. Bitte kopieren Sie den ganzen Link.",
        ),
        ([LINK], {}, "There is no screen here: DISPLAY is not set."),
        (
            [LINK],
            {"DISPLAY": ":64321"},
            "No window can be shown: please start this in a terminal, or install python3-tk.",
        ),
        (
            ["--terminal", LINK],
            {"DISPLAY": ":64321"},
            "The support desk cannot be reached. Is this computer online?",
        ),
    ],
)
def test_an_error_is_one_clear_line(words: list[str], env: dict[str, str], line: str) -> None:
    done = run(*words, env=env)
    assert (done.returncode, done.stderr) == (1, f"manage4all-client: {line}\n")


def test_wayland_is_told_from_x11() -> None:
    done = run(LINK, env={"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"})
    assert done.returncode == 1
    assert "Wayland" in done.stderr


def test_a_link_may_come_by_the_input_and_without_one_it_says_so() -> None:
    assert "not a link" in run("-", given="nonsense\n").stderr
    done = run()
    assert done.returncode == 2
    assert "A link is needed" in done.stderr


def test_links_of_a_browser_are_registered(tmp_path: Path) -> None:
    done = run("--register", env={"XDG_DATA_HOME": str(tmp_path)})
    assert (done.returncode, "m4a-remote" in done.stdout) == (0, True)
    assert (tmp_path / "applications" / "manage4all-client.desktop").exists()
    (tmp_path / "x").write_text("")
    done = run("--register", env={"XDG_DATA_HOME": str(tmp_path / "x")})
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


def test_without_a_window_it_asks_in_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    face = app.make_face(lambda _: None, is_in_terminal=True)
    assert isinstance(face, TerminalFace)


def test_with_a_window_it_asks_in_it(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    window = pytest.importorskip("remote_bridge.client.face.window", reason="this Python has no Tk")
    monkeypatch.setenv("DISPLAY", display)
    face = app.make_face(lambda _: None, is_in_terminal=False)
    assert isinstance(face, window.WindowFace)
    face.root.destroy()


def test_the_usage_is_that_of_a_command() -> None:
    done = CliRunner().invoke(app.client, ["--no-such-word"])
    assert done.exit_code == 2


def test_ctrl_c_leaves_without_a_traceback() -> None:
    main, side = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "remote_bridge.client.app", "--terminal", LINK.replace(":9/", ":65000/")],
        env={**os.environ, "DISPLAY": ":64321"},
        stdin=side,
        stdout=side,
        stderr=subprocess.PIPE,
    )
    os.close(side)
    time.sleep(0.2)
    program.terminate()
    _out, errors = program.communicate(timeout=60)
    os.close(main)
    assert b"Traceback" not in errors


def test_the_collector_goes_through_nothing_that_was_imported() -> None:
    """It held up what was on its way for 40 ms."""
    told = "from remote_bridge.client import app, engine; app._settle(); print(len(app.gc.get_objects()))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, timeout=60, check=True)
    assert int(done.stdout) < 1000


def test_only_one_thing_is_done_at_a_time() -> None:
    for words in (
        ["--system", "--status"],
        ["--forget", LINK],
        ["--enrol", "a", "b", "--system"],
        ["--report", "--status"],
    ):
        done = CliRunner().invoke(app.client, ["--language=en", *words])
        assert (done.exit_code, "One thing at a time" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--status"], "This computer is not enrolled"),
        (["--forget"], "This computer is not enrolled"),
        (["--system", "--terminal"], "This computer is not enrolled"),
        (["--unattended", "view"], "This computer is not enrolled"),
        (["--unattended", "all"], "What can be granted: view, control, clipboard, files; or none."),
        (["--enrol", "http://desk.example", "A"], "This address is not protected"),
        (["--language=de", "--enrol", "http://127.0.0.1:9", "A"], "Der Support ist nicht erreichbar."),
    ],
)
def test_what_is_wrong_with_a_system_is_one_clear_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = run(*words, env={"HOME": str(tmp_path), "DISPLAY": ":64321", "LANG": "en_GB.UTF-8"})
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith(f"manage4all-client: {said}")


def test_a_system_that_can_ask_nobody_does_not_stay(tmp_path: Path) -> None:
    done = run("--system", env={"HOME": str(tmp_path), "DISPLAY": ":64321"})
    assert (done.returncode, "No window can be shown" in done.stderr) == (1, True)
    done = run("--system", env={"HOME": str(tmp_path)})
    assert (done.returncode, "DISPLAY is not set" in done.stderr) == (1, True)


def test_a_computer_is_enrolled_and_its_service_installed_in_one_go(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": "/nowhere"}
    with enrol_desk() as desk:
        done = run(
            "--enrol", desk.address, "ABCD-EFGH-2345", "--name", "Kasse 1", "--install-service", env=env
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert ["“Kasse 1”" in line for line in done.stdout.splitlines()] == [True, False]
    assert "sign-in" in done.stdout
    assert "Kasse 1" in run("--status", env=env).stdout


def test_a_service_is_installed_and_uninstalled(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path), "PATH": "/nowhere"}
    done = run("--install-service", env=env)
    assert (done.returncode, "sign-in" in done.stdout) == (0, True)
    assert (tmp_path / "autostart" / "manage4all-client-system.desktop").exists()
    done = run("--uninstall-service", env=env)
    assert (done.returncode, list((tmp_path / "autostart").iterdir())) == (0, [])


def test_a_fault_of_the_program_is_told_in_full_and_by_a_status_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault")

    # The program has none that could be planned.
    monkeypatch.setattr("remote_bridge.client.system.commands.stay", broken)
    monkeypatch.setenv("DISPLAY", ":64321")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(SystemExit) as left:
        app._stay(tmp_path, is_in_terminal=True)
    assert left.value.code == 70
    assert "a fault" in capsys.readouterr().err


def test_a_report_needs_a_desk_and_an_enrolled_computer_has_one(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "BROWSER": "/bin/false"}
    done = run("--report", env=env)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Which support desk?" in done.stderr
    assert "not protected" in run("--report", "http://desk.example", env=env).stderr
    with enrol_desk() as desk:
        run("--enrol", desk.address, "ABCD-EFGH-2345", env=env)
        done = run("--report", env=env)
    assert (done.returncode, f"{desk.address}/error-report#" in done.stdout) == (0, True)
    assert f"{desk.address}/error-report#" in run("--report", "-", env=env, given=f"{desk.address}\n").stdout
