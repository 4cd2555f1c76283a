"""The postboxes of the demo."""

from pathlib import Path

import pytest

from gateway.errors import NotFound
from gateway.store.postbox import Postbox

RAW = b"Subject: hello\r\n\r\nFrom here.\r\n.\r\n\xff\x00"


@pytest.fixture
def postbox(tmp_path: Path) -> Postbox:
    return Postbox(tmp_path / "demo" / "postbox")


def test_what_was_kept_comes_back_byte_for_byte(postbox: Postbox) -> None:
    key = postbox.keep("ann@customer.example", RAW)
    assert postbox.get_mail("ann@customer.example", key).raw == RAW


def test_an_address_is_the_same_in_any_case(postbox: Postbox) -> None:
    postbox.keep("Ann@Customer.example", RAW)
    assert len(postbox.list_mails("ann@customer.EXAMPLE", limit=9)) == 1


def test_the_newest_comes_first_and_no_more_than_asked_for(postbox: Postbox) -> None:
    for number in range(12):
        postbox.keep("ann@customer.example", b"%d" % number)
    found = postbox.list_mails("ann@customer.example", limit=3)
    assert [mail.raw for mail in found] == [b"11", b"10", b"9"]


def test_nobody_reads_what_came_for_another(postbox: Postbox) -> None:
    key = postbox.keep("ann@customer.example", RAW)
    postbox.keep("bob@customer.example", b"other")
    for address in ("bob@customer.example", "nobody@customer.example"):
        with pytest.raises(NotFound):
            postbox.get_mail(address, key)


@pytest.mark.parametrize("key", ["", "..", "../../../../etc/passwd", "/etc/passwd", "new"])
def test_a_key_leads_nowhere_else(postbox: Postbox, key: str) -> None:
    postbox.keep("ann@customer.example", RAW)
    with pytest.raises(NotFound):
        postbox.get_mail("ann@customer.example", key)


def test_an_address_makes_no_path(postbox: Postbox, tmp_path: Path) -> None:
    postbox.keep("../../../x@customer.example", RAW)
    postbox.keep(f"{'long' * 100}@customer.example", RAW)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_nothing_came_for_somebody_unknown(postbox: Postbox) -> None:
    assert postbox.list_mails("nobody@customer.example", limit=9) == ()
