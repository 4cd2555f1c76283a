"""`./run.sh` is what a newcomer types first; here on a machine whose programs note what they are asked."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT

_READ_BY_RUN_SH = ("run.sh", "pyproject.toml", "package-lock.json", "tools/assets.py")
_SYSTEM = ("df", "rm", "cat", "cksum", "cp", "dirname", "mkdir", "sh")
# A Python that makes environments out of itself and succeeds at whatever else it is asked.
_PYTHON = """#!/bin/sh
echo "python $*" >> "$NOTES"
case "$*" in
*"-m venv"*)
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    for name in ruff mypy lint-imports pytest manage4all; do cp "$TOOL" ".venv/bin/$name"; done ;;
-V) echo "Python 3.12.0" ;;
*"import ensurepip"*) [ -z "${NO_ENSUREPIP-}" ] ;;
*version_info\\[*) echo 3.12 ;;
esac
"""
_TOOL = """#!/bin/sh
echo "${0##*/} $*" >> "$NOTES"
[ "${0##*/}" != "${RED-}" ]
"""
_NOTING = '#!/bin/sh\necho "${0##*/} $*" >> "$NOTES"\n'


class Machine:
    """A checkout in a folder with a space in its name, and the only programs that it can find."""

    def __init__(self, where: Path) -> None:
        self.checkout, self.bin, self.notes = where / "my desk", where / "bin", where / "notes"
        (self.checkout / "tools").mkdir(parents=True)
        self.bin.mkdir()
        for name in (*_READ_BY_RUN_SH, *(path.name for path in ROOT.glob("requirements*.lock"))):
            shutil.copy(ROOT / name, self.checkout / name)
        for name in _SYSTEM:
            (self.bin / name).symlink_to(shutil.which(name) or name)
        self.user(1000)
        for name in ("chromium", "dovecot"):
            self.has(name, _NOTING)
        self.tool = self.has("tool", _TOOL)

    def has(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)
        return path

    def user(self, number: int) -> None:
        self.has("id", f"#!/bin/sh\necho {number}\n")

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        self.notes.write_text("")
        environment = {
            "PATH": str(self.bin),
            "SBIN": "",
            "NOTES": str(self.notes),
            "TOOL": str(self.tool),
            **more,
        }
        return subprocess.run(
            [self.checkout / "run.sh", *words],
            cwd="/",
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def asked(self, what: str) -> bool:
        return what in self.notes.read_text()


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """Without any Python."""
    return Machine(tmp_path)


@pytest.fixture
def machine(bare: Machine) -> Machine:
    bare.has("python3.12", _PYTHON)
    return bare


def test_alone_it_sets_up_from_the_lock_and_starts_the_demo(machine: Machine) -> None:
    assert machine.run().returncode == 0
    assert machine.asked("--require-hashes --only-binary :all: -r requirements-build.lock")
    assert machine.asked("--no-binary dkimpy,pyspf,xcffib --no-build-isolation -r requirements.lock")
    assert machine.asked("python tools/assets.py")
    assert machine.notes.read_text().endswith("manage4all serve --demo\n")


def test_the_second_start_installs_nothing(machine: Machine) -> None:
    machine.run()
    assert machine.run().stderr == ""
    assert not machine.asked("pip")
    assert machine.asked("manage4all serve --demo")


def test_setup_starts_nothing(machine: Machine) -> None:
    assert machine.run("setup").returncode == 0
    assert not machine.asked("manage4all")


def test_what_the_tests_need_is_enough_to_run(machine: Machine) -> None:
    machine.run("test")
    machine.run()
    assert not machine.asked("pip")


def test_what_runs_is_not_enough_to_test(machine: Machine) -> None:
    machine.run()
    machine.run("test")
    assert machine.asked("-r requirements-test.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json", "pyproject.toml"])
def test_a_changed_lock_sets_up_again(machine: Machine, name: str) -> None:
    machine.run()
    with (machine.checkout / name).open("a") as file:
        file.write("\n")
    machine.run()
    assert machine.asked("-m pip install")


def test_a_moved_checkout_is_set_up_again(machine: Machine) -> None:
    machine.run()
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("elsewhere"))
    machine.run()
    assert machine.asked("-m pip install")


def test_every_check_runs_and_all_that_fail_are_named(machine: Machine) -> None:
    done = machine.run("test", RED="mypy")
    assert done.returncode == 1
    assert machine.asked("pytest -q -m journey")
    assert "these checks failed:\n  mypy\n" in done.stderr
    assert machine.run("test").returncode == 0


def test_without_python_it_says_so(bare: Machine) -> None:
    done = bare.run("setup")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1,
        "run.sh: Python 3.11 or newer is needed; none was found.",
    )


def test_without_venv_it_names_the_package(machine: Machine) -> None:
    done = machine.run("setup", NO_ENSUREPIP="1")
    assert done.returncode == 1
    assert done.stderr.endswith("a package is missing, please install it: python3.12-venv\n")


def test_root_gets_the_missing_venv_installed(machine: Machine) -> None:
    machine.user(0)
    machine.has("apt-get", _NOTING)
    assert machine.run("setup", NO_ENSUREPIP="1").returncode == 0
    assert machine.asked("apt-get install -y -qq --no-install-recommends python3.12-venv")


def test_a_missing_browser_is_named_or_installed(machine: Machine) -> None:
    (machine.bin / "chromium").unlink()
    done = machine.run("test")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1,
        "run.sh: the tests need these system packages, please install them: chromium",
    )
    machine.user(0)
    machine.has("apt-get", _NOTING)
    assert machine.run("test").returncode == 0
    assert machine.asked("apt-get install -y -qq --no-install-recommends chromium")


def test_a_missing_mail_server_is_named_or_installed(machine: Machine) -> None:
    (machine.bin / "dovecot").unlink()
    done = machine.run("test")
    assert done.stderr.endswith("please install them: dovecot-imapd\n")
    machine.user(0)
    machine.has("apt-get", _NOTING)
    assert machine.run("test").returncode == 0
    assert machine.asked("apt-get install -y -qq --no-install-recommends dovecot-imapd")


def test_a_virus_scanner_that_is_there_must_be_used(machine: Machine) -> None:
    machine.has("clamd", _NOTING)
    machine.has("tool", '#!/bin/sh\necho "scanner $M4A_REQUIRE_CLAMD" >> "$NOTES"\n')
    assert machine.run("test").returncode == 0
    assert machine.asked("scanner 1")


def test_without_a_virus_scanner_it_says_that_a_double_is_used(machine: Machine) -> None:
    done = machine.run("test")
    assert (done.returncode, "a double of it" in done.stderr) == (0, True)


def test_a_second_verifier_of_signatures_is_installed_or_missed_aloud(machine: Machine) -> None:
    assert "only our own verifier" in machine.run("test").stderr
    machine.user(0)
    machine.has("apt-get", _NOTING)
    machine.run("test")
    assert machine.asked("apt-get install -y -qq --no-install-recommends libmail-dkim-perl")


def test_a_second_verifier_that_is_there_must_be_used(machine: Machine) -> None:
    machine.has("dkimproxy-verify", _NOTING)
    machine.has("tool", '#!/bin/sh\necho "verifier $M4A_REQUIRE_DKIM_VERIFIER" >> "$NOTES"\n')
    assert "only our own verifier" not in machine.run("test").stderr
    assert machine.asked("verifier 1")


def test_postfix_is_installed_by_root_and_else_its_journey_is_skipped_aloud(machine: Machine) -> None:
    done = machine.run("test")
    assert (done.returncode, "its journey is skipped" in done.stderr) == (0, True)
    machine.user(0)
    machine.has("apt-get", _NOTING)
    assert machine.run("test").returncode == 0
    assert machine.asked("apt-get install -y -qq --no-install-recommends --no-remove postfix")
    machine.has("postfix", _NOTING)
    done = machine.run("test")
    assert (machine.asked("postfix"), "its journey is skipped" in done.stderr) == (False, False)


def test_an_x_server_is_installed_or_missed_aloud(machine: Machine) -> None:
    assert "tests that show a real screen are skipped" in machine.run("test").stderr
    machine.user(0)
    machine.has("apt-get", _NOTING)
    machine.run("test")
    assert machine.asked("--no-install-recommends xvfb openbox xclip xterm x11-xkb-utils")


def test_an_x_server_that_is_there_must_be_used(machine: Machine) -> None:
    for name in ("Xvfb", "openbox", "xclip", "xterm", "setxkbmap"):
        machine.has(name, _NOTING)
    machine.has("tool", '#!/bin/sh\necho "screen $M4A_REQUIRE_X" >> "$NOTES"\n')
    assert "real screen are skipped" not in machine.run("test").stderr
    assert machine.asked("screen 1")


def test_a_tracer_is_installed_or_missed_aloud(machine: Machine) -> None:
    assert "no strace that may trace" in machine.run("test").stderr
    machine.user(0)
    machine.has("apt-get", _NOTING)
    machine.run("test")
    assert machine.asked("--no-install-recommends strace")
    machine.has("strace", "#!/bin/sh\nexit 1\n")
    assert "no strace that may trace" in machine.run("test").stderr


def test_a_tracer_that_may_trace_must_be_used(machine: Machine) -> None:
    machine.has("strace", _NOTING)
    machine.has("tool", '#!/bin/sh\necho "tracer $M4A_REQUIRE_STRACE" >> "$NOTES"\n')
    assert "no strace that may trace" not in machine.run("test").stderr
    assert machine.asked("tracer 1")


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/nowhere/at/all"}])
def test_a_home_that_cannot_be_used_is_replaced(machine: Machine, home: dict[str, str]) -> None:
    machine.has("tool", '#!/bin/sh\necho "home $HOME" >> "$NOTES"\n')
    machine.run(**home)
    assert machine.asked(f"home {machine.checkout}/build/home")


@pytest.mark.parametrize("words", [("tset",), ("--help",), ("test", "more")])
def test_any_other_word_answers_with_the_usage_and_changes_nothing(
    machine: Machine, words: tuple[str, ...]
) -> None:
    done = machine.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ./run.sh")
    assert not (machine.checkout / ".venv").exists()


def test_the_checks_of_run_sh_are_those_of_make() -> None:
    script, makefile = (ROOT / "run.sh").read_text(), (ROOT / "Makefile").read_text()
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f"check {tool}\n" in script
        assert f"$(BIN)/{tool}\n" in makefile
