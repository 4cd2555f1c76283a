"""The event log: one JSON object a line, and no local variables in tracebacks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from gateway import log

PROGRAM = """
import sys
from gateway import log
log.configure(json=sys.argv[1] == "json", level=sys.argv[2])
events = log.get("filing")
events.debug("mail.seen")
events.info("mail.filed", ticket=7)
def fail():
    what_ann_wrote = "secret" + " words"
    raise ValueError("odd")
try:
    fail()
except ValueError:
    events.exception("filing.failed")
"""


def logged(form: str, level: str = "INFO") -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, form, level], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == ""
    return done.stderr


def test_in_service_each_event_is_one_line_of_json() -> None:
    filed, failed = (json.loads(line) for line in logged("json").splitlines())
    assert (filed["event"], filed["part"], filed["ticket"], filed["level"]) == (
        "mail.filed",
        "filing",
        7,
        "info",
    )
    assert filed["timestamp"].endswith("Z")
    assert "ValueError: odd" in failed["exception"]


def test_the_level_is_the_operators() -> None:
    assert len(logged("json", "DEBUG").splitlines()) == 3
    assert len(logged("json", "ERROR").splitlines()) == 1


def test_tracebacks_show_no_values_in_either_form() -> None:
    for form in ("json", "console"):
        text = logged(form)
        assert "ValueError" in text
        assert "secret words" not in text


def test_events_of_a_request_name_it_until_it_is_over() -> None:
    events = log.get("web")
    with capture_logs([merge_contextvars]) as logged:
        log.name_request("ABC")
        events.info("one")
        log.forget_request()
        events.info("two")
    assert [one.get("request") for one in logged] == ["ABC", None]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full to write to")
def test_a_full_disk_under_the_log_stops_nobody() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", f"{PROGRAM}\nprint('went on')", "json", "INFO"],
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout == "went on\n"
