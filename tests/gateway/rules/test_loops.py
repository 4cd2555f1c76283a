from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.mail.address import Address
from gateway.mail.message import ParsedMail
from gateway.mail.parse import parse
from gateway.rules.loops import (
    MOST_HOPS,
    Memory,
    Proof,
    Request,
    Silence,
    is_by_machine,
    is_loop,
    why_silent,
)
from gateway.store.filetypes import detect_type

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OWN = frozenset(("support@ours.example", "in-abc"))
ANN = Address("Ann", "Ann@acme.example")
NOTHING = Memory(0, None)


def mail(*headers: str) -> ParsedMail:
    lines = "\r\n".join([*headers, "From: Ann@acme.example", "Subject: Printer"])
    return parse(f"{lines}\r\n\r\nIt smokes.\r\n".encode(), detect_type=detect_type)


REQUEST = Request(mail(), ANN, "ann@acme.example", Proof(is_known=True), is_past=False)


def why(request: Request = REQUEST, memory: Memory = NOTHING) -> Silence | None:
    return why_silent(request, memory, own=OWN, most_an_hour=5, now=NOON)


def test_a_person_who_is_known_is_answered() -> None:
    assert why() is None
    assert why(replace(REQUEST, return_path=None)) is None


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (rejected)",
        "Auto-Submitted: something-new",
        "Precedence: bulk",
        "Precedence: list",
        "Precedence: junk",
        "Precedence: auto_reply",
        "List-Id: <x.example>",
        "List-Unsubscribe: <https://x.example>",
        "X-Auto-Response-Suppress: All",
        "X-Loop: elsewhere@x.example",
        "Return-Path: <>",
        "X-Autoreply: yes",
    ],
)
def test_nothing_is_answered_that_a_machine_wrote(header: str) -> None:
    assert is_by_machine(mail(header))
    assert why(replace(REQUEST, mail=mail(header))) is Silence.MACHINE


def test_a_header_counts_even_where_the_mail_is_not_classed_as_a_machines() -> None:
    unclassed = replace(mail("Precedence: bulk"), auto=None)
    assert why(replace(REQUEST, mail=unclassed)) is Silence.MACHINE
    assert not is_by_machine(mail("Auto-Submitted: no", "Precedence: normal"))


def test_an_empty_return_path_is_not_answered() -> None:
    assert why(replace(REQUEST, return_path="")) is Silence.NULL_PATH


@pytest.mark.parametrize(
    "address", ["Support@Ours.example", "in-abc@desk.example", "reply+1.abcdefghijklmnop@x"]
)
def test_our_own_addresses_are_not_answered(address: str) -> None:
    assert why(replace(REQUEST, sender=Address("", address))) is Silence.OURSELVES


@pytest.mark.parametrize(
    ("proof", "silence"),
    [
        (Proof(), Silence.UNPROVEN),
        (Proof(spf_passed=True), None),
        (Proof(dmarc_passed=True), None),
        (Proof(dmarc_failed=True, spf_passed=True, is_known=True), Silence.UNPROVEN),
    ],
)
def test_only_proven_or_known_senders_are_answered(proof: Proof, silence: Silence | None) -> None:
    assert why(replace(REQUEST, proof=proof)) is silence


def test_spf_speaks_for_the_envelopes_sender_alone() -> None:
    bomb = replace(REQUEST, proof=Proof(spf_passed=True), return_path="evil@evil.example")
    assert why(bomb) is Silence.UNPROVEN


def test_mail_from_before_the_connection_is_not_answered() -> None:
    assert why(replace(REQUEST, is_past=True)) is Silence.OLD


@pytest.mark.parametrize(
    ("memory", "silence"),
    [
        (Memory(4, None), None),
        (Memory(5, None), Silence.ENOUGH),
        (Memory(0, NOON - timedelta(hours=23, minutes=59)), Silence.ENOUGH),
        (Memory(0, NOON - timedelta(hours=24)), None),
    ],
)
def test_an_address_gets_few_an_hour_and_one_acknowledgement_a_day(
    memory: Memory, silence: Silence | None
) -> None:
    assert why(memory=memory) is silence


@pytest.mark.parametrize(
    ("headers", "loops"),
    [
        (["X-Loop: <Support@ours.example>"], True),
        (["X-Loop: elsewhere@x.example"], False),
        (["Received: by x"] * MOST_HOPS, False),
        (["Received: by x"] * (MOST_HOPS + 1), True),
    ],
)
def test_a_loop_shows_by_its_hops_or_by_our_mark(headers: list[str], *, loops: bool) -> None:
    assert is_loop(mail(*headers), own=OWN, is_own_automatic=False) is loops


def test_an_automatic_mail_of_ours_that_comes_back_is_a_loop() -> None:
    assert is_loop(mail(), own=OWN, is_own_automatic=True)
