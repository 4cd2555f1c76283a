"""Systems in words: those first that are there, and how long the others have been away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from gateway import i18n
from gateway.rules.remote import Scope
from gateway.rules.systems import Presence
from gateway.store.queries.systems import SystemView
from tests.world import NOON
from webui import systemwords

AWAY = SystemView(
    id=1,
    public_id="one",
    customer="acme",
    customer_name="Acme",
    name="Alpha",
    platform="Linux",
    unattended=(),
    presence=Presence(None, NOON - timedelta(hours=3)),
    enrolled_at=NOON,
    box_key=bytes(32),
)
THERE = replace(AWAY, name="Beta", presence=Presence("wss://relay.example", NOON))
NEVER = replace(AWAY, name="Gamma", presence=Presence(None, None))


def test_those_come_first_that_are_there() -> None:
    told = systemwords.lines([AWAY, NEVER, THERE], NOON)
    assert [(one.name, one.is_online, one.word) for one in told] == [
        ("Beta", True, "online"),
        ("Alpha", False, "offline for 3 h"),
        ("Gamma", False, "was never online"),
    ]
    assert [one.seen is not None for one in told] == [False, True, False]


@pytest.mark.parametrize(("locale", "said"), [("en", "see the screen"), ("de", "Bildschirm sehen")])
def test_what_it_grants_is_said(locale: str, said: str) -> None:
    i18n.set_locale(locale)
    assert said.lower() in systemwords.line(replace(THERE, unattended=(Scope.VIEW,)), NOON).unattended.lower()
    assert systemwords.line(THERE, NOON).unattended == ""


def test_the_command_has_the_desk_and_the_code(app: Flask) -> None:
    with app.app_context():
        said = systemwords.command("ABCD-EFGH-2345")
    assert said.split()[0] == "manage4all-client"
    assert {"http://127.0.0.1:8080", "ABCD-EFGH-2345"} <= set(said.split())
