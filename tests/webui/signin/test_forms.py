"""What people type to get in."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.desk.signatures import MAX_TEXT_CHARS
from webui.signin.forms import (
    read_name,
    read_newcomer,
    read_password,
    read_secret,
    read_sign_in,
    read_sign_up,
    read_signature,
)


def test_blanks_around_a_login_are_slips() -> None:
    assert read_sign_in(MultiDict({"login": "  ann ", "password": " x "})).login == "ann"


def test_a_password_is_taken_as_it_is() -> None:
    assert read_sign_in(MultiDict({"login": "ann", "password": " x "})).password == " x "


def test_an_endless_password_costs_no_more_than_its_refusal() -> None:
    assert len(read_sign_in(MultiDict({"password": "x" * 10**6})).password) == 1001


def test_what_was_typed_can_be_shown_again() -> None:
    assert read_sign_up(MultiDict({"email": "a@b.example"})).email == "a@b.example"


def test_a_signature_is_read_no_longer_than_is_needed_to_refuse_it() -> None:
    read = read_signature(MultiDict({"signature_en": "a\r\nb", "signature_de": "x" * 9_999}))
    assert (read.en, len(read.de)) == ("a\nb", MAX_TEXT_CHARS + 1)


@pytest.mark.parametrize("pasted", ["abc", "  abc ", "https://desk.example/reset#abc", "#abc"])
def test_a_mailed_secret_is_taken_out_of_its_link(pasted: str) -> None:
    assert read_secret(MultiDict({"code": pasted})) == "abc"


def test_an_endless_secret_is_cut() -> None:
    assert len(read_secret(MultiDict({"code": "x" * 10**4}))) == 200


def test_a_name_may_have_slips_around_it() -> None:
    assert read_name(MultiDict({"login": " ann "})) == "ann"


def test_another_field_may_hold_a_password() -> None:
    assert read_password(MultiDict({"new": " x "}), "new") == " x "


def test_a_newcomers_address_keeps_its_lines_and_the_rest_has_one_each() -> None:
    typed = read_newcomer(
        MultiDict({"login": " ida ", "first_name": "Ida \n Maria", "postal_address": "1 Street\r\nTown"})
    )
    assert (typed.login, typed.first_name, typed.last_name) == ("ida", "Ida Maria", "")
    assert typed.postal_address == "1 Street\nTown"
    assert read_newcomer(MultiDict({"postal_address": "x" * 9999})).postal_address == "x" * 1001
