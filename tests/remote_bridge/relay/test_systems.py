"""Installed systems at the relay: without sockets what is told to whom, over real ones the whole of it."""

import asyncio
import time
from collections.abc import Callable
from ipaddress import ip_network
from itertools import cycle

import pytest

from gateway.errors import Unavailable
from remote_bridge.protocol.errors import CloseCode
from remote_bridge.protocol.hello import HostHello, SystemHello, Way
from remote_bridge.protocol.scopes import NONE
from remote_bridge.protocol.systems import (
    Proof,
    SystemWelcome,
    Unattended,
    open_call,
    parse_to_system,
    proof_text,
)
from remote_bridge.relay import server
from remote_bridge.relay.admission import Calls, SystemSeat
from remote_bridge.relay.limits import FREE_TRIES
from remote_bridge.relay.systems import Claim, Systems
from remote_bridge.relay.tally import Tally
from tests.remote_bridge.desk import ALL, VIEW, Desk, Installed
from tests.remote_bridge.ends import PAGE, Host, Place, at_a_relay, in_a_loop
from tests.remote_bridge.relay.play import Line

PROXY = ip_network("127.0.0.0/8")


class Met:
    """Systems without sockets; what is to be written waits until it is."""

    def __init__(self, most: int = 100) -> None:
        self.desk = Desk()
        self.lines: list[Callable[[], object]] = []
        self.systems = Systems(self.desk, self.lines.append, tally=Tally(), most=most)

    def come(self, one: Installed, line: Line | None = None) -> Line:
        line = line or Line()
        with self.systems.coming(seat_of(one), VIEW) as welcome:
            self.desk.system_is_here(one.id, VIEW)
            welcome(line)
        return line

    def write_next(self) -> None:
        """As the ledger does: what the desk could not take stays the first."""
        line = self.lines.pop(0)
        try:
            line()
        except Unavailable:
            self.lines.insert(0, line)

    def write(self) -> None:
        while self.lines:
            self.lines.pop(0)()


def seat_of(one: Installed, name: str = "Kasse 1") -> SystemSeat:
    key = one.sign.public_key().public_bytes_raw()
    return SystemSeat(one.id, one.public_id, name, "Crane & Sons", "Bäckerei Änne", key)


def test_who_comes_is_welcomed_by_names_of_a_bounded_length() -> None:
    met = Met()
    one, line = met.desk.install(), Line()
    with met.systems.coming(seat_of(one, "x" * 100), VIEW) as welcome:
        welcome(line)
    assert [parse_to_system(text) for text in line.texts] == [
        SystemWelcome("k1", "x" * 80, "Crane & Sons", "Bäckerei Änne")
    ]
    assert met.systems.ids == (1,)
    assert met.lines == [], "it was told when it came"


def test_the_last_word_is_written_however_late() -> None:
    met = Met()
    one = met.desk.install()
    first = met.come(one)
    met.systems.lose(first, one.id)
    second = met.come(one)
    met.systems.lose(first, one.id)  # not its socket any more
    met.systems.change(first, one.id, NONE)
    met.write()
    assert one.unattended == VIEW
    met.systems.change(second, one.id, ALL)
    met.systems.change(second, one.id, NONE)
    met.write()
    assert one.unattended == NONE
    met.systems.lose(second, one.id)
    met.write()
    assert one.unattended is None


def test_of_a_system_one_note_waits_however_often_it_changes() -> None:
    met = Met()
    one = met.desk.install()
    line = met.come(one)
    for scopes in (ALL, VIEW, ALL, VIEW):
        met.systems.change(line, one.id, scopes)
    assert len(met.lines) == 1
    met.write()
    met.systems.change(line, one.id, ALL)
    met.write()
    assert met.desk.told_of_systems[-2:] == [(one.id, VIEW), (one.id, ALL)]


