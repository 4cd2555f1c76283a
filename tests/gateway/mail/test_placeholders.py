"""Placeholders in texts that people keep."""

import pytest

from gateway.mail.placeholders import Placeholder, fill, find_unknown

SAM = {Placeholder.STAFF_NAME: "Sam  Ours", Placeholder.TICKET_NUMBER: "7"}


@pytest.mark.parametrize("name", list(Placeholder))
def test_every_placeholder_is_known_and_filled(name: Placeholder) -> None:
    text = f"a {{{{ {name.value} }}}} b"
    assert find_unknown(text) is None
    assert fill(text, {name: "x"}) == "a x b"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{{staff.nam}}", "staff.nam"),
        ("{{staff.name}} {{ STAFF.NAME }}", "STAFF.NAME"),
        ("{{}} {a} {{a{b}} {{ a\n}}", None),
        (f"{{{{{'x' * 60}}}}}", "x" * 60),
        (f"{{{{{'x' * 61}}}}}", None),
    ],
)
def test_a_name_that_is_none_of_ours_is_found(text: str, unknown: str | None) -> None:
    assert find_unknown(text) == unknown


def test_what_is_filled_in_is_one_line_and_never_filled_itself() -> None:
    assert fill("{{staff.name}}, #{{ticket.number}}", SAM) == "Sam Ours, #7"
    evil = {Placeholder.CONTACT_NAME: "{{staff.name}}\nBcc: x"}
    assert fill("{{contact.name}}", SAM | evil) == "{{staff.name}} Bcc: x"
    assert fill("{{nobody}}", SAM) == "{{nobody}}"


def test_a_line_without_any_value_goes_and_empty_lines_stay() -> None:
    assert fill("Regards\n\n{{customer.name}}\n{{staff.name}}", SAM) == "Regards\n\nSam Ours"


def test_endless_braces_cost_no_time() -> None:
    assert find_unknown("{{" * 200_000) is None
