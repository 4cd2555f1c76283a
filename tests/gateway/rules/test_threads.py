from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.threads import Threads


def counted(*mails: tuple[str, tuple[str, ...]]) -> int:
    threads = Threads()
    for message_id, references in mails:
        threads.add(message_id, references)
    return threads.count


def test_answers_hang_together_in_whatever_order_they_come() -> None:
    chain = ("a", ()), ("b", ("a",)), ("c", ("a", "b")), ("d", ())
    assert {counted(*order) for order in permutations(chain)} == {2}


def test_two_answers_to_a_mail_that_is_not_there_are_one_thread() -> None:
    assert counted(("a", ("gone",)), ("b", ("gone",))) == 1


def test_a_mail_without_any_id_is_a_thread_of_its_own() -> None:
    assert counted(("", ()), ("", ()), ("", ("a",)), ("a", ())) == 3


def test_the_same_id_twice_is_one_thread() -> None:
    assert counted(("a", ()), ("a", ())) == 1


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3))))
def test_there_are_never_more_threads_than_mails(mails: list[tuple[str, list[str]]]) -> None:
    found = counted(*((one, tuple(others)) for one, others in mails))
    assert (1 if mails else 0) <= found <= max(1, len(mails)) if mails else found == 0


def test_a_long_chain_costs_linear_time() -> None:
    threads = Threads()
    for number in range(50_000):
        threads.add(str(number), (str(number - 1),))
    assert threads.count == 1
