"""The audit log in words."""

import pytest

from gateway.desk.auditing import OPERATOR, VISITOR, Kind, Way
from gateway.i18n import LOCALES, speaking
from gateway.store.audit import GENESIS, Entry, Ref
from tests.world import NOON
from webui.audit import words

SAM, EVE, BOX = Ref("staff", "sam"), Ref("staff", "eve"), Ref("mailbox", "box")
NAMES = {SAM: "Sam", BOX: "help@ours.example"}


def entry(actor: Ref = SAM, subject: Ref = SAM, **facts: str | int) -> Entry:
    return Entry("a", 1, NOON, actor, "sign_in", subject, facts, GENESIS, "")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_and_every_way_has_its_word(locale: str) -> None:
    with speaking(locale):
        assert set(words.kind_names()) == set(Kind)
        assert set(words.way_names()) == set(Way)
        assert len(set(words.kind_names().values())) == len(Kind)


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (SAM, "Sam"),
        (EVE, "a person who is gone"),
        (OPERATOR, "The operator of the installation"),
        (VISITOR, "Somebody"),
        (Ref("token", "t"), "API token without a name"),
    ],
)
def test_who_it_was(actor: Ref, said: str) -> None:
    assert words.actor_of(entry(actor), NAMES) == said


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (SAM, ""),
        (EVE, "a person who is gone"),
        (BOX, "help@ours.example"),
        (Ref("customer", "x"), "gone since"),
        (Ref("account"), ""),
        (Ref("mail", "x"), ""),
    ],
)
def test_what_it_was_done_to(subject: Ref, said: str) -> None:
    assert words.subject_of(entry(subject=subject), NAMES) == said


def test_what_is_technical_about_it() -> None:
    assert words.details_of(entry()) == ""
    assert words.details_of(entry(way="passkey")) == "by passkey"
    assert words.details_of(entry(count=3)) == "3 in all"


def test_what_a_newer_version_wrote_is_shown_as_it_is() -> None:
    assert words.name_of_kind("sign_in") == "Signed in"
    assert words.name_of_kind("levitated") == "levitated"
    assert words.details_of(entry(way="telepathy")) == "telepathy"
