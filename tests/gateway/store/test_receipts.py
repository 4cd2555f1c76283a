"""Receipts: whoever has the installation's secret signs them, and nobody else."""

import json

import pytest

from gateway.errors import Invalid
from gateway.store import receipts
from gateway.store.receipts import Receipt

KEY = b"the secret"
RECEIPT = Receipt(
    id="e1",
    kind="contact",
    counts={"tickets": 2, "files": 1},
    begun_at="2026-03-02T12:00:00+00:00",
    done_at="2026-03-02T12:00:09+00:00",
    installation="https://desk.example",
    version="0.1.0",
)


def test_what_was_signed_is_read_again() -> None:
    assert receipts.verify(receipts.sign(RECEIPT, KEY), KEY) == RECEIPT


def test_its_key_can_be_checked_by_anybody() -> None:
    assert json.loads(receipts.sign(RECEIPT, KEY))["key"] == receipts.public_key(KEY)


def test_another_installation_has_not_signed_it() -> None:
    with pytest.raises(Invalid, match="not signed by this installation"):
        receipts.verify(receipts.sign(RECEIPT, b"another"), KEY)


@pytest.mark.parametrize("name", ["id", "kind", "counts", "done_at", "installation", "version", "format"])
def test_whatever_is_changed_shows(name: str) -> None:
    told = json.loads(receipts.sign(RECEIPT, KEY))
    told["receipt"][name] = {"tickets": 3} if name == "counts" else "other"
    with pytest.raises(Invalid, match="was changed"):
        receipts.verify(json.dumps(told), KEY)


@pytest.mark.parametrize(
    "told", ["", "[]", "7", "{}", '{"receipt": {}, "signature": ""}', '{"receipt": [], "signature": "AA=="}']
)
def test_what_is_none_is_named_as_such(told: str) -> None:
    with pytest.raises(Invalid, match="no receipt"):
        receipts.verify(told, KEY)


def test_a_signature_that_is_none_is_named_as_such() -> None:
    told = json.loads(receipts.sign(RECEIPT, KEY))
    told["signature"] = "$$"
    with pytest.raises(Invalid, match="no receipt"):
        receipts.verify(json.dumps(told), KEY)
