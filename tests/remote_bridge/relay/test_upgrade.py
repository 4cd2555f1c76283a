import ipaddress

import pytest
from multidict import CIMultiDict

from gateway.errors import Invalid
from remote_bridge.relay.upgrade import (
    Origins,
    Wish,
    address_of,
    may_see_numbers,
    mend_connection,
    speaks_ours,
    wish_of,
)

DESK = "https://desk.example"


def headers(*pairs: tuple[str, str]) -> CIMultiDict[str]:
    return CIMultiDict(pairs)


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        (b"/v1", Wish.SOCKET),
        (b"/healthz", Wish.HEALTH),
        (b"/metrics", Wish.NUMBERS),
        (b"/", Wish.NOTHING),
        (b"/v1/", Wish.NOTHING),
        (b"/v1?token=x", Wish.NOTHING),
        (b"/v2", Wish.NOTHING),
    ],
)
def test_the_path_says_what_is_wished_for(path: bytes, wish: Wish) -> None:
    assert wish_of(path) is wish


@pytest.mark.parametrize("origin", [DESK, "https://other.example:8443", "http://third.example"])
def test_pages_on_the_list_may_come(origin: str) -> None:
    origins = Origins.of(DESK, "https://other.example:8443/, http://third.example:80/x")
    assert origins.allow(headers(("Origin", origin)), is_viewer=True)
    assert origins.allow(headers(("Origin", origin)), is_viewer=False)


@pytest.mark.parametrize(
    "origin",
    [
        "http://desk.example",
        "https://desk.example:444",
        "https://desk.example.evil.example",
        "https://evildesk.example",
        "https://desk.example/",
        "HTTPS://DESK.EXAMPLE",
        "null",
        "",
        "http://localhost",
    ],
)
def test_no_other_page_may_come(origin: str) -> None:
    for is_viewer in (True, False):
        assert not Origins.of(DESK).allow(headers(("Origin", origin)), is_viewer=is_viewer)


def test_only_a_host_is_a_program() -> None:
    assert Origins.of(DESK).allow(headers(), is_viewer=False)
    assert not Origins.of(DESK).allow(headers(), is_viewer=True)


def test_two_origins_are_none() -> None:
    assert not Origins.of(DESK).allow(headers(("Origin", DESK), ("Origin", DESK)), is_viewer=True)


def test_a_desk_on_this_machine_has_three_names() -> None:
    origins = Origins.of("http://127.0.0.1:8080")
    for origin in ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"):
        assert origins.allow(headers(("Origin", origin)), is_viewer=True)
    for origin in ("http://localhost:8081", "https://localhost:8080", "http://127.0.0.2:8080"):
        assert not origins.allow(headers(("Origin", origin)), is_viewer=True)


@pytest.mark.parametrize("more", ["desk.example", "ftp://desk.example", "https://", "https://a:b", "*"])
def test_what_is_no_origin_is_said_at_the_start(more: str) -> None:
    with pytest.raises(Invalid, match="M4A_RELAY_ORIGINS"):
        Origins.of(DESK, more)


def test_our_subprotocol_may_be_one_of_several() -> None:
    assert speaks_ours(headers(("Sec-WebSocket-Protocol", "binary, m4a.remote.1")))
    assert speaks_ours(headers(("Sec-WebSocket-Protocol", "x"), ("Sec-WebSocket-Protocol", "m4a.remote.1")))
    assert not speaks_ours(headers(("Sec-WebSocket-Protocol", "m4a.remote.10")))
    assert not speaks_ours(headers())


@pytest.mark.parametrize("value", ["Upgrade", "keep-alive, Upgrade", "upgrade,keep-alive"])
def test_a_connection_may_be_kept_alive_and_upgraded(value: str) -> None:
    given = headers(("Connection", value))
    mend_connection(given)
    assert given.getall("Connection") == ["upgrade"]


def test_a_connection_that_is_not_to_be_upgraded_is_left_alone() -> None:
    given = headers(("Connection", "close"))
    mend_connection(given)
    assert given["Connection"] == "close"


def test_a_proxy_of_ones_own_is_believed_and_nobody_else() -> None:
    proxies = (ipaddress.ip_network("10.0.0.0/8"),)
    forwarded = headers(("X-Forwarded-For", "192.0.2.1, 192.0.2.9"))
    assert address_of(forwarded, "10.0.0.1", proxies) == "192.0.2.9"
    assert address_of(forwarded, "198.51.100.1", proxies) == "198.51.100.1"
    assert address_of(headers(("X-Forwarded-For", "rubbish")), "10.0.0.1", proxies) == "10.0.0.1"
    assert address_of(headers(), "10.0.0.1", proxies) == "10.0.0.1"


def test_numbers_are_for_this_machine_or_for_who_has_the_token() -> None:
    here, anywhere = "127.0.0.1", "0.0.0.0"
    assert may_see_numbers(headers(), token="", bound_to=here)
    assert may_see_numbers(headers(), token="", bound_to="localhost")
    assert not may_see_numbers(headers(), token="", bound_to=anywhere)
    assert not may_see_numbers(headers(("X-Forwarded-For", "192.0.2.1")), token="", bound_to=here)
    assert may_see_numbers(headers(("Authorization", "Bearer secret")), token="secret", bound_to=anywhere)
    assert not may_see_numbers(headers(("Authorization", "Bearer other")), token="secret", bound_to=here)
    assert not may_see_numbers(headers(), token="secret", bound_to=here)
