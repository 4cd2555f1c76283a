"""Two relays side by side: both sides meet at one of them, whichever it is and whoever comes first."""

import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect
from playwright.sync_api import Page as Tab

from gateway.desk import remote
from gateway.desk.remote import Made
from gateway.settings import Settings
from gateway.store import session
from tests.fakes.desk import eventually
from tests.fakes.web import free_port
from tests.webui.cast import World
from tests.webui.remote.live.conftest import Customer
from tests.webui.remote.live.test_share import OWN_TAB

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


def settled(world: World, made: Made) -> str | None:
    with session.reading() as db:
        return remote.get(db, world.ours.actor, made.public_id).relay_url


def test_a_customer_comes_to_the_relay_where_the_viewer_waits(
    second: object, viewer: Tab, world: World, made: Made, request: pytest.FixtureRequest
) -> None:
    expect(viewer.locator("#v-state")).to_have_text("Waiting for the customer")
    assert eventually(lambda: settled(world, made) is not None, within=30)
    customer: Customer = request.getfixturevalue("customer")
    expect(viewer.locator("#v-state")).to_have_text("The customer is asked")
    customer.answer("yes")
    expect(viewer.locator("#v-state")).to_have_text("Connected")


def test_viewers_come_to_the_relay_where_the_customer_is_and_one_that_is_down_is_passed_by(
    colleague: Tab, customer: Customer, ports: list[int], world: World, made: Made
) -> None:
    # The second one was never started: who is sent there asks again.
    expect(colleague.locator("#v-state")).to_have_text("The customer is asked")
    assert settled(world, made) == f"ws://127.0.0.1:{ports[0]}"


def test_who_was_sent_elsewhere_meanwhile_is_told_to_come_again(
    second: object, chromium: Browser, served: str, viewer: Tab, world: World, made: Made, ports: list[int]
) -> None:
    """Between the desk's word and the relay's door the other side may have joined at another one."""
    expect(viewer.locator("#v-state")).to_have_text("Waiting for the customer")
    assert eventually(lambda: settled(world, made) is not None, within=30)
    (other,) = {f"ws://127.0.0.1:{port}" for port in ports} - {settled(world, made) or ""}
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
    assert told == [f"{other}/v1", f"{settled(world, made)}/v1"]
    context.close()
