"""Mails of the installation to its people."""

from gateway.desk.notices import write_notice
from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type
from tests.world import DOMAIN, NOON


def written(locale: str) -> bytes:
    return write_notice(
        "alarm",
        to="ann@x.example",
        locale=locale,
        mail_domain=DOMAIN,
        now=NOON,
        address="help@x.example",
        trouble="failing",
        since="now",
        hours=1,
        error="Gone",
    )


def test_a_notice_says_that_a_machine_wrote_it_and_to_whom() -> None:
    mail = parse(written(""), detect_type=detect_type)
    assert (mail.to[0].address, mail.auto is not None, mail.date) == ("ann@x.example", True, NOON)
    assert mail.from_ is not None
    assert mail.from_.address == f"no-reply@{DOMAIN}"
    assert "Gone" in mail.text


def test_a_notice_speaks_the_language_of_its_reader() -> None:
    english, german = (parse(written(locale), detect_type=detect_type) for locale in ("", "de"))
    assert english.subject != german.subject
    assert english.message_id != german.message_id
