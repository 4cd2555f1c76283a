from flask import Flask
from flask.testing import FlaskClient

from tests.webui.cast import World
from webui.live import hub
from webui.live.hub import MOST_A_PERSON, Viewer


def test_too_many_streams_of_a_person_are_refused(app: Flask, browser: FlaskClient, world: World) -> None:
    assert browser.get("/live").mimetype == "text/event-stream"
    ours = world.ours
    for _ in range(MOST_A_PERSON):
        hub.of(app).join(Viewer(ours.account_id, ours.owner_id, limited=False))
    refused = browser.get("/live")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


def test_nobody_is_sent_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/live").status_code == 303
