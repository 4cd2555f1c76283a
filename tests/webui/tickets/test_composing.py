"""The files of the composer."""

from io import BytesIO

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from gateway import clock
from gateway.desk import signin
from gateway.errors import Invalid
from gateway.store import session
from tests.webui.cast import World
from webui.tickets import composing, forms


@pytest.fixture
def secret(world: World) -> str:
    with session.transaction() as db:
        return signin.open_session(db, world.ours.owner_id, browser="", now=clock.now())


def compose(app: Flask, secret: str, **data: object) -> forms.Composer:
    """The composer of a form that was sent."""
    headers = {"Cookie": f"session={secret}"}
    with app.test_request_context("/t/1/articles", method="POST", data=data, headers=headers):
        return composing.with_files(forms.Composer())


def test_a_new_file_is_held_for_the_next_try(app: Flask, world: World, secret: str) -> None:
    first = compose(app, secret, files=FileStorage(BytesIO(b"plan"), "plan.txt"))
    assert [file.filename for file in composing.files(first)] == ["plan.txt"]
    second = compose(app, secret, held=first.held[0].token)
    assert (composing.files(second), second.lost) == (composing.files(first), ())


def test_an_earlier_message_s_file_goes_along_again(app: Flask, world: World, secret: str) -> None:
    (kept,) = world.ours.ticket.articles[0].attachments[:1]
    composer = compose(app, secret, kept=kept.public_id)
    assert [file.blob.sha256 for file in composing.files(composer)] == [kept.sha256]


def test_what_is_held_no_longer_is_missed(app: Flask, world: World, secret: str) -> None:
    composer = compose(app, secret, held="of yesterday")
    assert composer.lost == ("of yesterday",)
    assert composing.files_there(composer) == ()
    with pytest.raises(Invalid, match="attach again"):
        composing.files(composer)
