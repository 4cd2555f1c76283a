"""Who a visitor can be, and what can be sent."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.cli.samples.people import ENGLISH_DESK, GERMAN_DESK, LARS, OLIVIA
from gateway.errors import Invalid
from gateway.i18n import speaking
from webui.demo.forms import Letter, check, desk_of, read_letter, read_visitor


def visitor_query(**values: str) -> str:
    return read_visitor(MultiDict(values)).query


def test_somebody_of_the_cast_goes_by_the_address() -> None:
    found = read_visitor(MultiDict({"as": LARS.email, "name": "ignored"}))
    assert (found.address, found.locale, found.is_known) == (LARS.address, "de", True)
    assert found.query == "as=l.hansen%40hansen-logistik.example"


@pytest.mark.parametrize(
    ("locale", "email"), [("de", LARS.email), ("en", OLIVIA.email)], ids=["German", "English"]
)
def test_without_a_choice_it_is_somebody_who_speaks_the_pages_language(locale: str, email: str) -> None:
    with speaking(locale):
        assert read_visitor(MultiDict()).address.address == email


@pytest.mark.parametrize("email", ["ruth@weber.example", "a@example.com", "a@x.example.org", "a@b.test"])
def test_a_visitor_may_make_somebody_up(email: str) -> None:
    assert visitor_query(**{"as": email, "name": " Ruth  Weber "}).endswith("&name=Ruth+Weber")


@pytest.mark.parametrize(
    "email", ["a@real.com", "a@notexample.com", "a@example.com.real.com", "example", "a@b.example\r\nx: y"]
)
def test_an_address_that_could_be_real_is_refused(email: str) -> None:
    with pytest.raises(Invalid):
        visitor_query(**{"as": email})


def test_a_mail_needs_a_text_and_a_new_one_a_subject() -> None:
    check(Letter(subject="s", text="t"))
    check(Letter(text="t", answers="key"))
    for wrong in (Letter(subject="s", text=" \n"), Letter(text="t")):
        with pytest.raises(Invalid):
            check(wrong)


def test_what_is_typed_is_cut_and_a_subject_is_one_line() -> None:
    typed = read_letter(MultiDict({"subject": "a\r\nb" * 1000, "text": "x\r\ny"}))
    assert len(typed.subject) == 500
    assert "\n" not in typed.subject
    assert typed.text == "x\ny"


def test_the_desk_is_the_chosen_one_or_that_of_the_customers_language() -> None:
    german = read_visitor(MultiDict({"as": LARS.email}))
    assert desk_of(Letter(), german) is GERMAN_DESK
    assert desk_of(Letter(desk=ENGLISH_DESK.address.address), german) is ENGLISH_DESK
    assert desk_of(Letter(desk="somebody@else.example"), german) is GERMAN_DESK