def test_of_a_system_one_note_waits_even_if_the_desk_is_away_and_it_comes_and_goes() -> None:
    met = Met()
    one = met.desk.install()
    line = met.come(one)
    scopes = cycle([ALL, VIEW])

    def fail() -> None:
        met.systems.change(line, one.id, next(scopes))  # while it is written
        raise Unavailable

    met.desk.before = fail
    for _ in range(20):
        met.systems.change(line, one.id, next(scopes))  # while it waits
        met.write_next()
        assert len(met.lines) == 1
    met.desk.before = lambda: None
    met.systems.change(line, one.id, NONE)
    met.write()
    assert one.unattended == NONE
    met.systems.lose(line, one.id)
    met.write()
    assert one.unattended is None


def test_what_changes_while_a_note_is_written_is_written_as_well() -> None:
    met = Met()
    one = met.desk.install()
    line = met.come(one)
    changes = iter([NONE])

    def change() -> None:
        if (scopes := next(changes, None)) is not None:
            met.systems.change(line, one.id, scopes)

    met.systems.change(line, one.id, ALL)
    met.desk.before = change
    met.write()
    assert one.unattended == NONE


def test_while_it_comes_nothing_older_is_written() -> None:
    met = Met()
    one = met.desk.install()
    first = met.come(one)
    with met.systems.coming(seat_of(one), ALL) as welcome:
        met.desk.system_is_here(one.id, ALL)
        met.systems.lose(first, one.id)
        met.write()
        assert one.unattended == ALL
        welcome(Line())
    met.write()
    assert one.unattended == ALL


def test_who_was_told_of_and_did_not_come_in_is_away() -> None:
    met = Met()
    one = met.desk.install()
    with met.systems.coming(seat_of(one), ALL):
        met.desk.system_is_here(one.id, ALL)
    met.write()
    assert one.unattended is None
    assert met.systems.ids == ()


def test_who_comes_again_takes_the_place_of_the_last_one() -> None:
    met = Met()
    one = met.desk.install()
    first = met.come(one)
    second = met.come(one)
    assert (first.code, second.code, met.systems.ids) == (CloseCode.USED, None, (1,))


def test_only_so_many_have_room_and_who_is_there_keeps_it() -> None:
    met = Met(most=2)
    made = [met.desk.install() for _ in range(3)]
    for one in made[:2]:
        assert met.systems.has_room_for(one.id)
        met.come(one)
    assert [met.systems.has_room_for(one.id) for one in made] == [True, True, False]


def test_of_those_who_come_at_once_no_more_have_room() -> None:
    met = Met(most=1)
    one, other = met.desk.install(), met.desk.install()
    with met.systems.coming(seat_of(one), VIEW):
        assert not met.systems.has_room_for(other.id)


def test_calls_and_removals_reach_those_they_are_for() -> None:
    met = Met()
    one, other = met.desk.install(), met.desk.install()
    lines = [met.come(one), met.come(other)]
    one.calls.append(met.desk.make())
    other.is_removed = True
    calls = met.desk.calls(met.systems.ids)
    met.systems.tell(calls)
    assert [parse_to_system(text) for text in lines[0].texts[1:]] == [calls.calls[0][1]]
    assert (lines[1].code, met.systems.ids) == (CloseCode.OVER, (1,))
    met.systems.tell(Calls(frozenset({2, 7}), ((2, calls.calls[0][1]),)))
    assert len(lines[1].texts) == 1


def test_a_claim_holds_for_the_key_and_the_relay() -> None:
    one = Desk().install()
    claim = Claim("k1", bytes(32), Proof.of(one.sign, proof_text("k1", bytes(32), "wss://r"), NONE))
    key = one.sign.public_key().public_bytes_raw()
    assert claim.holds(key, "wss://r")
    assert not claim.holds(key, "wss://other")
    assert not claim.holds(bytes(32), "wss://r")


# -- over sockets -----------------------------------------------------------------------------------------


def test_a_system_comes_by_its_key_says_what_is_granted_and_goes() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        system = await place.system(one, VIEW)
        assert (await system.welcome()).name == "Kasse 1"
        assert one.unattended == VIEW
        system.say(Unattended(ALL).text())
        await place.until(lambda: one.unattended == ALL)
        await system.drop()
        await place.until(lambda: one.unattended is None)

    at_a_relay(test)


