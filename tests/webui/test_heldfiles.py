"""Files held for the next try of a form."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from gateway import clock
from gateway.desk.replying import DraftFile
from tests.webui.cast import Business, World
from tests.world import SetClock
from webui import heldfiles, office
from webui.heldfiles import VALID_FOR


@contextmanager
def signed_in(app: Flask, who: Business) -> Iterator[None]:
    with app.test_request_context(headers={"Cookie": f"session={who.cookie}"}):
        yield


@pytest.fixture
def near(app: Flask) -> SetClock:
    stopped = SetClock(clock.now())
    office.install(app, replace(office.of(app), clock=stopped))
    return stopped


@pytest.fixture
def file(world: World) -> DraftFile:
    return DraftFile("shot ä.png", "image/png", world.ours.blobs.put(b"x"), is_picture=True)


def hold(app: Flask, who: Business, file: DraftFile) -> str:
    with signed_in(app, who):
        return heldfiles.hold(file).token


def redeem(app: Flask, who: Business, *tokens: str) -> list[DraftFile]:
    with signed_in(app, who):
        return [held.file for held in heldfiles.redeem(tokens)]


def test_a_held_file_is_the_same_file_again(app: Flask, world: World, file: DraftFile) -> None:
    assert redeem(app, world.ours, hold(app, world.ours, file)) == [file]


def test_its_word_is_good_for_a_day(app: Flask, world: World, file: DraftFile, near: SetClock) -> None:
    token = hold(app, world.ours, file)
    near.at += VALID_FOR
    assert redeem(app, world.ours, token) == [file]
    near.at += timedelta(seconds=1)
    assert redeem(app, world.ours, token) == []


def test_its_word_is_nothing_to_anybody_else_and_cannot_be_made_up(
    app: Flask, world: World, file: DraftFile
) -> None:
    token = hold(app, world.ours, file)
    assert redeem(app, world.stranger, token) == []
    assert redeem(app, world.ours, token[:-2], "", "nonsense", token) == [file]


def test_a_file_whose_bytes_are_gone_is_none(app: Flask, world: World, file: DraftFile) -> None:
    token = hold(app, world.ours, file)
    world.ours.blobs.forget(file.blob.sha256)
    assert redeem(app, world.ours, token) == []
