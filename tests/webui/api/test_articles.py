import hashlib
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.settings import Settings
from tests.webui.cast import PNG, World
from webui.app import create_app

PATH = "/api/v1/tickets/1/articles"


def post(client: FlaskClient, world: World, body: Any, **headers: str) -> Any:
    return client.post(PATH, json=body, headers=world.ours.headers | headers)


def test_a_reply_goes_to_who_wrote(client: FlaskClient, world: World) -> None:
    answer = post(client, world, {"kind": "reply", "text": "Please pull the plug."})
    assert answer.status_code == 201
    assert answer.json["kind"] == "outbound"
    assert answer.json["to"] == [{"name": "Ann Example", "address": "ann@customer.example"}]
    (delivery,) = answer.json["deliveries"]
    assert set(delivery) == {"recipient", "state", "answer", "attempts", "next_try_at"}
    assert (delivery["recipient"], delivery["state"]) == ("ann@customer.example", "queued")
    assert client.get(answer.location, headers=world.ours.headers).json == answer.json


@pytest.mark.parametrize(
    "to",
    [
        ["Bob B <bob@b.example>"],
        ["bob@b.example"],
        "bob@b.example",
        [{"name": "Bob", "address": "bob@b.example"}],
        [{"address": "bob@b.example"}],
    ],
)
def test_recipients_may_be_named_in_every_usual_way(client: FlaskClient, world: World, to: object) -> None:
    answer = post(client, world, {"kind": "reply", "text": "x", "to": to, "bcc": ["c@c.example"]})
    assert answer.status_code == 201
    recipients = [delivery["recipient"] for delivery in answer.json["deliveries"]]
    assert recipients == ["bob@b.example", "c@c.example"]


def test_a_note_is_sent_to_nobody(client: FlaskClient, world: World) -> None:
    answer = post(client, world, {"kind": "note", "text": "Warranty?", "status": "pending"})
    assert (answer.status_code, answer.json["kind"], answer.json["deliveries"]) == (201, "note", [])
    assert world.ours.ticket.ticket.status == "pending"
    assert post(client, world, {"kind": "note", "text": "x", "to": ["a@b.example"]}).status_code == 422


def test_files_come_in_a_form(client: FlaskClient, world: World) -> None:
    content = bytes(range(256)) * 500
    form = {
        "data": json.dumps({"kind": "reply", "text": "See file"}),
        "files": [(io.BytesIO(content), "Plan ä.bin"), (io.BytesIO(b"two"), "two.txt")],
    }
    answer = client.post(PATH, data=form, headers=world.ours.headers)
    assert answer.status_code == 201
    assert answer.json is not None
    first, second = answer.json["attachments"]
    assert (first["filename"], first["size"]) == ("Plan ä.bin", len(content))
    assert first["sha256"] == hashlib.sha256(content).hexdigest()
    assert second["filename"] == "two.txt"
    with client.get(f"/api/v1/attachments/{first['id']}", headers=world.ours.headers) as got:
        assert got.data == content


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_an_inline_file_stands_where_the_text_names_it(client: FlaskClient, world: World, kind: str) -> None:
    told = [{"filename": "shot.png", "inline": True}, {"filename": "b.txt"}]
    form = {
        "data": json.dumps({"kind": kind, "text": "Look: ![shot.png]", "files": told}),
        "files": [(io.BytesIO(b"two"), "b.txt"), (io.BytesIO(PNG), "shot.png")],
    }
    answer = client.post(PATH, data=form, headers=world.ours.headers)
    assert answer.json is not None
    assert [(f["filename"], f["inline"]) for f in answer.json["attachments"]] == [
        ("b.txt", False),
        ("shot.png", True),
    ]
    raw = client.get(f"/api/v1/articles/{answer.json['id']}/raw", headers=world.ours.headers)
    assert (kind, b"Content-Disposition: inline" in raw.data) in [("reply", True), ("note", False)]


