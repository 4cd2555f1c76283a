"""Bars of processor time that hold on every machine: counted in what it does at the moment."""

import time

_ROUNDS = 1_000_000
_ROUNDS_A_SECOND = 20_000_000


def seconds(count: float) -> float:
    """Processor seconds here for so many in which a plain loop goes 20 million rounds each."""
    took = []
    for _ in range(3):
        began, total = time.process_time(), 0
        for number in range(_ROUNDS):
            total += number * number % 7
        took.append(time.process_time() - began)
    return count * max(took) * _ROUNDS_A_SECOND / _ROUNDS
