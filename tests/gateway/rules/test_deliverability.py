"""How what was found is judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from gateway.rules.deliverability import (
    LATE_AFTER,
    Dkim,
    Dmarc,
    Encryption,
    Facts,
    Probe,
    Ptr,
    Sending,
    Spf,
    State,
    decide_probe,
    judge,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEST = Facts(
    sending=Sending.SENT,
    encryption=Encryption.VERIFIED,
    said="250 ok",
    host="192.0.2.1",
    spf=Spf.ALLOWED,
    dkim=Dkim.ACTIVE,
    dmarc=Dmarc.ENFORCED,
    ptr=Ptr.FITS,
)
ALL = ["server", "tls", "probe", "spf", "dkim", "dmarc", "ptr"]


def states(facts: Facts, probe: Probe = Probe.BACK) -> dict[str, str]:
    return {one.check: one.state.value for one in judge(facts, probe)}


def test_what_is_right_is_all_good() -> None:
    assert states(BEST) == dict.fromkeys(ALL, "ok")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("encryption", {Encryption.LOCAL: "ok", Encryption.UNVERIFIED: "warn", Encryption.NONE: "warn"}),
        (
            "spf",
            {
                Spf.SOFT: "warn",
                Spf.FORBIDDEN: "fail",
                Spf.MISSING: "warn",
                Spf.BROKEN: "fail",
                Spf.PRESENT: "warn",
                Spf.UNKNOWN: "warn",
            },
        ),
        ("dmarc", {Dmarc.WATCHED: "ok", Dmarc.MISSING: "warn", Dmarc.UNKNOWN: "warn"}),
        ("ptr", {Ptr.MISSING: "warn", Ptr.OTHER: "warn", Ptr.UNKNOWN: "warn"}),
    ],
)
def test_each_fault_is_judged_by_itself(field: str, expected: dict[StrEnum, str]) -> None:
    check = "tls" if field == "encryption" else field
    for code, state in expected.items():
        changed: dict[str, Any] = {field: code}
        assert states(replace(BEST, **changed)) == dict.fromkeys(ALL, "ok") | {check: state}


@pytest.mark.parametrize(
    ("dkim", "own", "enforced"),
    [
        (Dkim.NONE, "warn", "fail"),
        (Dkim.WAITING, "warn", "fail"),
        (Dkim.LOST, "fail", "fail"),
        (Dkim.UNKNOWN, "warn", "ok"),
    ],
)
def test_an_enforced_policy_without_a_signature_turns_mail_away(dkim: Dkim, own: str, enforced: str) -> None:
    found = states(replace(BEST, dkim=dkim))
    assert (found["dkim"], found["dmarc"]) == (own, enforced)
    assert states(replace(BEST, dkim=dkim, dmarc=Dmarc.WATCHED))["dmarc"] == "ok"


@pytest.mark.parametrize("sending", [one for one in Sending if one is not Sending.SENT])
def test_what_was_not_sent_is_not_waited_for(sending: Sending) -> None:
    found = states(replace(BEST, sending=sending, encryption=Encryption.UNKNOWN))
    assert found["server"] == "fail"
    assert found.keys() == set(ALL) - {"probe", "tls"}


@pytest.mark.parametrize(("probe", "state"), [(Probe.WAITING, State.WARN), (Probe.LATE, State.FAIL)])
def test_a_probe_that_is_not_back_is_told(probe: Probe, state: State) -> None:
    assert states(BEST, probe)["probe"] == state


def test_a_probe_is_late_after_five_minutes() -> None:
    moment = timedelta(microseconds=1)
    assert decide_probe(NOON, None, now=NOON + LATE_AFTER - moment) is Probe.WAITING
    assert decide_probe(NOON, None, now=NOON + LATE_AFTER) is Probe.LATE
    assert decide_probe(NOON, NOON + LATE_AFTER * 2, now=NOON + LATE_AFTER * 3) is Probe.BACK


def test_facts_are_kept_as_texts() -> None:
    assert Facts.from_stored(BEST.as_stored()) == BEST
    assert set(map(type, BEST.as_stored().values())) == {str}
