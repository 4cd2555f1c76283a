"""What the desk says about input, in the person's language."""

import pytest

from gateway.desk import contacts, customers, groups, inviting, passwords
from gateway.desk.contacts import AddressTaken
from gateway.desk.pictures import LostPicture
from gateway.errors import Invalid, TooLarge
from gateway.i18n import speaking
from webui.complaints import _SAID, in_words


def test_a_complaint_is_told_in_the_readers_language() -> None:
    with speaking("de"):
        assert in_words(Invalid("Please write a text.")) == "Bitte schreiben Sie einen Text."


def test_an_unknown_complaint_stays_as_it_is() -> None:
    with speaking("de"):
        assert in_words(Invalid("Never said before.")) == "Never said before."


@pytest.mark.parametrize("text", _SAID)
def test_every_listed_complaint_has_its_german(text: str) -> None:
    with speaking("de"):
        assert in_words(Invalid(text)) != text


def test_what_the_desk_refuses_in_forms_is_listed() -> None:
    limits = {
        f"A password has {passwords.MIN_CHARS} to {passwords.MAX_CHARS} characters.",
        f"A name has 1 to {customers.MAX_NAME_CHARS} characters.",
        f"A name has 1 to {groups.MAX_NAME_CHARS} characters.",
        f"A contact has at most {contacts.MAX_ADDRESSES} addresses.",
        f"A person's name has at most {contacts.MAX_NAME_CHARS} characters.",
        f"An account has at most {groups.MAX_GROUPS} groups.",
        f"An account has at most {inviting.MAX_OPEN} open invitations.",
        f"A customer has at most {customers.MAX_DOMAINS} domains.",
    }
    assert limits <= set(_SAID)


def test_what_is_too_large_is_told_with_both_sizes() -> None:
    error = TooLarge("x", size_bytes=30 * 1024**2, limit_bytes=5 * 1024**2)
    with speaking("de"):
        told = "Mit ihren Anhängen hat die Nachricht 30 MB; höchstens 5,0 MB lassen sich senden."
        assert in_words(error) == told
    assert in_words(TooLarge("Other.")) == "Other."


def test_a_lost_picture_is_told_by_its_name() -> None:
    with speaking("de"):
        assert in_words(LostPicture("a.png")).startswith("Das Bild a.png ist nicht mehr da: Fügen Sie es")


def test_an_address_that_is_taken_is_told_with_its_owner() -> None:
    with speaking("de"):
        assert in_words(AddressTaken("Bob", "x")) == "Diese Adresse gehört Bob."
