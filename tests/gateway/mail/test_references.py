import pytest

from gateway.mail.references import MAX_IDS, parse_message_id, parse_message_ids


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("", ()),
        ("<a@x> <b@x>", ("a@x", "b@x")),
        ("<a@x>,<b@x>", ("a@x", "b@x")),
        ("<a@x><a@x>", ("a@x",)),
        ("<a@\r\n x>", ("a@x",)),
        ("a@x b@x", ("a@x", "b@x")),
        ('Your message of Monday <a@x> "hello"', ("a@x",)),
        ("nothing here", ()),
    ],
)
def test_ids_are_found_in_each_of_their_forms(value: str, ids: tuple[str, ...]) -> None:
    assert parse_message_ids(value) == ids


def test_the_newest_of_too_many_are_kept() -> None:
    found = parse_message_ids(" ".join(f"<{n}@x>" for n in range(MAX_IDS + 10)))
    assert len(found) == MAX_IDS
    assert found[-1] == f"{MAX_IDS + 9}@x"


def test_a_message_id_stands_even_if_its_form_is_none() -> None:
    assert parse_message_id("<a@x>") == "a@x"
    assert parse_message_id(" odd-id ") == "odd-id"
    assert parse_message_id("") == ""
