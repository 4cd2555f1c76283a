"""What a provider says of itself: taken if it is that provider and does what is needed."""

import json

import pytest

from gateway.desk.openid.metadata import Metadata, read_metadata
from gateway.errors import Unavailable

ISSUER = "https://id.example/desk"
SAID: dict[str, object] = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://id.example/authorize?tenant=1",
    "token_endpoint": "https://id.example/token",
    "jwks_uri": "https://keys.example/all",
}


def read(**changes: object) -> Metadata:
    said = {name: value for name, value in {**SAID, **changes}.items() if value is not None}
    return read_metadata(json.dumps(said).encode(), ISSUER)


def test_the_least_that_a_provider_says_is_enough() -> None:
    assert read() == Metadata(
        "https://id.example/authorize?tenant=1",
        "https://id.example/token",
        "https://keys.example/all",
        names_itself=False,
        takes_basic=True,  # what counts where nothing is said
    )


def test_what_it_offers_beyond_is_seen() -> None:
    more = read(
        authorization_response_iss_parameter_supported=True,
        token_endpoint_auth_methods_supported=["client_secret_post"],
        code_challenge_methods_supported=["plain", "S256"],
    )
    assert (more.names_itself, more.takes_basic) == (True, False)
    assert read(token_endpoint_auth_methods_supported=["none", "client_secret_basic"]).takes_basic


@pytest.mark.parametrize("issuer", [f"{ISSUER}/", "https://id.example", "https://evil.example", None, 7])
def test_another_issuer_is_named_to_the_operator(issuer: object) -> None:
    with pytest.raises(Unavailable, match=f"calls itself {issuer}; M4A_OIDC_ISSUER"):
        read(issuer=issuer)


def test_without_pkce_nobody_is_sent_there() -> None:
    with pytest.raises(Unavailable, match="S256"):
        read(code_challenge_methods_supported=["plain"])


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address",
    [
        None,
        7,
        "",
        "/token",
        "http://id.example/token",
        "ftp://id.example/",
        "javascript:alert(1)",
        "https:///x",
        "https://[::1/x",
        "https://id.example/\r\nX: y",
        "https://id.example/\N{LATIN SMALL LETTER U WITH DIAERESIS}",
        "https://id.example/#x",
    ],
)
def test_an_address_that_cannot_be_used_is_named(name: str, address: object) -> None:
    with pytest.raises(Unavailable, match=name):
        read(**{name: address})


def test_on_this_machine_it_may_be_unprotected() -> None:
    assert read(token_endpoint="http://127.0.0.1:9/t").token_endpoint == "http://127.0.0.1:9/t"


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_what_describes_no_provider_is_said(body: bytes) -> None:
    with pytest.raises(Unavailable, match="describes no provider"):
        read_metadata(body, ISSUER)
