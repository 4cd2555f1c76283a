"""A refresh token for an access token, from a token server that may be in a bad mood."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from gateway import clock
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.oauth import Grant, Tokens, refresh
from gateway.desk.servers.reach import Reach
from gateway.store.servers import Trouble
from tests.fakes.authority import make_authority
from tests.fakes.oauth_server import OAuthServer

REACH = Reach(allows_private=True, connect_seconds=5, read_seconds=2)


def grant(oauth: OAuthServer, **changes: str) -> Grant:
    made = Grant(oauth.url, oauth.client_id, oauth.client_secret, oauth.refresh_token)
    return replace(made, **changes)


def trouble(of: Grant, reach: Reach = REACH) -> ServerFault:
    with pytest.raises(ServerFault) as caught:
        refresh(of, reach)
    return caught.value


def test_a_refresh_token_brings_an_access_token(oauth: OAuthServer) -> None:
    assert refresh(grant(oauth), REACH) == Tokens("access1", 3600, "")
    assert oauth.requests[0]["grant_type"] == "refresh_token"


def test_a_refresh_token_that_was_replaced_comes_along(oauth: OAuthServer) -> None:
    oauth.rotates = True
    assert refresh(grant(oauth), REACH).refresh_token == "refresh access1"
    assert trouble(grant(oauth, refresh_token="first refresh token")).trouble is Trouble.TOKEN


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "unauthorized_client"])
def test_a_grant_that_is_over_needs_somebody(oauth: OAuthServer, error: str) -> None:
    oauth.error = error
    fault = trouble(grant(oauth))
    assert (fault.trouble, fault.detail) == (Trouble.TOKEN, error)


@pytest.mark.parametrize("status", [500, 503, 429, 302])
def test_a_server_in_trouble_is_asked_again_later(oauth: OAuthServer, status: int) -> None:
    oauth.status = status
    assert trouble(grant(oauth)).trouble is Trouble.TOKEN_SERVER


@pytest.mark.parametrize(
    "edit",
    [
        lambda _: b"<html>",
        lambda _: b"[]",
        lambda _: b"{}",
        lambda _: b'{"access_token": 5}',
        lambda _: b'{"access_token": "a\\r\\nb"}',
        lambda _: b'{"access_token": "' + b"x" * 200_000 + b'"}',
        lambda _: b"\xff",
    ],
)
def test_an_answer_that_makes_no_sense_is_none(oauth: OAuthServer, edit: Callable[[bytes], bytes]) -> None:
    oauth.edit = edit
    assert trouble(grant(oauth)).trouble is Trouble.TOKEN_SERVER


@pytest.mark.parametrize(("said", "seconds"), [("7", 60), (10**9, 86_400), (None, 3600), ("soon", 3600)])
def test_its_life_is_taken_with_a_grain_of_salt(oauth: OAuthServer, said: object, seconds: int) -> None:
    oauth.expires_in = said
    assert refresh(grant(oauth), REACH).expires_seconds == seconds


def test_a_server_that_takes_too_long_is_given_up(oauth: OAuthServer) -> None:
    oauth.delay_seconds = 4.0
    began = clock.monotonic()
    assert trouble(grant(oauth), replace(REACH, read_seconds=0.2)).trouble is Trouble.TOKEN_SERVER
    assert clock.monotonic() - began < 3.8


def test_bytes_that_trickle_do_not_begin_the_wait_anew() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle() -> None:
            client, _ = listener.accept()
            with client:
                try:
                    for _ in range(200):
                        client.send(b"H")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = Thread(target=trickle)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        began = clock.monotonic()
        assert trouble(Grant(url, "c", "", "r"), replace(REACH, read_seconds=0.3)).trouble is (
            Trouble.TOKEN_SERVER
        )
        assert clock.monotonic() - began < 5
        thread.join(20)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://192.0.2.1/token", Trouble.NO_TLS),
        ("https://169.254.169.254/token", Trouble.FORBIDDEN_HOST),
        ("https://localhost:99999/token", Trouble.TOKEN_SERVER),
        ("https:///token", Trouble.UNRESOLVED),
    ],
)
def test_an_address_that_leads_astray_is_not_followed(url: str, expected: Trouble) -> None:
    assert trouble(Grant(url, "c", "s", "r"), Reach(allows_private=False)).trouble in (
        expected,
        Trouble.FORBIDDEN_HOST,
    )


def test_by_https_the_certificate_counts(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, is_expired=True)
    context = authority.server_context()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                try:
                    context.wrap_socket(client, server_side=True)
                except OSError:
                    return

        thread = Thread(target=serve)
        thread.start()
        known = replace(REACH, tls=authority.client_context())
        url = f"https://localhost:{listener.getsockname()[1]}/token"
        assert trouble(Grant(url, "c", "s", "r"), known).trouble is Trouble.CERTIFICATE_EXPIRED
        thread.join(10)
