"""What we hand out signed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from itsdangerous import BadData

from gateway import clock
from tests.world import SetClock
from webui import office, signing


def test_what_was_signed_is_read_for_its_purpose_alone(app: Flask) -> None:
    with app.test_request_context():
        word = signing.serializer("a").dumps(["x", 1])
        assert signing.serializer("a").loads(word) == ["x", 1]
        for purpose, forged in (("b", word), ("a", word[:-2])):
            with pytest.raises(BadData):
                signing.serializer(purpose).loads(forged)


def test_it_ends_by_our_clock(app: Flask) -> None:
    stopped = SetClock(clock.now())
    office.install(app, replace(office.of(app), clock=stopped))
    with app.test_request_context():
        word = signing.serializer("a").dumps("x")
        stopped.at += timedelta(seconds=60)
        assert signing.serializer("a").loads(word, max_age=60) == "x"
        stopped.at += timedelta(seconds=1)
        with pytest.raises(BadData):
            signing.serializer("a").loads(word, max_age=60)
