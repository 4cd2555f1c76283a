from gateway.inbound.imap.setbacks import GIVE_UP_AFTER, Setbacks


def test_a_mail_on_which_the_connection_ended_is_fetched_alone_and_then_rests() -> None:
    setbacks = Setbacks()
    setbacks.dropped(7, now=0)
    assert setbacks.is_suspect(7)
    assert not setbacks.is_resting(7, now=0)
    setbacks.dropped(7, now=0)
    assert setbacks.is_resting(7, now=30)
    assert not setbacks.is_resting(7, now=3601)
    assert not setbacks.is_suspect(8)


def test_rests_grow_to_an_hour_and_no_longer() -> None:
    setbacks = Setbacks()
    for _ in range(2000):
        setbacks.dropped(7, now=0)
    assert setbacks.is_resting(7, now=3599)
    assert not setbacks.is_resting(7, now=3600)


def test_a_mail_that_is_refused_often_enough_is_given_up_and_a_dropped_one_never() -> None:
    setbacks = Setbacks()
    assert [setbacks.refused(7, now=0) for _ in range(GIVE_UP_AFTER)] == [False] * (GIVE_UP_AFTER - 1) + [
        True
    ]
    setbacks.settled(7)
    assert not setbacks.is_suspect(7)


def test_what_is_not_there_any_more_is_forgotten() -> None:
    setbacks = Setbacks()
    setbacks.begin(1)
    setbacks.dropped(7, now=0)
    setbacks.dropped(8, now=0)
    setbacks.keep_only({8})
    assert [setbacks.is_suspect(uid) for uid in (7, 8)] == [False, True]
    setbacks.begin(1)
    assert setbacks.is_suspect(8)
    setbacks.begin(2)
    assert not setbacks.is_suspect(8)


def test_all_may_be_woken() -> None:
    setbacks = Setbacks()
    setbacks.refused(7, now=0)
    assert setbacks.is_resting(7, now=1)
    setbacks.wake()
    assert not setbacks.is_resting(7, now=1)
