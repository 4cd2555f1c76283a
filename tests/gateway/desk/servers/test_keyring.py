"""Signing in: a password is opened, a token is asked for in time and kept before it is used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.keyring import Keyring
from gateway.desk.servers.reach import Reach
from gateway.errors import Unavailable
from gateway.store.sealed import Seal
from gateway.store.servers import Auth, FreshTokens, ServerAccount, Trouble
from tests.fakes.oauth_server import OAuthServer

SEAL = Seal(b"k" * 32)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = ServerAccount(
    id=1,
    account_id=1,
    host="localhost",
    port=465,
    security="tls",
    username="help",
    auth=Auth.PASSWORD.value,
    sealed_secret=SEAL.seal("pass word"),
    token_url="",
    client_id="",
    sealed_client_secret="",
    sealed_access_token="",
    token_expires_at=None,
)


class Noon:
    def now(self) -> datetime:
        return NOON


def by_token(oauth: OAuthServer) -> ServerAccount:
    return replace(
        PASSWORD,
        auth=Auth.XOAUTH2.value,
        sealed_secret=SEAL.seal(oauth.refresh_token),
        token_url=oauth.url,
        client_id=oauth.client_id,
        sealed_client_secret=SEAL.seal(oauth.client_secret),
    )


def ring_of(
    account: ServerAccount, kept: list[FreshTokens] | None = None, seal: Seal = SEAL
) -> Keyring[ServerAccount]:
    noted = kept if kept is not None else []
    return Keyring(
        account,
        seal=seal,
        reach=Reach(allows_private=True, read_seconds=5),
        clock=Noon(),
        keep=lambda _, fresh: noted.append(fresh),
    )


def test_a_password_is_opened_and_needs_nobody() -> None:
    ring = ring_of(PASSWORD)
    assert (ring.needs_token, ring.secret(), ring.forget_token()) == (False, "pass word", False)


@pytest.mark.parametrize("changes", [{}, {"auth": "xoauth2"}])
def test_under_another_key_it_is_our_fault(changes: dict[str, str]) -> None:
    with pytest.raises(ServerFault) as caught:
        ring_of(replace(PASSWORD, **changes), seal=Seal(b"another")).secret()  # type: ignore[arg-type]
    assert caught.value.trouble is Trouble.OURS


def test_a_token_is_kept_before_it_is_used(oauth: OAuthServer) -> None:
    kept: list[FreshTokens] = []
    account = by_token(oauth)
    ring = ring_of(account, kept)
    before = ring.needs_token
    assert (before, ring.secret()) == (True, "access1")
    assert SEAL.open(kept[0].sealed_access_token) == "access1"
    assert (kept[0].token_expires_at, kept[0].sealed_secret) == (
        NOON + timedelta(hours=1),
        account.sealed_secret,
    )
    assert (ring.needs_token, ring.secret(), len(oauth.requests)) == (False, "access1", 1)


def test_a_token_that_could_not_be_kept_is_not_used(oauth: OAuthServer) -> None:
    def refuse(_: ServerAccount, __: FreshTokens) -> None:
        raise Unavailable(detail="database")

    reach = Reach(allows_private=True)
    ring = Keyring(by_token(oauth), seal=SEAL, reach=reach, clock=Noon(), keep=refuse)
    with pytest.raises(Unavailable):
        ring.secret()


@pytest.mark.parametrize(("left", "is_asked"), [(89, True), (90, True), (91, False)])
def test_a_token_is_not_used_in_its_last_moments(oauth: OAuthServer, left: int, *, is_asked: bool) -> None:
    account = replace(
        by_token(oauth),
        sealed_access_token=SEAL.seal("known"),
        token_expires_at=NOON + timedelta(seconds=left),
    )
    assert ring_of(account).secret() == ("access1" if is_asked else "known")


def test_a_refused_token_is_replaced_and_the_refresh_token_with_it(oauth: OAuthServer) -> None:
    oauth.rotates = True
    kept: list[FreshTokens] = []
    ring = ring_of(by_token(oauth), kept)
    for number in (1, 2):
        assert ring.secret() == f"access{number}"
        assert ring.forget_token()
    assert not ring.forget_token()
    assert [SEAL.open(each.sealed_secret) for each in kept] == ["refresh access1", "refresh access2"]
    assert SEAL.open(ring.account.sealed_secret) == oauth.refresh_token
