import asyncio

import pytest

from gateway import clock
from gateway.rules.news import Kind, News
from webui.live.hub import COMING_SECONDS, LOOK, MOST_A_PERSON, MOST_PENDING, MOST_STREAMS, Hub, Viewer

OURS, THEIRS = 1, 2


def ticket(number: int, account_id: int = OURS) -> News:
    return News(account_id, Kind.TICKET, number)


def test_listeners_hear_of_their_account_alone_and_of_each_thing_once() -> None:
    hub = Hub()
    ours, theirs = hub.join(Viewer(OURS, 1, limited=False)), hub.join(Viewer(THEIRS, 2, limited=False))
    hub.hear([ticket(7), ticket(7), News(OURS, Kind.DRAFT, 7)])
    assert ours.take() == (("ticket", 7), ("draft", 7))
    assert ours.take() == theirs.take() == ()


def test_the_limited_learn_no_number() -> None:
    hub = Hub()
    listener = hub.join(Viewer(OURS, 1, limited=True))
    hub.hear([ticket(7), ticket(8)])
    assert listener.take() == (("ticket", 0),)


def test_who_is_limited_by_now_learns_no_number_that_waited() -> None:
    hub = Hub()
    listener = hub.join(Viewer(OURS, 1, limited=False))
    hub.hear([ticket(7)])
    listener.viewer = Viewer(OURS, 1, limited=True)
    assert listener.take() == (("ticket", 0),)


def test_who_does_not_keep_up_is_told_to_look_at_everything() -> None:
    hub = Hub()
    listener = hub.join(Viewer(OURS, 1, limited=False))
    hub.hear(ticket(number) for number in range(MOST_PENDING + 1))
    assert listener.take() == ((LOOK, 0),)


def test_who_has_left_hears_nothing_and_gives_their_place_free() -> None:
    hub = Hub()
    listeners = [hub.join(Viewer(OURS, 1, limited=False)) for _ in range(MOST_A_PERSON)]
    assert (hub.expect(1), hub.expect(2)) == (False, True)
    hub.leave(listeners[0])
    hub.hear([ticket(7)])
    assert listeners[0].take() == ()
    assert hub.expect(1)


def test_a_stream_that_is_about_to_begin_has_its_place_already_and_joins_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, now = Hub(), [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    assert [hub.expect(1) for _ in range(MOST_A_PERSON + 1)] == [True] * MOST_A_PERSON + [False]
    hub.join(Viewer(OURS, 1, limited=False))
    assert not hub.expect(1)
    now[0] = COMING_SECONDS  # the others hung up before their streams began
    assert [hub.expect(1) for _ in range(MOST_A_PERSON)] == [True] * (MOST_A_PERSON - 1) + [False]


def test_a_process_has_room_for_so_many() -> None:
    hub = Hub()
    for person in range(MOST_STREAMS):
        hub.join(Viewer(OURS, person, limited=False))
    assert not hub.expect(MOST_STREAMS + 1)


def test_an_ended_sign_in_puts_all_streams_of_that_person_in_doubt() -> None:
    hub = Hub()
    listeners = [hub.join(Viewer(OURS, person, limited=False)) for person in (5, 5, 6)]
    hub.hear([News(0, Kind.SESSIONS, staff_id=5)])
    assert [listener.is_doubted for listener in listeners] == [True, True, False]


def test_after_a_gap_everybody_looks() -> None:
    hub = Hub()
    listeners = [hub.join(Viewer(account, 1, limited=False)) for account in (OURS, THEIRS)]
    hub.look_again()
    assert [listener.take() for listener in listeners] == [((LOOK, 0),)] * 2


def test_somebodys_presence_is_told_when_it_changes_and_not_with_every_beat() -> None:
    hub = Hub()
    listener = hub.join(Viewer(OURS, 1, limited=False))
    beat = News(OURS, Kind.PEOPLE, 7, 3, "viewing", "tab")
    hub.hear([beat])
    assert listener.take() == (("people", 7),)
    hub.hear([beat])
    assert listener.take() == ()


def test_waiting_ends_with_news_or_with_time() -> None:
    async def story() -> None:
        hub = Hub()
        listener = hub.join(Viewer(OURS, 1, limited=False))
        asyncio.get_running_loop().call_later(0.05, hub.hear, [ticket(7)])
        async with asyncio.timeout(5):
            await listener.wait(60)
        assert listener.take() == (("ticket", 7),)
        await listener.wait(0.01)

    asyncio.run(story())
