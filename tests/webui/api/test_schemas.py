from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from gateway.store.intake import Ledger as Books
from gateway.store.queries.articles import DeliveryView
from webui.api.schemas import Delivery, Ledger, Person


def test_a_time_ends_in_z() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    shape = Delivery.of(DeliveryView("a@b.example", "deferred", "450 later", 2, moment))
    assert '"next_try_at":"2026-01-02T03:04:05Z"' in shape.model_dump_json()


def test_a_field_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        Person.model_validate({"address": "a@b.example", "colour": "red"})


def test_the_ledger_has_every_fate() -> None:
    assert Ledger.of(Books(21, 1, 2, 3, 4, 5, 6)).model_dump() == {
        "offered": 21,
        "tickets": 1,
        "follow_ups": 2,
        "duplicates": 3,
        "quarantined": 4,
        "refused": 5,
        "pending": 6,
    }
