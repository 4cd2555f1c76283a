"""The relay's door over real sockets: who guesses, whose page it is, what is said first, how many come."""

import asyncio
import urllib.error
import urllib.request
from ipaddress import ip_network

import pytest

from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import HostHello, ViewerHello, Way
from remote_bridge.relay.limits import FREE_TRIES
from tests.remote_bridge.ends import PAGE, Host, Place, at_a_relay


def test_who_guesses_is_locked_out_and_nobody_else() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        for number in range(FREE_TRIES):
            guessing = await place.socket(**{"X-Forwarded-For": "192.0.2.1"})
            guess = number.to_bytes(32, "big")
            guessing.say(HostHello(guess, guess, Way.CLIENT).text())
            assert await guessing.closed() == CloseCode.TOKEN_UNKNOWN
        locked = await place.socket(**{"X-Forwarded-For": "192.0.2.1"})
        assert await locked.closed() == CloseCode.TOO_MANY
        right = await place.socket(**{"X-Forwarded-For": "192.0.2.1"})
        right.say(HostHello(made.link.token(), bytes(32), Way.CLIENT).text())
        assert await right.closed() == CloseCode.TOO_MANY
        other = Host()
        await other.connect(place.url, {"X-Forwarded-For": "192.0.2.2"})
        other.say(HostHello(made.link.token(), other.key, Way.CLIENT).text())
        await other.welcome()
        assert b"locked_sources 1.0" in await numbers(place)

    at_a_relay(test, proxies=(ip_network("127.0.0.0/8"),), metrics_token="x")


async def numbers(place: Place) -> bytes:
    def ask() -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{place.port}/metrics", headers={"Authorization": "Bearer x"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            read: bytes = answer.read()
            return read

    return await asyncio.to_thread(ask)


def test_a_source_behind_a_proxy_has_so_many_connections() -> None:
    async def test(place: Place) -> None:
        forwarded = {"X-Forwarded-For": "198.51.100.7, 192.0.2.1"}
        inside = [await place.socket(**forwarded) for _ in range(3)]
        assert await (await place.socket(**forwarded)).closed() == CloseCode.TOO_MANY
        await inside[0].drop()
        await asyncio.sleep(0.1)
        again = await place.socket(**forwarded)
        again.say("nothing")
        assert await again.closed() == CloseCode.MALFORMED

    at_a_relay(test, proxies=(ip_network("127.0.0.0/8"),), most_per_source=3)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://desk.example.evil.example"])
def test_pages_of_others_stay_out(origin: str) -> None:
    async def test(place: Place) -> None:
        assert await (await place.socket(Origin=origin)).closed() == CloseCode.ORIGIN

    at_a_relay(test)


def test_a_viewer_is_no_program() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        program = await place.socket()
        program.say(ViewerHello(place.desk.give_pass(made)).text())
        assert await program.closed() == CloseCode.ORIGIN
        page = await place.socket(Origin=PAGE)
        page.say(HostHello(made.link.token(), bytes(32), Way.BROWSER).text())
        assert '"welcome"' in await page.text()

    at_a_relay(test)


def test_who_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remote_bridge.relay.parts.FIRST_MESSAGE_SECONDS", 0.05)

    async def test(place: Place) -> None:
        assert await (await place.socket()).closed() == CloseCode.SILENT

    at_a_relay(test)


def test_a_first_message_is_short_and_the_only_one() -> None:
    async def test(place: Place) -> None:
        made = place.desk.make()
        long = await place.socket()
        long.say(" " * 2049)
        assert await long.closed() == CloseCode.TOO_LARGE
        binary = await place.socket()
        binary.send(bytes(30))
        assert await binary.closed() == CloseCode.MALFORMED
        twice = await place.socket()
        for _ in range(2):
            twice.say(HostHello(made.link.token(), bytes(32), Way.CLIENT).text())
        assert await twice.closed() == CloseCode.MALFORMED

    at_a_relay(test)


def test_the_relay_answers_for_its_health_and_nothing_else() -> None:
    async def test(place: Place) -> None:
        def ask(path: str) -> int:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{place.port}{path}", timeout=10) as answer:
                    status: int = answer.status
                    return status
            except urllib.error.HTTPError as error:
                return error.code

        for path, status in (("/healthz", 200), ("/metrics", 404), ("/", 404), ("/v1", 400)):
            assert await asyncio.to_thread(ask, path) == status, path

    at_a_relay(test, metrics_token="x")
