from gateway.rules.news import Kind, News
from webui.live.presence import STAYS_SECONDS, Presences, State


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def say(state: str, *, staff: int = 3, number: int = 7, tab: str = "tab", account: int = 1) -> News:
    return News(account, Kind.PEOPLE, number, staff, state, tab)


def test_who_says_what_they_do_is_there_until_they_leave() -> None:
    presences = Presences()
    assert presences.note(say("viewing"))
    assert presences.note(say("writing"))
    assert presences.of_ticket(1, 7) == {3: State.WRITING}
    assert presences.of_ticket(2, 7) == {}
    assert presences.note(say("gone"))
    assert not presences.note(say("gone"))
    assert presences.of_account(1) == {}


def test_of_several_tabs_the_busiest_counts() -> None:
    presences = Presences()
    for tab, state in (("a", "idle"), ("b", "writing"), ("c", "viewing")):
        presences.note(say(state, tab=tab))
    assert presences.of_ticket(1, 7) == {3: State.WRITING}


def test_a_tab_that_goes_to_another_ticket_is_there_and_no_longer_here() -> None:
    presences = Presences()
    presences.note(say("viewing"))
    presences.note(say("viewing", number=8))
    assert presences.of_account(1) == {8: {3: State.VIEWING}}


def test_who_has_died_without_a_word_is_gone_after_a_while() -> None:
    clock = Clock()
    presences = Presences(clock)
    presences.note(say("viewing"))
    clock.at = STAYS_SECONDS
    assert presences.of_ticket(1, 7) == {}
    assert presences.sweep() == ((1, 7),)
    assert presences.sweep() == ()


def test_words_of_a_later_release_say_nothing() -> None:
    presences = Presences()
    assert not presences.note(say("dancing"))
    assert presences.of_account(1) == {}
