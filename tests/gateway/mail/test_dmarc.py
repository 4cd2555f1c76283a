"""DMARC by RFC 9989: alignment, the tree walk, policies, and what cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from gateway.mail.authres import Check, Policy, Result
from gateway.mail.dmarc import (
    Outcome,
    UnresolvedError,
    evaluate,
    learn,
    may_align,
    parse_record,
    walk_names,
)


@dataclass
class Zone:
    """Policies by domain; `silent` domains cannot be asked."""

    policies: dict[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def texts(self, name: str) -> Sequence[str]:
        domain = name.removeprefix("_dmarc.")
        self.asked.append(domain)
        if domain in self.silent:
            raise UnresolvedError
        return [text for text in self.policies.get(domain, "").split("|") if text]

    def exists(self, domain: str) -> bool:
        return domain not in self.missing


REJECT = "v=DMARC1; p=reject"
NO_SPF = Check(Result.NONE, "")


def passed(domain: str) -> Check:
    return Check(Result.PASS, domain)


def judge(author: str, zone: Zone, spf: Check | None = NO_SPF, *dkim: Check) -> Outcome:
    return evaluate(author, spf, dkim, zone)


# --- Alignment ---


@pytest.mark.parametrize(
    ("proven", "tags", "is_aligned"),
    [
        ("acme.example", "", True),
        ("mail.acme.example", "", True),
        ("a.b.acme.example", "", True),
        ("mail.acme.example", "; adkim=s; aspf=s", False),
        ("acme.example", "; adkim=s; aspf=s", True),
        ("evil.example", "", False),
        ("notacme.example", "", False),
        ("acme.example.evil.example", "", False),
        ("example", "", False),
        ("", "", False),
    ],
)
def test_relaxed_takes_the_organisation_strict_the_domain_itself(
    proven: str,
    tags: str,
    is_aligned: bool,  # noqa: FBT001
) -> None:
    zone = Zone({"acme.example": REJECT + tags})
    expected = Result.PASS if is_aligned else Result.FAIL
    assert judge("acme.example", zone, NO_SPF, passed(proven)).result is expected
    assert judge("acme.example", zone, passed(proven)).result is expected


def test_strictness_of_spf_and_dkim_are_apart() -> None:
    zone = Zone({"acme.example": REJECT + "; adkim=s"})
    assert judge("acme.example", zone, NO_SPF, passed("mail.acme.example")).result is Result.FAIL
    assert judge("acme.example", zone, passed("mail.acme.example")).result is Result.PASS


@pytest.mark.parametrize("result", [one for one in Result if one not in (Result.PASS, Result.TEMPERROR)])
def test_what_did_not_pass_proves_nothing(result: Result) -> None:
    zone = Zone({"acme.example": REJECT})
    found = judge("acme.example", zone, Check(result, "acme.example"), Check(result, "acme.example"))
    assert found == Outcome(Result.FAIL, Policy.REJECT)


def test_neighbours_under_one_suffix_are_not_one_organisation() -> None:
    zone = Zone({"acme.co.example": REJECT, "evil.co.example": REJECT})
    assert judge("acme.co.example", zone, NO_SPF, passed("evil.co.example")).result is Result.FAIL


def test_the_proven_domain_is_named() -> None:
    found = judge("acme.example", Zone({"acme.example": REJECT}), NO_SPF, passed("mail.acme.example"))
    assert found == Outcome(Result.PASS, Policy.REJECT, "mail.acme.example")


# --- The tree walk ---


def test_a_walk_asks_eight_names_at_most() -> None:
    assert list(walk_names("a.b.c.d.e.f.g.h.i.j.mail.example.com")) == [
        "a.b.c.d.e.f.g.h.i.j.mail.example.com",
        "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com",
        "i.j.mail.example.com",
        "j.mail.example.com",
        "mail.example.com",
        "example.com",
        "com",
    ]
    assert list(walk_names("a.b.c.d.e.f.g.com"))[1] == "b.c.d.e.f.g.com"
    assert list(walk_names("com")) == ["com"]


def test_the_shortest_domain_with_a_record_is_the_organisation() -> None:
    zone = Zone({"mail.acme.example": "v=DMARC1; p=none", "acme.example": REJECT})
    assert judge("a.mail.acme.example", zone, passed("other.acme.example")) == Outcome(
        Result.PASS, Policy.REJECT, "other.acme.example"
    )


def test_psd_n_ends_an_organisation_below_the_top() -> None:
    zone = Zone({"mail.acme.example": REJECT + "; psd=n", "acme.example": REJECT})
    assert judge("a.mail.acme.example", zone, passed("b.mail.acme.example")).result is Result.PASS
    assert "acme.example" not in zone.asked
    assert judge("a.mail.acme.example", zone, passed("other.acme.example")).result is Result.FAIL


def test_psd_y_makes_each_domain_below_it_an_organisation() -> None:
    zone = Zone({"co.example": "v=DMARC1; p=reject; psd=y"})
    assert judge("mail.acme.co.example", zone, passed("acme.co.example")) == Outcome(
        Result.PASS, Policy.REJECT, "acme.co.example"
    )
    assert judge("acme.co.example", zone, passed("evil.co.example")).result is Result.FAIL


def test_a_suffix_that_writes_itself_is_its_own_organisation() -> None:
    zone = Zone({"co.example": "v=DMARC1; p=reject; psd=y"})
    assert judge("co.example", zone, passed("co.example")).result is Result.PASS
    assert judge("co.example", zone, passed("evil.co.example")).result is Result.FAIL


def test_several_records_count_as_none() -> None:
    zone = Zone({"acme.example": f"{REJECT}|v=DMARC1; p=none"})
    assert judge("acme.example", zone) == Outcome(Result.NONE)
    zone = Zone({"acme.example": f"v=spf1 -all|{REJECT}"})
    assert judge("acme.example", zone).result is Result.FAIL


# --- Policies ---


@pytest.mark.parametrize(
    ("tags", "policy"),
    [
        ("p=reject", Policy.REJECT),
        ("p=reject; sp=quarantine", Policy.QUARANTINE),
        ("p=reject; sp=quarantine; np=none", Policy.QUARANTINE),
        ("p=reject; t=y", Policy.QUARANTINE),
        ("p=quarantine; t=y", Policy.NONE),
        ("p=none; t=y", Policy.NONE),
        ("p=reject; pct=0", Policy.REJECT),  # gone with RFC 9989
        ("p=Reject; unknown=1", Policy.REJECT),
        ("p=nonsense; rua=mailto:a@acme.example", Policy.NONE),
        ("rua=mailto:a@acme.example", Policy.NONE),
        ("p=reject; sp=nonsense; rua=mailto:a@acme.example", Policy.NONE),
    ],
)
def test_what_a_domain_asks_for_its_subdomains(tags: str, policy: Policy) -> None:
    assert judge("sub.acme.example", Zone({"acme.example": f"v=DMARC1; {tags}"})) == Outcome(
        Result.FAIL, policy
    )


def test_the_own_record_asks_by_p_whatever_it_says_of_subdomains() -> None:
    zone = Zone({"acme.example": "v=DMARC1; p=quarantine; sp=none; np=reject"})
    assert judge("acme.example", zone).policy is Policy.QUARANTINE


def test_a_subdomain_that_is_not_there_has_a_policy_of_its_own() -> None:
    zone = Zone({"acme.example": "v=DMARC1; p=none; np=reject"}, missing=frozenset(("no.acme.example",)))
    assert judge("no.acme.example", zone).policy is Policy.REJECT
    assert judge("yes.acme.example", zone).policy is Policy.NONE


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1; p=nonsense",
        "v=DMARC1",
        "v=DMARC2; p=reject",
        "p=reject; v=DMARC1",
        "v=dmarc1; p=reject",
        "",
    ],
)
def test_a_record_that_says_nothing_is_none(text: str) -> None:
    assert parse_record(text) is None


# --- No policy, no answer, no client ---


def test_without_a_policy_a_domain_speaks_for_itself_alone() -> None:
    assert judge("acme.example", Zone(), passed("acme.example")) == Outcome(Result.NONE, None, "acme.example")
    assert judge("acme.example", Zone(), passed("mail.acme.example")) == Outcome(Result.NONE)
    assert judge("acme.example", Zone()) == Outcome(Result.NONE)


def test_without_an_answer_nothing_fails() -> None:
    zone = Zone(silent=frozenset(("acme.example",)))
    assert judge("acme.example", zone) == Outcome(Result.TEMPERROR)
    assert judge("acme.example", zone, passed("acme.example")).aligned == "acme.example"


def test_a_check_that_could_not_be_made_leaves_it_open_only_if_it_would_have_counted() -> None:
    zone = Zone({"acme.example": REJECT})
    assert judge("acme.example", zone, Check(Result.TEMPERROR, "acme.example")).result is Result.TEMPERROR
    assert judge("acme.example", zone, Check(Result.TEMPERROR, "evil.example")).result is Result.FAIL


def test_a_strangers_silent_name_server_does_not_leave_it_open() -> None:
    zone = Zone({"acme.co.example": REJECT}, silent=frozenset(("evil.co.example",)))
    assert judge("acme.co.example", zone, passed("evil.co.example")).result is Result.FAIL


def test_a_silent_name_server_of_ones_own_does() -> None:
    zone = Zone({"acme.example": REJECT}, silent=frozenset(("mail.acme.example",)))
    assert judge("acme.example", zone, passed("mail.acme.example")).result is Result.TEMPERROR


def test_where_the_client_is_unknown_nothing_fails() -> None:
    zone = Zone({"acme.example": REJECT})
    assert judge("acme.example", zone, None, passed("evil.example")) == Outcome(Result.NEUTRAL, Policy.REJECT)
    assert judge("acme.example", zone, None, passed("acme.example")).result is Result.PASS


# --- What is asked ---


def test_who_signs_for_himself_costs_one_question() -> None:
    zone = Zone({"acme.example": REJECT})
    judge("acme.example", zone, NO_SPF, passed("acme.example"), passed("evil.example"))
    assert zone.asked == ["acme.example"]


def test_what_was_learnt_is_all_that_the_author_is_asked_for() -> None:
    zone = Zone({"a.acme.example": REJECT})
    learn("a.acme.example", zone)
    assert zone.asked == ["a.acme.example", "acme.example", "example"]
    learn("a.acme.example", Zone(silent=frozenset(("acme.example",))))


def test_a_single_label_is_nobodys_organisation() -> None:
    assert may_align("a.b.example", "b.example")
    assert not may_align("a.example", "b.example")
    assert not may_align("a.example", "example")
    assert may_align("example", "example")
