import pytest
from flask import Flask

from gateway.errors import Invalid
from gateway.settings import Settings
from webui import callers
from webui.app import create_app


def asking(app: Flask, peer: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with app.test_request_context(environ_base={"REMOTE_ADDR": peer}, headers=headers):
        return callers.address()


@pytest.fixture
def behind_proxy(settings: Settings, database: None) -> Flask:
    return create_app(settings.with_values(trusted_proxies="192.0.2.0/24, ::1"))


def test_without_proxies_nobody_is_believed(app: Flask) -> None:
    assert asking(app, "127.0.0.1", "198.51.100.7") == "127.0.0.1"


@pytest.mark.parametrize("peer", ["192.0.2.9", "::1", "::ffff:192.0.2.9"])
def test_a_proxy_of_ones_own_says_who_asks(behind_proxy: Flask, peer: str) -> None:
    assert asking(behind_proxy, peer, "2001:db8::7") == "2001:db8::7"


def test_what_the_client_wrote_before_the_proxy_counts_for_nothing(behind_proxy: Flask) -> None:
    assert asking(behind_proxy, "192.0.2.9", "203.0.113.1, 198.51.100.7") == "198.51.100.7"


def test_anybody_else_speaks_for_themselves(behind_proxy: Flask) -> None:
    assert asking(behind_proxy, "198.51.100.66", "203.0.113.1") == "198.51.100.66"


@pytest.mark.parametrize("forwarded", [None, "", "unknown", "198.51.100.7,"])
def test_a_proxy_that_names_nobody_is_counted_itself(behind_proxy: Flask, forwarded: str | None) -> None:
    assert asking(behind_proxy, "192.0.2.9", forwarded) == "192.0.2.9"


def test_a_bad_setting_is_told_at_the_start(settings: Settings) -> None:
    with pytest.raises(Invalid, match="M4A_TRUSTED_PROXIES: proxy is no network"):
        create_app(settings.with_values(trusted_proxies="proxy"))