@pytest.mark.parametrize("how", ["unknown", "other key", "other relay", "old challenge"])
def test_who_does_not_show_who_it_is_stays_out(how: str) -> None:
    async def test(place: Place) -> None:
        one, other = place.desk.install(), place.desk.install()
        system, nonce = await place.claim("nobody" if how == "unknown" else one.public_id)
        url = f"ws://127.0.0.1:{place.port}" + ("0" if how == "other relay" else "")
        text = proof_text(one.public_id, bytes(32) if how == "old challenge" else nonce, url)
        key = other.sign if how == "other key" else one.sign
        system.say(Proof.of(key, text, ALL).text())
        assert await system.closed() == CloseCode.PASS_UNKNOWN
        assert place.desk.told_of_systems == []

    at_a_relay(test)


def test_who_guesses_systems_is_locked_out_and_nobody_else() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        for number in range(FREE_TRIES):
            guessing, _ = await place.claim(f"guess{number}", {"X-Forwarded-For": "192.0.2.1"})
            guessing.say(Proof(bytes(64), ALL).text())
            assert await guessing.closed() == CloseCode.PASS_UNKNOWN
        locked = await place.socket(**{"X-Forwarded-For": "192.0.2.1"})
        assert await locked.closed() == CloseCode.TOO_MANY
        await (await place.system(one, headers={"X-Forwarded-For": "192.0.2.2"})).welcome()

    at_a_relay(test, proxies=(PROXY,))


def test_a_system_is_no_page() -> None:
    async def test(place: Place) -> None:
        page = await place.socket(Origin=PAGE)
        page.say(SystemHello(place.desk.install().public_id).text())
        assert await page.closed() == CloseCode.ORIGIN

    at_a_relay(test)


def test_a_challenge_is_answered_in_time_and_with_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        system, _ = await place.claim(one.public_id)
        system.say(Unattended(ALL).text())
        assert await system.closed() == CloseCode.MALFORMED
        monkeypatch.setattr("remote_bridge.relay.parts.PROOF_SECONDS", 0.05)
        system, _ = await place.claim(one.public_id)
        assert await system.closed() == CloseCode.SILENT

    at_a_relay(test)


def test_what_a_system_may_not_say_closes_it() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        for say in ('{"type":"consent","scopes":["view"]}', Proof(bytes(64), ALL).text(), None):
            system = await place.system(one)
            await system.welcome()
            if say is None:
                system.send(bytes(40))
            else:
                system.say(say)
            assert await system.closed() == CloseCode.MALFORMED

    at_a_relay(test)


def test_texts_of_a_system_are_bounded_as_everybodys() -> None:
    async def test(place: Place) -> None:
        system = await place.system(place.desk.install())
        await system.welcome()
        for _ in range(80):
            system.say(Unattended(ALL).text())
        assert await system.closed() == CloseCode.TOO_MANY

    at_a_relay(test)


def test_a_system_that_comes_again_takes_its_old_sockets_place_and_stays_here() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        first = await place.system(one, VIEW)
        await first.welcome()
        second = await place.system(one, ALL)
        await second.welcome()
        assert await first.closed() == CloseCode.USED
        await place.relay._ledger.written()
        assert one.unattended == ALL

    at_a_relay(test)


def test_a_system_is_called_until_its_host_has_come() -> None:
    async def test(place: Place) -> None:
        one, other = place.desk.install(), place.desk.install()
        system, quiet = await place.system(one), await place.system(other)
        await system.welcome()
        await quiet.welcome()
        made = place.desk.make()
        one.calls.append(made)
        calls = [await system.call() for _ in range(2)]
        for call in calls:
            assert call.session == made.public_id
            assert open_call(one.box, call.session, call.sealed).raw() == made.link.raw()
        host = await place.host(made, way=Way.SYSTEM)
        await host.welcome()
        assert made.way is Way.SYSTEM
        asked = place.desk.asked_for_calls
        await place.until(lambda: place.desk.asked_for_calls > asked + 1)  # one may have been under way
        while not system.texts.empty():
            await system.call()
        await place.until(lambda: place.desk.asked_for_calls > asked + 3)
        assert system.texts.empty()
        assert quiet.texts.empty()

    at_a_relay(test)


