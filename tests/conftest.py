"""What holds for every test: the machine's settings stay outside, and no example fails for being slow."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from gateway import i18n
from gateway.store import session
from tests.databases import Databases

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


@pytest.fixture(autouse=True)
def spoken_to_in_english() -> None:
    """A test that spoke another language before this one leaves nothing of it."""
    i18n.set_locale(i18n.DEFAULT_LOCALE)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """What SQLAlchemy has made of a statement is there for the next test's database too.

    A patch, as in the product there is one database a process; here there are thousands, and compiling the
    same statements for each of them was most of what a test did.
    """
    make, known = session._make_engine, dict[str, Engine]()

    def make_alike(url: str) -> Engine:
        made = make(url)
        first = known.setdefault(made.name, made)
        if first.dialect.server_version_info is None:  # it was never reached
            known[made.name] = made
        elif first is not made:
            made.dialect = made.pool._dialect = first.dialect
            made._compiled_cache = first._compiled_cache
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "_make_engine", make_alike)
        yield


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Fresh databases for whoever needs one."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.stop()
