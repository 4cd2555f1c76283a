"""What works at the end: each thing in each state, with where to mend it."""

from datetime import UTC, datetime

import pytest

from gateway.desk.deliverability import Looked
from gateway.rules.access import Actor, Role
from webui.mailboxstates import Line
from webui.start import results

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(("is_confirmed", "light"), [(True, "ok"), (False, "bad")])
def test_the_address(*, is_confirmed: bool, light: str) -> None:
    found = results.of_address(Actor(1, Role.OWNER, 1, is_confirmed=is_confirmed))
    assert (found.light, bool(found.href)) == (light, not is_confirmed)


@pytest.mark.parametrize(
    ("has_own", "has_relay", "is_kept", "light"),
    [
        (True, False, False, "ok"),
        (False, True, False, "ok"),
        (False, False, False, "bad"),
        (True, True, True, "wait"),
    ],
)
def test_answers(*, has_own: bool, has_relay: bool, is_kept: bool, light: str) -> None:
    assert results.of_sending(has_own=has_own, has_relay=has_relay, is_kept=is_kept).light == light


@pytest.mark.parametrize(
    ("looked", "light", "words"),
    [
        ([], "wait", "none sent yet"),
        ([Looked(None, NOON, None)], "wait", "has not come back"),
        ([Looked(None, NOON, None), Looked(None, NOON, NOON)], "ok", "came back"),
    ],
)
def test_the_test_mail(looked: list[Looked], light: str, words: str) -> None:
    found = results.of_tests(looked)
    assert found.light == light
    assert words in found.words


def test_a_mailbox_leads_to_its_page() -> None:
    found = results.of_mailbox(Line("b", "help@x.example", "bad", "by IMAP", "Cannot be fetched"))
    assert (found.light, found.href, found.words) == ("bad", "/mailboxes/b", "by IMAP · Cannot be fetched")
    assert results.no_mailbox().light == "bad"
