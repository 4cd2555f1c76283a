"""Remote sessions in words: nothing that can be is left without a name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.remote import Scope, State, Way, Why
from gateway.rules.systems import Presence
from gateway.store.queries.remote import RemoteView, SystemRef
from webui import remotewords

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIVE = RemoteView(
    id=1,
    public_id="one",
    number=1,
    subject="Printer",
    customer="",
    made_by="sam",
    asked=(Scope.VIEW,),
    granted=(Scope.VIEW,),
    state=State.LIVE,
    way=Way.CLIENT,
    relay_url=None,
    code_expires_at=None,
    made_at=NOON,
    expires_at=NOON,
    opened_at=NOON,
    consented_at=NOON,
    ended_at=None,
    why=None,
    visits=(),
)
OF_SYSTEM = replace(
    LIVE, way=Way.SYSTEM, system=SystemRef("server", "Server 01", Presence("wss://relay.example", NOON))
)


def test_whatever_can_be_has_its_name() -> None:
    assert remotewords.scope_names().keys() == set(Scope)
    assert remotewords.state_names().keys() == set(State)
    assert remotewords.why_names().keys() == set(Why)
    assert remotewords.way_names().keys() == set(Way)


def test_scopes_stand_in_a_row() -> None:
    assert remotewords.scopes([Scope.VIEW, Scope.FILES]) == "see the screen, exchange files"


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (replace(LIVE, consented_at=None, why=Why.EXPIRED), "its time was over"),
        (replace(LIVE, why=Why.HOST_ENDED), "12 minutes · with the program · ended by the customer"),
        (replace(LIVE, why=Why.RELAY, way=None), "12 minutes · the relay was stopped"),
        (
            replace(OF_SYSTEM, why=Why.HOST_ENDED),
            "12 minutes · by the program installed on Server 01 · ended by the customer",
        ),
    ],
)
def test_one_that_is_over_says_how_long_by_what_and_why(seen: RemoteView, said: str) -> None:
    over = replace(seen, state=State.ENDED, ended_at=NOON + timedelta(minutes=12))
    assert remotewords.how_it_ended(over) == said
    assert remotewords.how_it_ended(LIVE) == ""


def test_one_for_a_system_waits_for_that() -> None:
    assert remotewords.state_of(replace(OF_SYSTEM, state=State.WAITING)) == "Waiting for Server 01"
    assert remotewords.state_of(replace(LIVE, state=State.WAITING)) == "Waiting for the customer"
    assert remotewords.state_of(OF_SYSTEM) == "Connected"
    assert remotewords.states_of(OF_SYSTEM).keys() == set(State)
