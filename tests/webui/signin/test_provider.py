"""Signing in by the operator's provider: with a certified one, and with one that lies."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.clock import Clock
from gateway.desk.openid import questions
from gateway.desk.openid.provider import Client, Provider
from gateway.desk.servers.reach import Reach
from gateway.rules.throttling import MOST, Counted
from gateway.store import session
from gateway.store.models import Account, Staff, StaffIdentity
from tests.fakes import oidc_provider
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, new_key
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page
from tests.webui.signin.test_security import FIREFOX, another, let_proof_lapse, send
from webui import office

BACK = "http://localhost/sign-in/provider/back"
SECURITY = "/account/security"
FAILED = "/sign-in?provider=failed"


class Later(Clock):
    """So many minutes ahead."""

    def __init__(self, minutes: float) -> None:
        self._ahead = timedelta(minutes=minutes)

    def now(self) -> datetime:
        return clock.now() + self._ahead


def use(app: Flask, issuer: str, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> None:
    """Let the desk have this provider."""
    made = Provider(Client(issuer, client_id, secret, BACK, "Home"), reach=Reach(allows_private=True))
    office.install(app, replace(office.of(app), provider=made))


@pytest.fixture
def there(app: Flask) -> Iterator[IdentityProvider]:
    """The desk's provider, which says what a test wants."""
    with IdentityProvider() as running:
        use(app, running.issuer)
        yield running


def back(browser: FlaskClient, there: IdentityProvider, address: str, **more: str) -> TestResponse:
    """Sign in there, and come back."""
    return browser.get(f"{urlsplit(BACK).path}?{urlencode({**there.sign_in(address), **more})}")


def sign_in(browser: FlaskClient, there: IdentityProvider, onward: str = "/") -> TestResponse:
    left = browser.get(f"/sign-in/provider?{urlencode({'next': onward})}")
    return back(browser, there, left.location)


def link(browser: FlaskClient, there: IdentityProvider) -> TestResponse:
    return back(browser, there, Page(send(browser, "/account/provider")).one("a.primary").get("href") or "")


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/").status_code == 200


def told(browser: FlaskClient, answer: TestResponse, role: str = "alert") -> str:
    return Page(browser.get(answer.location)).text_of(f"[role={role}]")


def identities() -> list[str]:
    with session.reading() as db:
        return list(db.execute(select(StaffIdentity.subject)).scalars())


def test_without_a_provider_there_is_nothing_of_it(client: FlaskClient, browser: FlaskClient) -> None:
    assert [client.get(path).status_code for path in ("/sign-in/provider", urlsplit(BACK).path)] == [404, 404]
    posted = [send(browser, path).status_code for path in ("/account/provider", "/account/provider/remove")]
    assert posted == [404, 404]
    assert Page(client.get(f"{FAILED}&next=/t/1")).all("[role=alert], [href=/sign-in/provider]") == []
    assert Page(browser.get(f"{SECURITY}?provider=linked")).all("[role=status], #provider") == []


def test_a_person_links_a_certified_provider_and_comes_in_by_it(
    app: Flask, browser: FlaskClient, client: FlaskClient
) -> None:
    with oidc_provider.provider(BACK) as real:
        use(app, real.issuer, oidc_provider.CLIENT_ID, oidc_provider.CLIENT_SECRET)
        page = Page(send(browser, "/account/provider"))
        came = browser.get(real.sign_in(page.one("a.primary").get("href") or "", "ann"))
        assert (came.status_code, came.location) == (303, f"{SECURITY}?provider=linked")
        assert "Home lets you in, too" in told(browser, came, "status")

        address = client.get("/sign-in/provider?next=/t/1", headers={"User-Agent": FIREFOX}).location
        returned = real.sign_in(address, "ann")
        entered = client.get(returned, headers={"User-Agent": FIREFOX})
        assert (entered.status_code, entered.location, is_in(client)) == (303, "/t/1", True)
        assert "Firefox on Linux" in Page(client.get(SECURITY)).text_of("#sessions")

        replayed = app.test_client()
        kept = client.get_cookie("provider")
        assert kept is None  # it went with its use
        assert (replayed.get(returned).location, is_in(replayed)) == (FAILED, False)

        other = app.test_client()
        unknown = other.get(real.sign_in(other.get("/sign-in/provider").location, "bob"))
        assert unknown.location == "/sign-in?provider=unknown"
        assert not is_in(other)


