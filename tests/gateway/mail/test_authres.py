"""Authentication-Results: one's own server's word, and nobody else's."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.authres import (
    NOT_EXAMINED,
    By,
    Check,
    Policy,
    Result,
    Upstream,
    Verdict,
    from_stored,
    read_results,
    to_stored,
)

OURS = "mx.ours.example"
GOOGLE = (
    "mx.ours.example; dkim=pass header.i=@acme.example header.s=20210112 header.b=AbC; "
    "spf=pass (mx.ours.example: domain of ann@acme.example designates 192.0.2.1 as permitted sender) "
    "smtp.mailfrom=ann@acme.example; dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=acme.example"
)


def read(*values: str, author: str = "acme.example") -> Upstream | None:
    return read_results(values, authserv=OURS, author=author)


def test_what_ones_own_server_says_is_read() -> None:
    assert read(GOOGLE) == Upstream(
        spf=Check(Result.PASS, "acme.example"),
        dkim=(Check(Result.PASS, "acme.example"),),
        dmarc=Result.PASS,
        policy=Policy.REJECT,
    )


@pytest.mark.parametrize(
    "value",
    [
        GOOGLE.replace(OURS, "mx.evil.example"),
        GOOGLE.replace(OURS, "notmx.ours.example"),
        GOOGLE.replace(OURS, "mx.ours.example.evil.example"),
        f"mx.evil.example ({OURS}); dmarc=pass",
        f"(x; {OURS}); dmarc=pass",
        "dmarc=pass header.from=acme.example",
        "",
        ";",
    ],
)
def test_the_word_of_any_other_server_counts_for_nothing(value: str) -> None:
    assert read(value) is None


def test_without_a_trusted_name_nothing_counts() -> None:
    assert read_results([GOOGLE, "; dmarc=pass"], authserv="", author="acme.example") is None


def test_one_header_for_each_method_is_read_together() -> None:
    found = read(
        f"{OURS}; dmarc=fail (p=none dis=none) header.from=acme.example",
        f"{OURS} 1; dkim=fail header.d=acme.example; dkim=pass header.d=list.example",
        f'"{OURS}"; spf=softfail smtp.mailfrom="x@bounce.example"',
    )
    assert found == Upstream(
        spf=Check(Result.SOFTFAIL, "bounce.example"),
        dkim=(Check(Result.FAIL, "acme.example"), Check(Result.PASS, "list.example")),
        dmarc=Result.FAIL,
        policy=Policy.NONE,
    )


def test_the_upper_word_counts_where_the_sender_wrote_one_below() -> None:
    found = read(
        f"{OURS}; dmarc=fail header.from=acme.example", f"{OURS}; dmarc=pass header.from=acme.example"
    )
    assert found is not None
    assert found.dmarc is Result.FAIL


def test_what_stands_below_another_servers_header_was_there_before() -> None:
    found = read(f"{OURS}; spf=pass smtp.mailfrom=a@b.example", "mx.else.example; none", GOOGLE)
    assert found == Upstream(spf=Check(Result.PASS, "b.example"))


def test_a_foreign_header_above_ones_own_does_not_hide_it() -> None:
    assert read("mx.inner.example; none", GOOGLE) == read(GOOGLE)


def test_dmarc_of_another_from_is_none_of_ours() -> None:
    found = read(GOOGLE, author="evil.example")
    assert found is not None
    assert found.dmarc is None


def test_none_means_that_nothing_was_found() -> None:
    assert read(f"{OURS}; none") == Upstream()


def test_comments_hide_nothing_and_add_nothing() -> None:
    value = (
        f"(a (nested\\) one)) {OURS} (v); dmarc (x) = pass (;dmarc=fail) "
        'reason="a;dmarc=fail" header.from=acme.example'
    )
    found = read(value)
    assert found is not None
    assert found.dmarc is Result.PASS


def test_unknown_methods_and_results_are_passed_over() -> None:
    assert read(f"{OURS}; arc=pass; x-spam=low; dmarc=bestguesspass; spf") == Upstream()


@given(st.text(alphabet='mx.ours.example;=()"\\ dmarcpassheader.frm', max_size=300))
def test_whatever_stands_there_is_read_without_a_fault(value: str) -> None:
    read(f"{OURS}{value}")


def test_a_long_header_is_read_in_linear_time() -> None:
    assert read(f"{OURS}; " + "(" * 60_000) == Upstream()
    assert read(f"{OURS}; dmarc=pass " + "a.b=" * 15_000 + ";" * 5_000) is not None


VERDICT = Verdict(
    By.CHECKED,
    "acme.example",
    Check(Result.FAIL, "x.example"),
    (Check(Result.PASS, "acme.example"),),
    Result.PASS,
    Policy.QUARANTINE,
    "acme.example",
)


@pytest.mark.parametrize("verdict", [VERDICT, NOT_EXAMINED, Verdict(By.UPSTREAM, "a.example")])
def test_a_verdict_survives_being_stored(verdict: Verdict) -> None:
    assert from_stored(json.loads(json.dumps(to_stored(verdict)))) == verdict


def test_nothing_is_stored_where_nobody_looked() -> None:
    assert to_stored(NOT_EXAMINED) is None


@pytest.mark.parametrize(
    ("verdict", "is_forged", "proof"),
    [
        (VERDICT, False, "DMARC"),
        (Verdict(By.CHECKED, "a", dmarc=Result.FAIL, aligned=""), True, ""),
        (Verdict(By.CHECKED, "a", dmarc=Result.PERMERROR), True, ""),
        (Verdict(By.CHECKED, "a", dmarc=Result.TEMPERROR), False, ""),
        (Verdict(By.CHECKED, "a", Check(Result.PASS, "a"), aligned="a"), False, "SPF"),
        (Verdict(By.CHECKED, "a", dkim=(Check(Result.PASS, "a"),), aligned="a"), False, "DKIM"),
        (NOT_EXAMINED, False, ""),
    ],
)
def test_what_a_verdict_amounts_to(verdict: Verdict, is_forged: bool, proof: str) -> None:  # noqa: FBT001
    assert (verdict.is_forged, verdict.proof, verdict.is_confirmed) == (is_forged, proof, bool(proof))
