"""Fields that several areas have."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.store.servers import Security
from webui import fields


def test_a_line_is_one_line_of_bounded_length() -> None:
    assert fields.line(MultiDict({"a": " x \r\n y "}), "a") == "x y"
    assert fields.line(MultiDict(), "a") == ""
    assert len(fields.line(MultiDict({"a": "x" * 5000}), "a")) == fields.MAX_CHARS


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "²", "1234567890"])
def test_what_is_no_number_names_its_field(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        fields.number(text, "port")
    assert caught.value.field == "port"
    assert fields.number("465", "port") == 465


def test_a_choice_is_one_of_its_kind() -> None:
    assert fields.one_of(Security, "tls", "security") is Security.TLS
    with pytest.raises(Invalid):
        fields.one_of(Security, "none", "security")
