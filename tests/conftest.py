"""What holds for every test: the machine's settings stay outside, and no example fails for being slow."""

import os

import pytest
from hypothesis import settings

# A busy machine makes a slow example, not a wrong one.
settings.register_profile("manage4all", deadline=None)
settings.load_profile("manage4all")

# Said to the tests, not to the product.
_FOR_TESTS = ("M4A_REQUIRE_", "M4A_TEST_")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("M4A_") and not name.startswith(_FOR_TESTS):
            monkeypatch.delenv(name)
