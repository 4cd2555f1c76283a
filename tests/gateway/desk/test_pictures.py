"""Pictures that staff put into their text."""

import pytest

from gateway.desk.pictures import (
    MAX_PICTURE_BYTES,
    MAX_PICTURES,
    LostPicture,
    check_named,
    check_picture,
    content_ids,
)
from gateway.errors import Invalid


def ids(names: list[str], text: str) -> dict[str, str]:
    return content_ids(names, text, public_id="abc", domain="desk.example")


def test_each_picture_that_the_text_names_gets_an_id_of_the_mail() -> None:
    found = ids(["a.png", "b.png", "c.png", "a.png"], "![c.png] and ![a.png]")
    assert found == {"a.png": "abc.1@desk.example", "c.png": "abc.2@desk.example"}


def test_a_text_has_so_many_pictures_and_no_more() -> None:
    names = [f"{n}.png" for n in range(MAX_PICTURES)]
    text = "".join(f"![{name}]" for name in names)
    assert len(ids(names, text)) == MAX_PICTURES
    with pytest.raises(Invalid, match="at most 20"):
        ids([*names, "more.png"], text)


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/gif", "image/webp"])
def test_a_picture_is_of_a_kind_that_every_program_shows(kind: str) -> None:
    check_picture(kind, MAX_PICTURE_BYTES)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("image/svg+xml", 1), ("text/html", 1), ("image/bmp", 1), ("image/png", MAX_PICTURE_BYTES + 1)],
)
def test_what_is_none_or_too_large_is_refused(kind: str, size: int) -> None:
    with pytest.raises(Invalid) as refused:
        check_picture(kind, size)
    assert refused.value.field == "files"


def test_a_picture_that_the_text_names_and_that_is_not_there_is_told_by_its_name() -> None:
    check_named("![a.png]", {"a.png"})
    with pytest.raises(LostPicture, match=r"The picture b\.png is no longer here") as lost:
        check_named("![a.png] ![b.png]", {"a.png"})
    assert (lost.value.name, lost.value.field) == ("b.png", "text")