def test_a_certified_provider_gives_nothing_for_a_code_twice(
    app: Flask, browser: FlaskClient, client: FlaskClient
) -> None:
    with oidc_provider.provider(BACK) as real:
        use(app, real.issuer, oidc_provider.CLIENT_ID, oidc_provider.CLIENT_SECRET)
        browser.get(
            real.sign_in(Page(send(browser, "/account/provider")).one("a.primary").get("href") or "", "ann")
        )
        address = client.get("/sign-in/provider").location
        kept = client.get_cookie("provider")
        assert kept is not None
        returned = real.sign_in(address, "ann")
        assert client.get(returned).location == "/"
        thief = app.test_client()
        thief.set_cookie("provider", kept.value)
        assert (thief.get(returned).location, is_in(thief)) == (FAILED, False)


@pytest.mark.usefixtures("world")
def test_whoever_is_not_linked_is_told_how(client: FlaskClient, there: IdentityProvider) -> None:
    there.claims = {"email": "owner@ours.example", "email_verified": True}  # whatever they call themselves
    answer = sign_in(client, there)
    assert answer.location == "/sign-in?provider=unknown"
    assert told(client, answer).endswith("then link it under Account, Password and sign-ins.")
    assert not is_in(client)


def test_one_goes_on_where_one_wanted_but_never_elsewhere(
    browser: FlaskClient, app: Flask, there: IdentityProvider
) -> None:
    link(browser, there)
    places = ("/t/1?x=y", "//evil.example", "https://evil.example/", "/\\evil.example", "/" + "x" * 2000)
    assert [sign_in(app.test_client(), there, place).location for place in places] == ["/t/1?x=y"] + ["/"] * 4


def test_the_way_back_is_that_of_the_settings_whatever_host_a_browser_names(
    client: FlaskClient, world: World, there: IdentityProvider
) -> None:
    address = client.get("/sign-in/provider", headers={"Host": "127.0.0.1:4321"}).location
    assert urlencode({"redirect_uri": BACK}) in address


def test_who_is_in_already_is_not_sent_away(browser: FlaskClient, there: IdentityProvider) -> None:
    assert browser.get("/sign-in/provider?next=/t/1").location == "/t/1"


