from collections.abc import Iterator
from dataclasses import replace

import pytest

from remote_bridge.client.acts import ChatLine, Line, Person, Phase, View
from remote_bridge.client.face import wording
from remote_bridge.client.texts import speak
from remote_bridge.protocol.scopes import Scope
from remote_bridge.protocol.state import State, Why
from tests.remote_bridge.client.face.views import ANN, ASKING, BEN, CHATTED, ENDED, LIVE, OFFERED, PAUSED


@pytest.fixture
def german() -> Iterator[None]:
    speak(["de"])
    yield
    speak(["en"])


def test_the_question_says_who_for_what_and_until_when() -> None:
    assert wording.who_asks(ASKING) == "Ann Lee of Crane & Sons would like to see your screen."
    nobody = replace(ASKING, who=ASKING.business)
    assert wording.who_asks(nobody) == "Crane & Sons would like to see your screen."
    asked_by = "The question comes from support.crane.example. Refuse if you do not know this address."
    assert wording.through(ASKING) == asked_by
    assert wording.about(ASKING) == "Your request #17: Printer"
    assert wording.until(ASKING.expires_at).startswith("Until ")
    assert wording.until(None) == ""


@pytest.mark.usefixtures("german")
def test_it_is_said_in_german() -> None:
    assert wording.who_asks(ASKING) == "Ann Lee von Crane & Sons möchte Ihren Bildschirm sehen."
    assert (
        wording.standing(replace(LIVE, people=(ANN, BEN))) == "Ann, Ben sehen Ihren Bildschirm. Ann steuert."
    )


def test_every_scope_has_its_words() -> None:
    assert len({wording.scope_text(scope) for scope in Scope} | {wording.scope_word(s) for s in Scope}) == 8
    assert wording.scopes_in_order(frozenset(Scope)) == list(Scope)


def test_it_always_says_who_sees_the_screen() -> None:
    assert wording.standing(View()) == "Connecting …"
    assert wording.standing(replace(LIVE, line=Line.LOST)).startswith("The connection is lost")
    assert wording.standing(ASKING) == "Waiting for your decision."
    assert wording.standing(LIVE) == "Ann sees your screen. Ann steers."
    assert wording.standing(replace(LIVE, people=(BEN,))) == "Ben sees your screen."
    assert wording.standing(replace(LIVE, people=())) == "Nobody is looking at the moment."
    assert wording.standing(PAUSED) == "Paused: nobody sees your screen."
    assert wording.standing(ENDED) == "The support has ended the session."
    assert wording.standing(replace(ASKING, state=State.WAITING)) == "Waiting for your decision."


def test_codes_are_named_where_there_are_several() -> None:
    assert wording.codes([Person(1, "Ann", controls=True, code=None)]) == "Nobody is there yet."
    assert "123 456" in wording.codes([ANN])
    assert "Ann 123 456, Ben 654 321" in wording.codes([ANN, BEN])


@pytest.mark.parametrize("why", [*Why, None])
def test_every_end_is_said(why: Why | None) -> None:
    assert wording.why_text(why).endswith(".")


@pytest.mark.parametrize("is_incoming", [True, False])
@pytest.mark.parametrize("phase", list(Phase))
def test_every_file_is_said(phase: Phase, *, is_incoming: bool) -> None:
    one = OFFERED._replace(phase=phase, is_incoming=is_incoming, moved=617_284, saved_as="/x/manual.pdf")
    assert "manual.pdf" in wording.transfer_text(one)
    if phase is Phase.MOVING:
        assert wording.transfer_text(one) == "manual.pdf: 50 % of 1 MB"


def test_chat_says_who(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [wording.chat_text(line) for line in CHATTED.chat] == ["Ann: hello", "You: hi"]
    broken = ChatLine("An\nn", "yes\nYou: no\u2028Ben: neither")
    assert wording.chat_text(broken) == "Ann: yes You: no Ben: neither"
    assert wording.chat_text(ChatLine("\u200b", "hi")) == "You: hi"
    nameless = replace(ASKING, who="")
    assert wording.who_asks(nameless).startswith("Somebody")


@pytest.mark.parametrize(("size", "said"), [(0, "0 B"), (999, "999 B"), (1500, "2 kB"), (4 * 10**9, "4 GB")])
def test_sizes_are_for_people(size: int, said: str) -> None:
    assert wording.size_text(size) == said
