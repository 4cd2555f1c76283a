"""Asking a provider that may be in a bad mood: what it is asked, what is believed, and what is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Barrier, Event, Thread

import pytest

from gateway import clock
from gateway.desk.openid.metadata import WELL_KNOWN, Metadata
from gateway.desk.openid.provider import (
    KEYS_SECONDS,
    METADATA_SECONDS,
    PAUSE_SECONDS,
    Client,
    Provider,
    provider_of,
)
from gateway.desk.openid.questions import Purpose, Question, begin
from gateway.desk.openid.tokens import Identity
from gateway.desk.servers.reach import Reach
from gateway.errors import Invalid, Unavailable
from gateway.settings import load
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, new_key

BACK = "https://desk.example/sign-in/provider/back"


@dataclass
class Time:
    """Goes on when it is told to."""

    seconds: float = 1e6

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def there() -> Iterator[IdentityProvider]:
    with IdentityProvider() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def here(there: IdentityProvider, time: Time) -> Provider:
    return provider(there, time)


def provider(there: IdentityProvider, time: Time, secret: str = CLIENT_SECRET) -> Provider:
    client = Client(there.issuer, CLIENT_ID, secret, BACK, "Home")
    return Provider(client, reach=Reach(allows_private=True, read_seconds=2.0), monotonic=time)


def question() -> Question:
    return begin(Purpose.SIGN_IN, now=clock.now())


def identify(here: Provider, there: IdentityProvider, **more: str) -> Identity:
    asked = question()
    said = there.sign_in(here.address(asked))
    return here.identify(asked, {**said, **more}, now=clock.now())


def test_whoever_signs_in_there_is_known_by_the_name_they_have_there(
    here: Provider, there: IdentityProvider
) -> None:
    assert identify(here, there) == Identity(there.issuer, "ann at home", used_factor=False)
    assert there.forms[0].keys() == {"grant_type", "redirect_uri", "code", "code_verifier"}
    assert there.forms[0]["redirect_uri"] == BACK


def test_nothing_is_asked_about_a_person_but_who_they_are(here: Provider, there: IdentityProvider) -> None:
    asked = question()
    address = here.address(asked)
    assert address.startswith(f"{there.issuer}/authorize?response_type=code&client_id=the+desk&")
    assert "scope=openid&" in address
    assert f"code_challenge={asked.challenge}&code_challenge_method=S256" in address
    assert asked.verifier not in address


def test_an_address_with_a_query_keeps_it(here: Provider, there: IdentityProvider) -> None:
    there.metadata["authorization_endpoint"] = f"{there.issuer}/authorize?tenant=1"
    assert "/authorize?tenant=1&response_type=code&" in here.address(question())


def test_a_secret_goes_into_the_form_where_the_provider_wants_it_there(
    here: Provider, there: IdentityProvider
) -> None:
    there.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert identify(here, there).subject == "ann at home"
    assert there.forms[0]["client_secret"] == CLIENT_SECRET


def test_an_answer_for_another_question_proves_nothing(here: Provider, there: IdentityProvider) -> None:
    said = there.sign_in(here.address(question()))
    with pytest.raises(Invalid, match="invalid_grant"):  # it has another verifier
        here.identify(question(), said, now=clock.now())


def test_a_code_is_good_once(here: Provider, there: IdentityProvider) -> None:
    asked = question()
    said = there.sign_in(here.address(asked))
    here.identify(asked, said, now=clock.now())
    with pytest.raises(Invalid, match="invalid_grant"):
        here.identify(asked, said, now=clock.now())


def test_an_answer_of_another_provider_is_none(here: Provider, there: IdentityProvider) -> None:
    assert identify(here, there, iss=there.issuer).subject == "ann at home"
    with pytest.raises(Invalid, match="iss"):
        identify(here, there, iss="https://evil.example")


def test_who_always_names_itself_must(there: IdentityProvider, time: Time) -> None:
    there.metadata["authorization_response_iss_parameter_supported"] = True
    here = provider(there, time)
    assert identify(here, there, iss=there.issuer).subject == "ann at home"
    with pytest.raises(Invalid, match="iss"):
        identify(here, there)


@pytest.mark.parametrize(
    ("said", "noted"),
    [({"error": "access_denied"}, "access_denied"), ({"error": "<b>\r\n"}, "no code"), ({}, "no code")],
)
def test_without_a_code_nobody_came(here: Provider, said: dict[str, str], noted: str) -> None:
    with pytest.raises(Invalid, match=f"openid: {noted}"):
        here.identify(question(), said, now=clock.now())


def test_what_it_says_of_itself_is_kept_for_a_minute_and_its_keys_for_an_hour(
    here: Provider, there: IdentityProvider, time: Time
) -> None:
    def asked_now() -> list[str]:
        before = len(there.asked)
        identify(here, there)
        return [path for path in there.asked[before:] if path != "/token"]

    assert asked_now() == [WELL_KNOWN, "/keys"]
    time.seconds += METADATA_SECONDS - 1
    assert asked_now() == []
    time.seconds += 1
    assert asked_now() == [WELL_KNOWN]
    time.seconds += KEYS_SECONDS
    assert asked_now() == [WELL_KNOWN, "/keys"]


def test_a_new_key_is_fetched_when_a_token_needs_it(
    here: Provider, there: IdentityProvider, time: Time
) -> None:
    identify(here, there)
    there.key = new_key("second")
    time.seconds += PAUSE_SECONDS
    assert identify(here, there).subject == "ann at home"
    assert there.asked.count("/keys") == 2


def test_a_key_that_nobody_shows_is_not_looked_for_without_end(
    here: Provider, there: IdentityProvider, time: Time
) -> None:
    there.shown = [there.key]
    there.key = new_key("hidden")
    for _ in range(3):
        with pytest.raises(Invalid, match="unknown key"):
            identify(here, there)
    assert there.asked.count("/keys") == 1


@pytest.mark.parametrize(
    "claims", [{"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"}]
)
def test_a_token_that_lies_proves_nothing(
    here: Provider, there: IdentityProvider, claims: dict[str, str]
) -> None:
    there.claims = claims
    with pytest.raises(Invalid):
        identify(here, there)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"id_token": 7}', b"[" * 50_000])
def test_an_answer_that_makes_no_sense_is_no_token(
    here: Provider, there: IdentityProvider, body: bytes
) -> None:
    asked = question()
    said = there.sign_in(here.address(asked))
    there.body = body
    with pytest.raises(Invalid):
        here.identify(asked, said, now=clock.now())


def test_an_answer_without_end_is_cut(here: Provider, there: IdentityProvider) -> None:
    asked = question()
    said = there.sign_in(here.address(asked))
    there.body = b'{"id_token": "' + b"x" * 10**6 + b'"}'
    with pytest.raises(Invalid):
        here.identify(asked, said, now=clock.now())


def test_a_provider_in_trouble_is_told_from_a_person_who_may_not(
    here: Provider, there: IdentityProvider
) -> None:
    there.status = 503
    with pytest.raises(Unavailable):
        identify(here, there)
    there.status = 400
    with pytest.raises(Invalid):
        identify(here, there)


def test_a_provider_that_is_silent_is_left_alone_for_a_moment(time: Time) -> None:
    with IdentityProvider() as there:
        here = provider(there, time)
    for expected in ("does not answer", "silent a moment ago"):
        with pytest.raises(Unavailable, match=expected):
            here.address(question())
    time.seconds += PAUSE_SECONDS
    with pytest.raises(Unavailable, match="does not answer"):
        here.address(question())


def test_whoever_can_do_with_what_it_said_before_waits_for_nobody(
    here: Provider, there: IdentityProvider, time: Time
) -> None:
    here.metadata()
    time.seconds += METADATA_SECONDS
    asking, may_answer, found = Event(), Event(), list[Metadata]()

    def hang() -> None:
        asking.set()
        may_answer.wait(10)

    there.meanwhile = hang
    first = Thread(target=lambda: found.append(here.metadata()))
    first.start()
    assert asking.wait(10)
    assert here.metadata().token_endpoint == f"{there.issuer}/token"
    assert found == []
    may_answer.set()
    first.join(10)
    assert found == [here.metadata()]
    assert len(there.asked) == 2


def test_all_who_come_first_ask_once(here: Provider, there: IdentityProvider) -> None:
    together = Barrier(4)

    def ask() -> None:
        together.wait(10)
        here.metadata()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert there.asked == [WELL_KNOWN]


def test_one_that_takes_too_long_is_not_waited_for(there: IdentityProvider, time: Time) -> None:
    there.delay_seconds = 3.0
    client = Client(there.issuer, CLIENT_ID, CLIENT_SECRET, BACK, "Home")
    hurried = Provider(client, reach=Reach(allows_private=True, read_seconds=0.2), monotonic=time)
    with pytest.raises(Unavailable, match="does not answer"):
        hurried.address(question())


def test_a_wrong_secret_is_found_out(here: Provider, there: IdentityProvider, time: Time) -> None:
    here.check_secret()
    with pytest.raises(Unavailable, match="M4A_OIDC_CLIENT_SECRET"):
        provider(there, time, secret="another").check_secret()


def test_what_the_operator_has_set_is_used_and_nothing_of_a_request() -> None:
    assert provider_of(load()) is None
    settings = load(
        base_url="https://desk.example/",
        oidc_issuer="https://id.example/x",
        oidc_client_id="desk",
        oidc_client_secret="s",
    )
    made = provider_of(settings)
    assert made is not None
    assert made.client == Client("https://id.example/x", "desk", "s", BACK, "id.example")
    named = provider_of(settings.with_values(oidc_name="Home"))
    assert named is not None
    assert named.client.name == "Home"
