"""Every finding has its words, in English and in German, with names filled in."""

from dataclasses import replace
from enum import StrEnum

import pytest

from gateway.desk.deliverabilitywords import check_name, words_of
from gateway.i18n import LOCALES, speaking
from gateway.rules.deliverability import (
    Code,
    Dkim,
    Dmarc,
    Encryption,
    Finding,
    Probe,
    Ptr,
    Sending,
    Spf,
    State,
)
from tests.gateway.rules.test_deliverability import ALL, BEST

CODES: dict[str, type[StrEnum]] = dict(
    zip(ALL, (Sending, Encryption, Probe, Spf, Dkim, Dmarc, Ptr), strict=True)
)
EVERY = [(check, code) for check, codes in CODES.items() for code in codes if code != "unknown"]
UNKNOWN = [(check, CODES[check]("unknown")) for check in ("spf", "dkim", "dmarc", "ptr")]


def words(check: str, code: Code, locale: str) -> str:
    with speaking(locale):
        finding = Finding(check, State.OK, code)
        return words_of(finding, BEST, mail_domain="in.example", domain="ours.example")


@pytest.mark.parametrize(("check", "code"), [*EVERY, *UNKNOWN])
def test_each_has_words_of_its_own_in_both_languages(check: str, code: Code) -> None:
    said = {words(check, code, locale) for locale in LOCALES}
    assert len(said) == len(LOCALES)
    assert not any("%" in text for text in said)


def test_no_two_findings_say_the_same() -> None:
    said = [words(check, code, "en") for check, code in [*EVERY, *UNKNOWN]]  # type: ignore[arg-type]
    assert len(set(said)) == len(said)


def test_what_the_server_said_stands_behind_a_fault_alone() -> None:
    refused = replace(BEST, sending=Sending.REFUSED, said="550 no")
    for facts, is_told in ((BEST, False), (refused, True)):
        finding = Finding("server", State.OK, facts.sending)
        said = words_of(finding, facts, mail_domain="in.example", domain="ours.example")
        assert said.endswith(f"({facts.said})") is is_told


def test_each_check_has_a_name() -> None:
    assert len({check_name(check) for check in (*ALL, "imap")}) == 8
