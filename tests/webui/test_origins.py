import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import MisdirectedRequest

from gateway.errors import Denied
from gateway.settings import Settings
from webui import origins
from webui.app import create_app


def is_served(settings: Settings, host: str) -> bool:
    app = create_app(settings)
    with app.test_request_context(headers={"Host": host}):
        try:
            origins.check_host()
        except MisdirectedRequest:
            return False
        return True


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "127.0.0.2"])
def test_a_loopback_server_answers_to_this_machines_names(settings: Settings, host: str) -> None:
    assert is_served(settings, host)


@pytest.mark.parametrize("host", ["evil.example", "192.0.2.1", "localhost.evil.example", "[", ""])
def test_a_loopback_server_answers_to_no_other_name(settings: Settings, host: str) -> None:
    assert not is_served(settings, host)


def test_the_name_that_people_use_is_served(settings: Settings) -> None:
    named = settings.with_values(base_url="https://desk.example", web_host="0.0.0.0")
    assert is_served(named, "desk.example")
    assert not is_served(named, "evil.example")
    assert not is_served(named, "192.0.2.1")


def test_a_server_on_the_network_without_a_name_answers_to_addresses_alone(settings: Settings) -> None:
    unnamed = settings.with_values(web_host="0.0.0.0")
    assert is_served(unnamed, "192.0.2.1:8080")
    assert not is_served(unnamed, "evil.example")


def test_a_foreign_name_is_answered_421(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


def test_supervisors_may_ask_by_any_name(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:81"},
]
OWN = [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}, {}]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_sites_form_is_refused(app: Flask, headers: dict[str, str]) -> None:
    with app.test_request_context(method="POST", headers=headers), pytest.raises(Denied):
        origins.check_origin()


@pytest.mark.parametrize("headers", OWN)
def test_our_own_form_passes(app: Flask, headers: dict[str, str]) -> None:
    with app.test_request_context(method="POST", headers=headers):
        origins.check_origin()


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_link_from_elsewhere_may_lead_here(app: Flask, headers: dict[str, str]) -> None:
    with app.test_request_context(method="GET", headers=headers):
        origins.check_origin()


@pytest.mark.parametrize(
    ("address", "is_ours"), [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False), (None, False)]
)
def test_loopback_is_known(address: str | None, *, is_ours: bool) -> None:
    assert origins.is_loopback(address) is is_ours
