import pytest
from flask.testing import FlaskClient

from gateway.settings import Settings
from webui import csp
from webui.app import create_app


@pytest.mark.parametrize("path", ["/", "/nothing", "/healthz", "/api/v1/tickets", "/static/css/app.css"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == csp.POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_over_tls_browsers_are_told_to_stay_there(settings: Settings, database: None) -> None:
    client = create_app(settings.with_values(base_url="https://desk.example")).test_client()
    headers = client.get("/healthz", base_url="https://desk.example").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_no_policy_lets_a_script_of_a_mail_run() -> None:
    for policy in (csp.MAIL_POLICY, csp.MAIL_WITH_PICTURES_POLICY, csp.FILE_POLICY):
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "sandbox" in policy
    assert "'unsafe-inline'" not in csp.POLICY


@pytest.mark.parametrize(
    ("relays", "sources"),
    [
        (["wss://relay.example"], "wss://relay.example"),
        (["wss://relay.example/path"], "wss://relay.example"),
        (["ws://127.0.0.1:8081"], "ws://127.0.0.1:8081"),
        (["wss://a.example", "wss://b.example/1", "wss://b.example/2"], "wss://a.example wss://b.example"),
    ],
)
def test_a_page_of_a_remote_session_reaches_the_relays_beside_us(relays: list[str], sources: str) -> None:
    assert f"connect-src 'self' {sources};" in csp.with_relays(relays)
    assert csp.with_relays(relays).replace(f" {sources};", ";") == csp.POLICY