def test_an_answer_counts_in_the_browser_that_left_alone(
    app: Flask, browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    address = client.get("/sign-in/provider").location
    victim = app.test_client()
    assert back(victim, there, address).location == FAILED  # it never left
    victim.get("/sign-in/provider")
    assert back(victim, there, address).location == FAILED  # it left with another question
    assert back(client, there, address, state="another").location == FAILED
    assert (is_in(victim), is_in(client)) == (False, False)
    assert back(client, there, address).location == "/"  # its own question is still good


def test_a_question_ends_with_its_time(
    app: Flask, browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    address = client.get("/sign-in/provider").location
    minutes = questions.LASTS.total_seconds() / 60
    office.install(app, replace(office.of(app), clock=Later(minutes)))
    assert back(client, there, address).location == FAILED


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another desk"},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_a_token_that_lies_lets_nobody_in(
    browser: FlaskClient, client: FlaskClient, there: IdentityProvider, claims: dict[str, object]
) -> None:
    link(browser, there)
    there.claims = claims
    answer = sign_in(client, there)
    assert (answer.location, is_in(client)) == (FAILED, False)
    assert "did not work" in told(client, answer)


def test_a_token_that_nobody_signed_lets_nobody_in(
    browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    left = client.get("/sign-in/provider").location
    nonce = dict(pair.split("=") for pair in urlsplit(left).query.split("&"))["nonce"]
    _, claims, signature = there.sign(nonce).split(".")
    for head in ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJFUzI1NiJ9"):  # none; ES256, over another header
        there.token = f"{head}.{claims}.{'' if head.endswith('In0') else signature}"
        assert (sign_in(client, there).location, is_in(client)) == (FAILED, False)
    there.token, shown = "", there.key
    there.key, there.shown = new_key("first"), [shown]
    assert (sign_in(client, there).location, is_in(client)) == (FAILED, False)


@pytest.mark.parametrize("said", [{"error": "access_denied"}, {"iss": "https://evil.example"}, {"code": "x"}])
def test_whoever_comes_back_with_nothing_stays_outside(
    browser: FlaskClient, client: FlaskClient, there: IdentityProvider, said: dict[str, str]
) -> None:
    link(browser, there)
    came = there.sign_in(client.get("/sign-in/provider").location)
    if "error" in said:
        del came["code"]
    answer = client.get(f"{urlsplit(BACK).path}?{urlencode({**came, **said})}")
    assert (answer.location, is_in(client)) == (FAILED, False)


def test_while_the_provider_is_down_the_password_lets_in(
    app: Flask, client: FlaskClient, world: World
) -> None:
    with IdentityProvider() as there:
        use(app, there.issuer)
        address = client.get("/sign-in/provider?next=/t/1").location
        came = there.sign_in(address)
    answer = client.get(f"{urlsplit(BACK).path}?{urlencode(came)}")
    assert answer.location == "/sign-in?provider=down&next=/t/1"
    assert told(client, answer) == "Home does not answer at the moment. Your password lets you in."
    assert client.get("/sign-in/provider").location == "/sign-in?provider=down"
    page = Page(client.get(answer.location))
    typed = {"login": "ours", "password": PASSWORD, "next": page.one("[name=next]").get("value") or ""}
    entered = client.post("/sign-in", data={"csrf_token": page.token, **typed})
    assert (entered.location, is_in(client)) == ("/t/1", True)
    assert send(client, "/account/provider").location == f"{SECURITY}?provider=down"


def test_no_transaction_is_open_while_the_provider_is_asked(
    browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    open_ones: list[str] = []
    there.meanwhile = lambda: open_ones.append(session.engine().pool.status())
    link(browser, there)
    sign_in(client, there)
    assert len(open_ones) == 4  # metadata and keys, and a token each
    assert all("Current Checked out connections: 0" in status for status in open_ones)


def test_coming_in_by_the_provider_is_no_proof_of_the_password(
    browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    sign_in(client, there)
    assert client.get("/account/passkeys").location.startswith("/prove?")
    assert send(client, "/account/provider/remove").location.startswith("/prove?")


def test_a_second_factor_is_asked_for_unless_the_provider_has_seen_one(
    app: Flask, browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    send(browser, "/account/second-factor/begin")
    page = Page(browser.get("/account/second-factor"))
    code = pyotp.TOTP(page.text_of(".copy").replace(" ", "")).at(clock.now())
    assert send(browser, "/account/second-factor/confirm", code=code).status_code == 200
    assert sign_in(client, there, "/t/1").location == "/sign-in/code?next=/t/1"
    assert not is_in(client)
    there.claims = {"amr": ["pwd", "mfa"]}
    other = app.test_client()
    assert (sign_in(other, there, "/t/1").location, is_in(other)) == ("/t/1", True)


def test_what_an_account_demands_holds_unless_the_provider_has_seen_it(
    app: Flask, browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    with session.transaction() as db:
        db.execute(update(Account).values(demands_second_factor=True))
    assert sign_in(client, there).location == "/"
    assert client.get("/").location == f"{SECURITY}?owed=1"
    there.claims = {"amr": ["mfa"]}
    other = app.test_client()
    sign_in(other, there)
    assert is_in(other)


def test_whoever_works_here_no_more_stays_outside(
    browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    with session.transaction() as db:
        db.execute(update(Staff).where(Staff.login == "ours").values(deactivated_at=clock.now()))
    assert (sign_in(client, there).location, is_in(client)) == ("/sign-in?provider=unknown", False)


def test_linking_wants_the_password_first(browser: FlaskClient, there: IdentityProvider) -> None:
    address = Page(send(browser, "/account/provider")).one("a.primary").get("href") or ""
    let_proof_lapse()
    assert send(browser, "/account/provider").location.startswith("/prove?")
    assert back(browser, there, address).location == f"{SECURITY}?provider=failed"
    assert identities() == []


def test_only_who_left_to_be_linked_is(
    app: Flask, browser: FlaskClient, world: World, there: IdentityProvider
) -> None:
    address = Page(send(browser, "/account/provider")).one("a.primary").get("href") or ""
    browser.set_cookie("session", world.stranger.cookie)  # somebody else, in the same browser
    assert back(browser, there, address).location == f"{SECURITY}?provider=failed"
    browser.set_cookie("session", world.ours.cookie)
    address = Page(send(browser, "/account/provider")).one("a.primary").get("href") or ""
    browser.delete_cookie("session")
    assert back(browser, there, address).location == f"{SECURITY}?provider=failed"
    assert identities() == []


def test_an_identity_is_one_persons(
    app: Flask, browser: FlaskClient, world: World, there: IdentityProvider
) -> None:
    link(browser, there)
    stranger = another(app, world.stranger)
    answer = link(stranger, there)
    assert answer.location == f"{SECURITY}?provider=taken"
    assert "linked with another person here" in told(stranger, answer)
    assert Page(stranger.get(SECURITY)).one("#provider form").get("action") == "/account/provider"


def test_unlinking_ends_the_other_sign_ins(
    app: Flask, browser: FlaskClient, client: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    sign_in(client, there)
    assert Page(browser.get(SECURITY)).one("#provider form").get("action") == "/account/provider/remove"
    answer = send(browser, "/account/provider/remove")
    assert "lets you in no more" in told(browser, answer, "status")
    assert (is_in(browser), is_in(client), identities()) == (True, False, [])
    assert sign_in(client, there).location == "/sign-in?provider=unknown"
    assert send(browser, "/account/provider/remove").status_code == 404


def test_nobody_makes_us_ask_the_provider_without_end(
    client: FlaskClient, world: World, there: IdentityProvider
) -> None:
    answers = [sign_in(client, there).status_code for _ in range(MOST[Counted.SECRET] + 1)]
    assert answers == [303] * MOST[Counted.SECRET] + [429]
    assert len(there.forms) == MOST[Counted.SECRET]


def test_a_whole_office_comes_in_by_one_address(
    app: Flask, browser: FlaskClient, there: IdentityProvider
) -> None:
    link(browser, there)
    entered = [sign_in(app.test_client(), there).location for _ in range(MOST[Counted.SECRET] + 1)]
    assert entered == ["/"] * (MOST[Counted.SECRET] + 1)


def test_what_the_browser_keeps_is_for_the_desk_alone(
    app: Flask, world: World, there: IdentityProvider
) -> None:
    here = office.of(app)
    kept = app.test_client().get("/sign-in/provider").headers["Set-Cookie"]
    assert kept.startswith("provider=")
    assert all(word in kept for word in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"))
    settings = here.settings.with_values(base_url="https://localhost")
    office.install(app, replace(here, settings=settings))
    safe = app.test_client().get("/sign-in/provider").headers["Set-Cookie"]
    assert safe.startswith("__Host-provider=")
    assert "Secure" in safe
    assert "Domain" not in safe
