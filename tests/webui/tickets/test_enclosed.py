from datetime import UTC, datetime

from gateway.inbound.enclosed import EnclosedMail
from gateway.mail.address import Address
from webui.tickets.enclosed import shown

NOW = datetime(2026, 3, 3, tzinfo=UTC)
MAIL = EnclosedMail(
    "Hi",
    Address("Ann", "a@x.example"),
    (Address("", "b@x.example"),),
    NOW,
    "a\nb",
    is_cut=True,
    files=("", "f"),
)


def test_a_mail_is_told_in_words() -> None:
    told = shown(MAIL, NOW)
    assert told is not None
    assert (told.subject, told.sender, told.recipients) == ("Hi", "Ann <a@x.example>", "b@x.example")
    assert (told.text, told.is_cut, told.files) == ("a\nb", True, ("f",))
    assert told.date.startswith(("2 Mar 2026", "3 Mar 2026"))  # the server's own zone


def test_what_it_does_not_say_is_said_for_it() -> None:
    told = shown(EnclosedMail("", None, (), None, "", is_cut=False, files=()), NOW)
    assert told is not None
    assert (told.subject, told.sender, told.date) == ("(no subject)", "unknown sender", "")


def test_what_cannot_be_read_is_nothing() -> None:
    assert shown(None, NOW) is None
