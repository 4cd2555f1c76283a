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