def test_an_inline_file_is_a_picture(client: FlaskClient, world: World) -> None:
    told = {"kind": "reply", "text": "![a.png]", "files": [{"filename": "a.png", "inline": True}]}
    form = {"data": json.dumps(told), "files": [(io.BytesIO(b"<svg/>"), "a.png")]}
    answer = client.post(PATH, data=form, headers=world.ours.headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == "/files"
    assert post(client, world, told).json["errors"][0]["pointer"] == "/files/0/filename"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "reply"}, "/text"),
        ({"kind": "reply", "text": " "}, "/text"),
        ({"kind": "reply", "text": "x" * 500_001}, "/text"),
        ({"kind": "shout", "text": "x"}, "/kind"),
        ({"kind": "reply", "text": "x", "colour": 1}, "/colour"),
        ({"kind": "reply", "text": "x", "status": "new"}, "/status"),
        ({"kind": "reply", "text": "x", "to": ["nobody"]}, "/to"),
        ({"kind": "reply", "text": "x", "to": []}, "/to"),
        ({"kind": "reply", "text": "x", "to": 7}, "/to"),
        ({"kind": "reply", "text": "x", "to": [{"name": "x"}]}, "/to/0/address"),
        ([], ""),
    ],
)
def test_a_wrong_article_is_pointed_at_and_not_written(
    client: FlaskClient, world: World, body: object, pointer: str
) -> None:
    answer = post(client, world, body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer
    assert world.ours.ticket.ticket.article_count == 1


@pytest.mark.parametrize("length", [1, 500_000])
def test_a_text_may_be_as_long_as_said(client: FlaskClient, world: World, length: int) -> None:
    assert post(client, world, {"kind": "note", "text": "x" * length}).status_code == 201


def test_a_mail_too_large_to_send_is_413(settings: Settings, world: World) -> None:
    client = create_app(settings.with_values(max_message_bytes=200_000)).test_client()

    def send(size: int) -> int:
        data = json.dumps({"kind": "reply", "text": "x"})
        form = {"data": data, "files": (io.BytesIO(b"\0" * size), "a.bin")}
        return client.post(PATH, data=form, headers=world.ours.headers).status_code

    assert send(100_000) == 201
    assert send(199_000) == 413  # base64 makes a third more of it
    assert send(2_000_000) == 413


def test_the_same_post_again_makes_nothing_new(client: FlaskClient, world: World) -> None:
    body = {"kind": "reply", "text": "once"}
    first, again = (post(client, world, body, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.location == again.location
    assert world.ours.ticket.ticket.article_count == 2


def test_the_same_key_for_something_else_is_refused(client: FlaskClient, world: World) -> None:
    post(client, world, {"kind": "note", "text": "one"}, **{"Idempotency-Key": "k1"})
    answer = post(client, world, {"kind": "note", "text": "two"}, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 422
    assert world.ours.ticket.ticket.article_count == 2


def test_a_form_with_files_may_be_repeated_too(client: FlaskClient, world: World) -> None:
    def send(content: bytes) -> Any:
        form = {"data": '{"kind":"note","text":"x"}', "files": (io.BytesIO(content), "a.txt")}
        return client.post(PATH, data=form, headers=world.ours.headers | {"Idempotency-Key": "k"})

    assert send(b"one").json == send(b"one").json
    assert send(b"two").status_code == 422


def test_an_answer_can_be_taken_back_until_it_leaves(client: FlaskClient, world: World) -> None:
    made = post(client, world, {"kind": "reply", "text": "oops"}).json
    path = f"/api/v1/articles/{made['id']}/withdraw"
    assert client.post(path, headers=world.stranger.headers).status_code == 404
    assert client.post(path, headers=world.ours.headers).status_code == 200
    assert client.post(path, headers=world.ours.headers).status_code == 409


def test_nothing_of_ours_is_there_for_a_stranger(client: FlaskClient, world: World) -> None:
    article = world.ours.ticket.articles[0]
    paths = [
        f"/api/v1/articles/{article.public_id}",
        f"/api/v1/articles/{article.public_id}/raw",
        f"/api/v1/attachments/{article.attachments[0].public_id}",
    ]
    for path in paths:
        assert client.get(path, headers=world.stranger.headers).status_code == 404
        with client.get(path, headers=world.ours.headers) as found:
            assert found.status_code == 200
    answer = client.post(PATH, headers=world.stranger.headers, json={"kind": "note", "text": "x"})
    assert answer.status_code == 404
    form = {"data": '{"kind":"note","text":"x"}', "files": (io.BytesIO(b"x"), "a.txt")}
    assert client.post(PATH, data=form, headers=world.stranger.headers).status_code == 404


def test_the_raw_mail_is_what_came_in(client: FlaskClient, world: World) -> None:
    article = world.ours.ticket.articles[0]
    with client.get(f"/api/v1/articles/{article.public_id}/raw", headers=world.ours.headers) as raw:
        assert raw.data.startswith(b"From: Ann Example")
        assert raw.content_type == "message/rfc822"


def test_an_attachment_never_opens_in_a_browser(app: Flask, client: FlaskClient, world: World) -> None:
    for file in world.ours.ticket.articles[0].attachments:
        with client.get(f"/api/v1/attachments/{file.public_id}", headers=world.ours.headers) as got:
            assert got.headers["Content-Disposition"].startswith("attachment")


def test_an_answer_waits_for_its_moment_until_it_is_sent_at_once(client: FlaskClient, world: World) -> None:
    at = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    body = {"kind": "reply", "text": "Good morning", "send_at": at.isoformat()}
    answer = client.post("/api/v1/tickets/1/articles", headers=world.ours.headers, json=body)
    assert answer.status_code == 201
    assert answer.json is not None
    assert datetime.fromisoformat(answer.json["deliveries"][0]["next_try_at"]) == at
    path = f"/api/v1/articles/{answer.json['id']}/send-now"
    assert client.post(path, headers=world.stranger.headers).status_code == 404
    assert client.post(path, headers=world.ours.headers).status_code == 200
    assert client.post(path, headers=world.ours.headers).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "reply", "send_at": "2026-12-01T09:00:00"},
        {"kind": "reply", "send_at": "2000-01-01T00:00:00Z"},
        {"kind": "note", "send_at": "2126-12-01T09:00:00Z"},
    ],
)
def test_a_moment_without_zone_or_past_or_for_a_note_is_refused(
    client: FlaskClient, world: World, wrong: dict[str, str]
) -> None:
    body = {"text": "x", **wrong}
    assert client.post("/api/v1/tickets/1/articles", headers=world.ours.headers, json=body).status_code == 422


def hand_on(client: FlaskClient, world: World, body: Any, *, at: int = 0, key: str = "") -> Any:
    path = f"/api/v1/articles/{world.ours.ticket.articles[at].public_id}/forward"
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(path, json=body, headers=world.ours.headers | headers)


def test_a_message_is_forwarded_with_its_files(client: FlaskClient, world: World) -> None:
    answer = hand_on(client, world, {"to": "Bob <bob@b.example>", "cc": ["c@c.example"]})
    assert answer.status_code == 201
    assert (answer.json["kind"], answer.json["subject"]) == ("outbound", "Fwd: Look at this [#1]")
    assert [one["recipient"] for one in answer.json["deliveries"]] == ["bob@b.example", "c@c.example"]
    first = world.ours.ticket.articles[0].attachments
    assert [one["sha256"] for one in answer.json["attachments"]] == [one.sha256 for one in first]
    assert client.get(answer.location, headers=world.ours.headers).json == answer.json
    assert world.ours.ticket.ticket.status == "new"


def test_what_goes_along_with_a_forward_can_be_chosen(client: FlaskClient, world: World) -> None:
    file = world.ours.ticket.articles[0].attachments[-1]
    chosen = {"to": "b@b.example", "attachments": [file.public_id], "original": True, "status": "pending"}
    made = hand_on(client, world, chosen).json
    assert [one["filename"] for one in made["attachments"]] == [file.filename, "Look at this.eml"]
    assert world.ours.ticket.ticket.status == "pending"
    path = f"/api/v1/articles/{world.ours.ticket.articles[0].public_id}/forward"
    form = {"data": '{"to":"b@b.example","attachments":[]}', "files": (io.BytesIO(b"x"), "new.txt")}
    added: Any = client.post(path, data=form, headers=world.ours.headers)
    assert [one["filename"] for one in added.json["attachments"]] == ["new.txt"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"to": []}, 422),
        ({"to": "nobody"}, 422),
        ({"to": "b@b.example", "attachments": ["nothing"]}, 404),
        ({"to": "b@b.example", "attachments": ["x"] * 101}, 422),
        ({"to": "b@b.example", "kind": "note"}, 422),
    ],
)
def test_a_wrong_forward_is_refused(client: FlaskClient, world: World, body: Any, status: int) -> None:
    assert hand_on(client, world, body).status_code == status
    assert world.ours.ticket.ticket.article_count == 1


def test_a_note_is_not_forwarded_and_the_error_says_why(client: FlaskClient, world: World) -> None:
    post(client, world, {"kind": "note", "text": "Secret"})
    answer = hand_on(client, world, {"to": "b@b.example"}, at=1)
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/denied")
    assert "internal note" in answer.json["detail"]


def test_the_same_forward_again_makes_nothing_new(client: FlaskClient, world: World) -> None:
    body = {"to": "b@b.example"}
    first, again = (hand_on(client, world, body, key="k1") for _ in range(2))
    assert (first.status_code, again.json) == (201, first.json)
    assert world.ours.ticket.ticket.article_count == 2


def test_a_stranger_forwards_nothing_of_ours(client: FlaskClient, world: World) -> None:
    path = f"/api/v1/articles/{world.ours.ticket.articles[0].public_id}/forward"
    body = {"to": "b@b.example"}
    assert client.post(path, json=body, headers=world.stranger.headers).status_code == 404
    form = {"data": json.dumps(body), "files": (io.BytesIO(b"x"), "a.txt")}
    assert client.post(path, data=form, headers=world.stranger.headers).status_code == 404
