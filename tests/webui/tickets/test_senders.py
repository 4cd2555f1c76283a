"""What is said of a message's sender."""

from dataclasses import replace

import pytest

from gateway.i18n import speaking
from gateway.mail.authres import NOT_EXAMINED, By, Check, Result, Verdict
from gateway.rules.status import ArticleKind
from gateway.rules.trust import Trust
from gateway.store.queries.articles import ArticleView
from tests.webui.tickets.test_timeline import MAIL, show
from webui.tickets.senders import assurance, warnings

PROVEN = Verdict(By.CHECKED, "acme.example", dmarc=Result.PASS, aligned="acme.example")
BY_SPF = Verdict(By.CHECKED, "acme.example", Check(Result.PASS, "acme.example"), aligned="acme.example")
SIGNED = Check(Result.PASS, "acme.example")
BY_DKIM = Verdict(By.CHECKED, "acme.example", dkim=(SIGNED,), aligned="acme.example")
FORGED = Verdict(By.UPSTREAM, "acme.example", dmarc=Result.FAIL)
BROKEN = Verdict(By.CHECKED, "acme.example", dmarc=Result.PERMERROR)
UNSURE = Verdict(By.CHECKED, "acme.example", dmarc=Result.TEMPERROR)
NEUTRAL = Verdict(By.CHECKED, "acme.example", dmarc=Result.NEUTRAL)
BARE = Verdict(By.CHECKED, "acme.example")


def article(verdict: Verdict, trust: Trust = Trust.KNOWN) -> ArticleView:
    return replace(MAIL, verdict=verdict, trust=trust.value)


@pytest.mark.parametrize(
    ("verdict", "trust", "words"),
    [
        (PROVEN, Trust.KNOWN, "Sender confirmed by acme.example (DMARC)."),
        (BY_SPF, Trust.FIRST_CONTACT, "Sender confirmed by acme.example (SPF)."),
        (BY_DKIM, Trust.KNOWN, "Sender confirmed by acme.example (DKIM)."),
        (PROVEN, Trust.STAFF, "From a colleague’s address, confirmed by acme.example (DMARC)."),
        (
            PROVEN,
            Trust.FORWARDED_BY_STAFF,
            "Forwarded by a colleague, confirmed by acme.example (DMARC).",
        ),
        (UNSURE, Trust.KNOWN, "Whether it comes from its sender could not be checked."),
        (NEUTRAL, Trust.KNOWN, "Whether it comes from its sender could not be checked."),
        (BARE, Trust.KNOWN, "Nothing proves that it comes from its sender: acme.example offers no proof."),
        (NOT_EXAMINED, Trust.KNOWN, ""),
        (FORGED, Trust.FORGED, ""),
        (BROKEN, Trust.FORGED, ""),
    ],
)
def test_what_is_known_is_said_in_quiet(verdict: Verdict, trust: Trust, words: str) -> None:
    assert assurance(article(verdict, trust)) == words


@pytest.mark.parametrize(
    ("verdict", "trust", "word"),
    [
        (FORGED, Trust.FORGED, "Probably forged: acme.example says"),
        (BROKEN, Trust.FORGED, "built so that its sender cannot be checked"),
        (NOT_EXAMINED, Trust.CLAIMS_STAFF, "Whether it does was not checked"),
        (UNSURE, Trust.CLAIMS_STAFF, "Nothing proves that it does"),
        (NOT_EXAMINED, Trust.NOBODY, "names no sender"),
    ],
)
def test_what_should_make_one_careful_is_a_warning(verdict: Verdict, trust: Trust, word: str) -> None:
    (warning,) = warnings(article(verdict, trust))
    assert word in warning


@pytest.mark.parametrize("verdict", [PROVEN, BY_SPF, UNSURE, NEUTRAL, BARE, NOT_EXAMINED])
def test_nobody_is_warned_of_what_is_merely_not_known(verdict: Verdict) -> None:
    assert warnings(article(verdict)) == ()


def test_germans_read_it_in_german() -> None:
    with speaking("de"):
        assert assurance(article(PROVEN)) == "Absender bestätigt von acme.example (DMARC)."
        assert warnings(article(FORGED, Trust.FORGED))[0].startswith("Wahrscheinlich gefälscht: acme.example")


def test_the_timeline_says_it_of_mail_that_came_and_of_nothing_else() -> None:
    assert show(article(PROVEN)).assurance == "Sender confirmed by acme.example (DMARC)."
    assert show(article(FORGED, Trust.FORGED)).warnings
    ours = replace(article(PROVEN), kind=ArticleKind.OUTBOUND, author="ann")
    assert (show(ours).assurance, show(ours).warnings) == ("", ())
