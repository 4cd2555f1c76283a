"""Two relays side by side: both sides meet at one of them, whichever it is and whoever comes first."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect
from playwright.sync_api import Page as Tab
from sqlalchemy.orm import Session

from gateway import clock
from gateway.desk import remote, systems
from gateway.desk.remote import Made
from gateway.rules.remote import Why
from gateway.settings import Settings
from gateway.store import remote as store
from gateway.store import session
from tests.fakes.desk import eventually
from tests.fakes.web import free_port
from tests.fakes.x_server import Painter, x_server
from tests.remote_bridge.client.system.programs import program
from tests.webui.cast import World
from tests.webui.installed import customer_of
from tests.webui.remote.live.conftest import Customer, shows
from tests.webui.remote.live.test_share import OWN_TAB
from tests.webui.remote.live.test_system import Computer, says

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def ports() -> list[int]:
    return [free_port(), free_port()]


@pytest.fixture
def settings(settings: Settings, ports: list[int]) -> Settings:
    addresses = [f"ws://127.0.0.1:{port}" for port in ports]
    return settings.with_values(relay_port=ports[0], relay_public_urls=",".join(addresses))


@pytest.fixture
def second(relay: Start, ports: list[int]) -> subprocess.Popen[bytes]:
    return relay(ports[1])


def settled(world: World, public_id: str) -> str | None:
    with session.reading() as db:
        return remote.get(db, world.ours.actor, public_id).relay_url


def test_a_customer_comes_to_the_relay_where_the_viewer_waits(
    second: object, viewer: Tab, world: World, made: Made, request: pytest.FixtureRequest
) -> None:
    expect(viewer.locator("#v-state")).to_have_text("Waiting for the customer")
    assert eventually(lambda: settled(world, made.public_id) is not None, within=30)
    customer: Customer = request.getfixturevalue("customer")
    expect(viewer.locator("#v-state")).to_have_text("The customer is asked")
    customer.answer("yes")
    expect(viewer.locator("#v-state")).to_have_text("Connected")


def test_viewers_come_to_the_relay_where_the_customer_is_and_one_that_is_down_is_passed_by(
    colleague: Tab, customer: Customer, ports: list[int], world: World, made: Made
) -> None:
    # The second one was never started: who is sent there asks again.
    expect(colleague.locator("#v-state")).to_have_text("The customer is asked")
    assert settled(world, made.public_id) == f"ws://127.0.0.1:{ports[0]}"


def test_who_was_sent_elsewhere_meanwhile_is_told_to_come_again(
    second: object, chromium: Browser, served: str, viewer: Tab, world: World, made: Made, ports: list[int]
) -> None:
    """Between the desk's word and the relay's door the other side may have joined at another one."""
    expect(viewer.locator("#v-state")).to_have_text("Waiting for the customer")
    assert eventually(lambda: settled(world, made.public_id) is not None, within=30)
    (other,) = {f"ws://127.0.0.1:{port}" for port in ports} - {settled(world, made.public_id) or ""}
    context = chromium.new_context(base_url=served, locale="en-GB")
    tab = context.new_page()
    told: list[str] = []
    tab.on("websocket", lambda socket: told.append(socket.url))

    def mislead(route: Route) -> None:
        if told:
            route.continue_()
        else:
            route.fulfill(json={"relay": other})

    tab.route("**/remote/relay", mislead)
    tab.add_init_script(OWN_TAB)
    tab.goto(f"/remote#{made.secret}")
    tab.get_by_role("button", name="Show my screen").click()
    tab.get_by_role("button", name="I agree").click()
    expect(viewer.locator("#v-state")).to_have_text("Connected")
    assert told == [f"{other}/v1", f"{settled(world, made.public_id)}/v1"]
    context.close()


RED, BLUE = 0xD02010, 0x1020D0
ASKED = "Answer: yes"


@pytest.fixture
def relays(relay: Start, ports: list[int], running: list[subprocess.Popen[bytes]]) -> "Relays":
    relay(ports[1])
    addresses = [f"ws://127.0.0.1:{port}" for port in ports]
    return Relays(relay, dict(zip(addresses, running, strict=True)))


class Relays:
    """Both of them by their addresses: killed without a word, and started again."""

    def __init__(self, start: Start, running: dict[str, subprocess.Popen[bytes]]) -> None:
        self._start, self._running = start, running

    def other_than(self, address: str) -> str:
        (other,) = self._running.keys() - {address}
        return other

    def kill(self, address: str) -> None:
        self._running[address].kill()
        self._running[address].wait(10)

    def start(self, address: str) -> None:
        self._running[address] = self._start(int(address.rpartition(":")[2]))


class Installed:
    """A system of the customer to whom ticket 1 belongs, where it is, and what is asked of it there."""

    def __init__(self, world: World, settings: Settings, computer: Computer) -> None:
        self._world, self._settings = world, settings
        code = self._code(customer_of(world.ours))
        status, said = computer.run("--enrol", settings.effective_base_url, code, "--name", "Kasse 1")
        assert status == 0, said

    def _code(self, customer: str) -> str:
        with session.transaction() as db:
            made = systems.make_code(
                db, self._world.ours.actor, customer, key=self._settings.key(), now=clock.now()
            )
        return made.code

    def where(self) -> str:
        """The relay at which the desk knows it to be, "" for none."""
        with session.reading() as db:
            (one,) = systems.of_ticket(db, self._world.ours.actor, 1)
        return (one.presence.relay_url or "") if one.presence.is_online(clock.now()) else ""

    def is_called(self, relay_url: str) -> str:
        """Somebody asks for a session, whose first side has joined at this relay."""
        actor, key = self._world.ours.actor, self._settings.key()
        with session.transaction() as db:
            (one,) = systems.of_ticket(db, actor, 1)
            public_id = systems.ask(db, actor, 1, one.public_id, scopes=(), key=key, now=clock.now())
            settle(db, self._world, public_id, relay_url)
        return public_id


def settle(db: Session, world: World, public_id: str, relay_url: str) -> None:
    """As if a viewer had been there for a moment, led to it by chance."""
    session_id = remote.get(db, world.ours.actor, public_id).id
    assert store.meet_at(db, session_id, relay_url, now=clock.now())


@pytest.fixture
def blue_computer(tmp_path: Path) -> Iterator[Computer]:
    with x_server(640, 480) as display:
        painter = Painter(display)
        painter.window(100, 80, 300, 250, BLUE)
        yield Computer(display, tmp_path / "system")
        painter.close()


@pytest.fixture
def installed(served: str, world: World, settings: Settings, blue_computer: Computer) -> Installed:
    return Installed(world, settings, blue_computer)


def opened(context: BrowserContext, public_id: str) -> Tab:
    tab = context.new_page()
    tab.goto(f"/t/1/remote/{public_id}")
    return tab


def colour(rgb: int) -> tuple[int, int, int]:
    return rgb >> 16, rgb >> 8 & 255, rgb & 255


def says_in_chat(viewer: Tab, words: str) -> None:
    if not viewer.get_by_placeholder("Message").is_visible():
        viewer.get_by_role("button", name="Chat").click()
    viewer.get_by_placeholder("Message").fill(words)
    viewer.keyboard.press("Enter")


def test_sessions_at_both_relays_stay_apart_and_a_system_whose_relay_dies_comes_by_the_other(
    installed: Installed,
    blue_computer: Computer,
    relays: Relays,
    page: Tab,
    world: World,
    made: Made,
    request: pytest.FixtureRequest,
) -> None:
    with program(blue_computer.home, "--system", "--terminal", DISPLAY=blue_computer.display) as staying:
        assert says(staying, "Online: “Kasse 1”"), staying.said
        dying = installed.where()
        living = relays.other_than(dying)

        called = installed.is_called(living)
        theirs = opened(page.context, called)
        with session.transaction() as db:
            settle(db, world, made.public_id, dying)
        ours = opened(page.context, made.public_id)
        customer: Customer = request.getfixturevalue("customer")
        customer.painter.window(100, 80, 300, 250, RED)
        assert says(staying, ASKED), staying.said
        customer.answer("yes")
        staying.type("yes")
        assert shows(ours, 200, 150, colour(RED))
        assert shows(theirs, 200, 150, colour(BLUE))
        assert [settled(world, one) for one in (made.public_id, called)] == [dying, living]
        says_in_chat(ours, "for the customer")
        says_in_chat(theirs, "for the system")
        assert customer.hears("for the customer")
        assert says(staying, "for the system")

        relays.kill(dying)
        expect(ours.locator("#v-state")).to_contain_text("The connection was lost.")
        assert eventually(lambda: installed.where() == living, within=60)
        assert says(staying, "Online: “Kasse 1”", 2), staying.said
        expect(theirs.locator("#v-state")).to_have_text("Connected")
        says_in_chat(theirs, "still there")
        assert says(staying, "still there")

        staying.type("end")
        expect(theirs.locator("#v-state")).to_contain_text("Ended")
        again = opened(page.context, installed.is_called(living))
        assert says(staying, ASKED, 2), staying.said
        staying.type("yes")
        assert shows(again, 200, 150, colour(BLUE))

        relays.start(dying)
        # Each side tries again after a pause of its own, and these have grown while the relay was away.
        expect(ours.locator("#v-state")).to_have_text("Connected", timeout=60_000)
        assert shows(ours, 200, 150, colour(RED))
        says_in_chat(ours, "back at the first one")
        assert customer.hears("back at the first one")
        assert not any("system" in line or "still there" in line for line in customer.said), customer.said
        assert not staying.has_said("customer"), staying.said
        assert not staying.has_said("back at"), staying.said


def test_a_session_that_the_desk_ends_while_its_relay_is_dead_holds_its_system_up_no_longer(
    installed: Installed, blue_computer: Computer, relays: Relays, page: Tab, world: World
) -> None:
    with program(blue_computer.home, "--system", "--terminal", DISPLAY=blue_computer.display) as staying:
        assert says(staying, "Online: “Kasse 1”"), staying.said
        living = installed.where()
        dying = relays.other_than(living)
        called = installed.is_called(dying)
        viewer = opened(page.context, called)
        assert says(staying, ASKED), staying.said
        staying.type("yes")
        assert shows(viewer, 200, 150, colour(BLUE))
        relays.kill(dying)
        expect(viewer.locator("#v-state")).to_contain_text("The connection was lost.")
        with session.transaction() as db:
            remote.end(db, remote.get(db, world.ours.actor, called).id, why=Why.REVOKED, now=clock.now())
        expect(viewer.locator("#v-state")).to_contain_text("Ended")
        again = opened(page.context, installed.is_called(living))
        assert says(staying, ASKED, 2), staying.said
        staying.type("yes")
        assert shows(again, 200, 150, colour(BLUE))
