import dataclasses

import pytest

from gateway.mail.message import Auto, Bounce


def test_values_cannot_be_changed() -> None:
    bounce = Bounce("a@x.example", "5.1.1", "failed", "", "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        bounce.status = "2.0.0"  # type: ignore[misc]


def test_kinds_of_machines_are_spelt_as_in_the_contract() -> None:
    assert {kind.value for kind in Auto} == {"auto-reply", "auto-generated", "bulk", "bounce"}
