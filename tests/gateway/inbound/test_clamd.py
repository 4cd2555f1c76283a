import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.inbound import clamd as module
from gateway.inbound.clamd import Clamd, Scanned
from gateway.rules.scans import Scan
from tests.fakes import clamd as fakes
from tests.fakes.clamd import EICAR, MAX_STREAM_BYTES, SIGNATURE, Double

NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """The real one."""
    if fakes.program() is None and not os.environ.get("M4A_REQUIRE_CLAMD"):
        pytest.skip(
            "no clamd here, so only its double is spoken to; M4A_REQUIRE_CLAMD=1 makes this a failure"
        )
    with fakes.real(tmp_path_factory.mktemp("clamd")) as url:
        yield Clamd(url)


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as running:
        yield running


def packed(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("harmless.txt", content)
    return made.getvalue()


def test_the_real_scanner_finds_what_it_knows_also_in_an_archive(installed: Clamd) -> None:
    assert installed.answers()
    for content in (EICAR, packed(EICAR)):
        found = installed.scan(content)
        assert (found.scan, found.found.startswith(SIGNATURE)) == (Scan.INFECTED, True)


def test_the_real_scanner_passes_what_is_clean(installed: Clamd) -> None:
    assert installed.scan_all([b"harmless", b"", b"\0" * MAX_STREAM_BYTES]) == [Scanned(Scan.CLEAN)] * 3


@pytest.mark.parametrize("size", [MAX_STREAM_BYTES + 1, 8 * MAX_STREAM_BYTES])
def test_the_real_scanner_refuses_what_is_too_large_for_it(installed: Clamd, size: int) -> None:
    assert installed.scan(b"x" * size) == Scanned(Scan.REFUSED)
    assert installed.scan(b"harmless") == Scanned(Scan.CLEAN)


def test_the_double_answers_like_the_real_one(double: Double) -> None:
    scanner = Clamd(double.url)
    assert scanner.answers()
    assert scanner.scan(EICAR) == Scanned(Scan.INFECTED, SIGNATURE)
    assert scanner.scan(b"harmless") == Scanned(Scan.CLEAN)
    assert scanner.scan(b"x" * 8 * MAX_STREAM_BYTES) == Scanned(Scan.REFUSED)


@pytest.mark.parametrize("says", ["", "stream: Can't allocate memory ERROR", "nonsense"])
def test_a_scanner_that_stumbles_has_judged_nothing(double: Double, says: str) -> None:
    double.says = says
    assert Clamd(double.url).scan(EICAR) == Scanned(Scan.PENDING)


def test_a_scanner_that_says_nothing_is_not_waited_for_long(double: Double) -> None:
    double.hangs = True
    began = time.monotonic()
    assert Clamd(double.url, scan_seconds=0.2).scan(EICAR) == Scanned(Scan.PENDING)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("url", [NOBODY, "unix:///nowhere/clamd.sock"])
def test_a_scanner_that_is_away_has_judged_nothing(url: str) -> None:
    scanner = Clamd(url)
    assert not scanner.answers()
    assert scanner.scan(EICAR) == Scanned(Scan.PENDING)


def test_a_scanner_that_was_away_is_left_alone_for_a_moment(
    double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    double.says = ""
    scanner = Clamd(double.url)
    assert scanner.scan_all([b"a", b"b", b"c"]) == [Scanned(Scan.PENDING)] * 3
    assert double.looks == 1
    double.says = None
    scanner._away_until = 0.0  # the moment has passed: nobody waits for it here
    assert scanner.scan(b"a") == Scanned(Scan.CLEAN)


def test_a_mail_with_many_files_is_not_held_up_for_long(
    double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAIL_SECONDS", -1.0)  # the time is up from the beginning
    assert Clamd(double.url).scan_all([b"a", b"b"]) == [Scanned(Scan.PENDING)] * 2
    assert double.looks == 0


def test_an_unix_socket_may_have_an_odd_name(tmp_path: Path) -> None:
    assert not Clamd(f"unix://{tmp_path}/no%20such.sock").answers()