def test_a_system_that_is_removed_is_told_so_whenever_that_happens() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        system = await place.system(one)
        await system.welcome()
        one.is_removed = True
        assert await system.closed() == CloseCode.OVER
        assert await (await place.system(one)).closed() == CloseCode.OVER

    at_a_relay(test)


def test_a_system_that_is_removed_while_it_comes_is_told_so() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        place.desk.system_is_here = lambda _id, _scopes: False  # type: ignore[assignment, method-assign]
        assert await (await place.system(one)).closed() == CloseCode.OVER
        assert place.relay._systems.ids == ()

    at_a_relay(test)


def test_a_system_that_is_gone_before_it_is_in_is_away() -> None:
    async def test(place: Place) -> None:
        one = place.desk.install()
        place.desk.before = lambda: time.sleep(0.2)
        await (await place.system(one)).drop()
        await place.until(lambda: place.desk.told_of_systems[-1:] == [(one.id, None)])
        assert place.relay._systems.ids == ()

    at_a_relay(test)


def test_now_and_then_all_are_said_to_be_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "NOTE_SECONDS", 0.0)

    async def test(place: Place) -> None:
        systems = [await place.system(place.desk.install()) for _ in range(2)]
        for one in systems:
            await one.welcome()
        await place.until(lambda: (1, 2) in place.desk.said_to_be_here)

    at_a_relay(test)


def test_a_desk_that_does_not_answer_sends_systems_to_come_again_and_cuts_none() -> None:
    async def test(place: Place) -> None:
        one, other = place.desk.install(), place.desk.install()
        system = await place.system(one)
        await system.welcome()

        def fail() -> None:
            raise Unavailable

        place.desk.before = fail
        assert await (await place.system(other)).closed() == CloseCode.RESTART
        await asyncio.sleep(2 * server.CALL_SECONDS)
        place.desk.before = lambda: None
        one.calls.append(place.desk.make())
        await system.call()

    at_a_relay(test)


def test_an_office_of_many_systems_behind_one_address_is_welcome() -> None:
    async def test(place: Place) -> None:
        crowd, systems = place.relay._crowd, []
        for _ in range(8):
            systems.append(await place.system(place.desk.install()))
            await systems[-1].welcome()
            await place.until(lambda: not crowd._by_source)
        assert (len(place.relay._systems.ids), crowd.total) == (8, 8)
        strangers = [await place.socket() for _ in range(3)]
        await place.until(lambda: place.relay.tally.turned_away == 1)
        for end in (*systems, *strangers[:2]):
            await end.drop()
        await place.until(lambda: crowd.total == 0 and not crowd._by_source)

    at_a_relay(test, most_per_source=2)


def test_an_office_behind_a_proxy_likewise() -> None:
    async def test(place: Place) -> None:
        headers = {"X-Forwarded-For": "192.0.2.1"}
        for _ in range(5):
            await (await place.system(place.desk.install(), headers=headers)).welcome()
        inside = [await place.socket(**headers) for _ in range(2)]
        assert await (await place.socket(**headers)).closed() == CloseCode.TOO_MANY
        assert not inside[0].gone.is_set()

    at_a_relay(test, proxies=(PROXY,), most_per_source=2)


def test_sessions_find_room_however_many_systems_there_are() -> None:
    async def test(place: Place) -> None:
        for _ in range(6):
            await (await place.system(place.desk.install())).welcome()
        assert await (await place.system(place.desk.install())).closed() == CloseCode.TOO_MANY
        made = place.desk.make()
        host = Host()
        await host.connect(place.url, {})
        host.say(HostHello(made.link.token(), host.key, Way.CLIENT).text())
        await host.welcome()

    at_a_relay(test, most_connections=8)


def test_a_relay_that_stops_tells_systems_to_come_again_and_the_desk_that_they_are_away() -> None:
    async def run() -> None:
        async with Place() as place:
            one = place.desk.install()
            system = await place.system(one, ALL)
            await system.welcome()
        assert await system.closed() == CloseCode.RESTART
        assert one.unattended is None

    in_a_loop(run)
