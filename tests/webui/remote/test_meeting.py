"""Where both sides meet: at any relay first, then at that one."""

import pytest
from flask import Flask

from gateway.settings import Settings
from webui.remote import meeting

RELAYS = ("wss://one.example", "wss://two.example")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_values(relay_public_urls=",".join(RELAYS))


def test_whoever_comes_first_is_sent_to_any_relay_and_the_other_after_them(app: Flask) -> None:
    with app.app_context():
        assert {meeting.relay_of(None) for _ in range(200)} == set(RELAYS)
        assert {meeting.relay_of(RELAYS[1]) for _ in range(20)} == {RELAYS[1]}


def test_the_pages_of_a_session_reach_all_of_them(app: Flask) -> None:
    policy = app.test_client().get("/remote").headers["Content-Security-Policy"]
    assert f"connect-src 'self' {' '.join(RELAYS)};" in policy
