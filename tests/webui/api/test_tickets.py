import io
import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway import clock
from tests.webui.cast import PNG, World, mail


def test_a_list_has_the_fields_that_were_promised(client: FlaskClient, world: World) -> None:
    answer = client.get("/api/v1/tickets?q=&status=&cursor=&limit=", headers=world.ours.headers).json
    assert answer is not None
    assert answer["next"] is None
    (ticket,) = answer["items"]
    assert set(ticket) == {
        "number",
        "subject",
        "status",
        "created_at",
        "updated_at",
        "requester",
        "customer",
        "assignee",
        "tags",
        "maybe_belongs_to",
        "article_count",
        "due_at",
        "due_for",
        "first_answered_at",
        "priority",
        "wake_at",
    }
    assert (ticket["number"], ticket["status"]) == (1, "new")
    assert ticket["requester"] == {"name": "Ann Example", "address": "ann@customer.example"}
    assert ticket["updated_at"].endswith("Z")


def test_a_search_takes_the_language_of_the_search_box(client: FlaskClient, world: World) -> None:
    world.ours.receive(mail("Fax", "It beeps."))

    def found(query: str) -> list[int]:
        listed: Any = client.get(f"/api/v1/tickets?{query}", headers=world.ours.headers).json
        return [ticket["number"] for ticket in listed["items"]]

    for query, expected in (
        ("q=subject:fax", [2]),
        ("q=smokes status:open", [1]),
        ("q=-smokes", [2]),
        ("q=smokes&status=open", []),
        ("q=smokes&status=new,open", [1]),
        ("q=status:open&status=new", [2, 1]),
        ("q=%20", [2, 1]),
    ):
        assert found(query) == expected, query


def test_a_search_goes_on_by_its_cursor(client: FlaskClient, world: World) -> None:
    for number in range(3):
        world.ours.receive(mail(f"Fax {number}", "It beeps."))
    numbers, cursor = [], ""
    for _ in range(3):
        listed: Any = client.get(
            f"/api/v1/tickets?q=beeps&limit=1&cursor={cursor}", headers=world.ours.headers
        ).json
        numbers += [ticket["number"] for ticket in listed["items"]]
        cursor = listed["next"]
    assert numbers == [4, 3, 2]
    assert cursor is None


def test_a_search_that_is_not_understood_is_refused_with_what_is_wrong(
    client: FlaskClient, world: World
) -> None:
    answer = client.get("/api/v1/tickets?q=smokes status:opne", headers=world.ours.headers)
    problem: Any = answer.json
    assert answer.status_code == 422
    assert "“status:” does not know “opne”, only new, open" in str(problem)
    assert client.get("/api/v1/tickets?q=" + "x" * 1001, headers=world.ours.headers).status_code == 422


def test_a_ticket_has_its_articles_as_promised(client: FlaskClient, world: World) -> None:
    ticket = client.get("/api/v1/tickets/1", headers=world.ours.headers).json
    assert ticket is not None
    (article,) = ticket["articles"]
    assert set(article) == {
        "id",
        "kind",
        "created_at",
        "from",
        "to",
        "cc",
        "subject",
        "message_id",
        "text",
        "reply_text",
        "html",
        "auto",
        "trust",
        "attachments",
        "deliveries",
    }
    assert article["kind"] == "inbound"
    assert article["from"] == {"name": "Ann Example", "address": "ann@customer.example"}
    assert {f["filename"] for f in article["attachments"]} >= {"Übersicht “1”.html"}
    assert set(article["attachments"][0]) == {
        "id",
        "filename",
        "content_type",
        "detected_type",
        "size",
        "sha256",
        "inline",
    }


def test_a_strangers_ticket_is_not_there(client: FlaskClient, world: World) -> None:
    assert client.get("/api/v1/tickets/1", headers=world.stranger.headers).status_code == 404
    answer = client.patch("/api/v1/tickets/1", headers=world.stranger.headers, json={"status": "closed"})
    assert answer.status_code == 404
    assert world.ours.ticket.ticket.status == "new"


@pytest.mark.parametrize("number", ["0", "-1", "x", "9007199254740992", "9" * 40])
def test_a_number_that_is_none_is_not_found(client: FlaskClient, world: World, number: str) -> None:
    assert client.get(f"/api/v1/tickets/{number}", headers=world.ours.headers).status_code == 404


def test_pages_follow_each_other_without_gap_or_repetition(client: FlaskClient, world: World) -> None:
    for number in range(6):
        world.ours.receive(mail(f"Number {number}", f"It is {number}.\n"))
    seen, cursor = [], ""
    for _ in range(4):
        url = f"/api/v1/tickets?limit=2&cursor={cursor}"
        page = client.get(url, headers=world.ours.headers).json
        assert page is not None
        seen += [ticket["number"] for ticket in page["items"]]
        cursor = page["next"] or ""
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert cursor == ""


def test_search_and_status_narrow_the_list(client: FlaskClient, world: World) -> None:
    world.ours.receive(mail("Toner is empty"))

    def found(query: str) -> list[int]:
        page = client.get(f"/api/v1/tickets?{query}", headers=world.ours.headers).json
        assert page is not None
        return [ticket["number"] for ticket in page["items"]]

    assert found("q=toner") == [2]
    assert found("status=closed") == []
    assert found("status=new,open") == [2, 1]
    assert found("status=new&status=closed") == [2, 1]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=x", "/limit"),
        ("status=gone", "/status/0"),
        ("cursor=zzz", "/cursor"),
        ("colour=red", "/colour"),
    ],
)
def test_a_wrong_query_is_pointed_at(client: FlaskClient, world: World, query: str, pointer: str) -> None:
    answer = client.get(f"/api/v1/tickets?{query}", headers=world.ours.headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("limit", [1, 200])
def test_a_page_may_be_as_large_as_said(client: FlaskClient, world: World, limit: int) -> None:
    assert client.get(f"/api/v1/tickets?limit={limit}", headers=world.ours.headers).status_code == 200


def test_what_is_named_changes_and_the_rest_stays(client: FlaskClient, world: World) -> None:
    def patch(body: object) -> dict[str, object]:
        answer = client.patch("/api/v1/tickets/1", headers=world.ours.headers, json=body)
        assert answer.status_code == 200
        assert answer.json is not None
        return dict(answer.json)

    assert patch({"assignee": "ours", "tags": ["a", "b"]})["assignee"] == "ours"
    after = patch({"status": "closed"})
    assert (after["status"], after["assignee"], after["tags"]) == ("closed", "ours", ["a", "b"])
    assert patch({"assignee": None, "subject": "New words"})["assignee"] is None
    until = (clock.now() + timedelta(days=1)).isoformat()
    asleep = patch({"priority": "urgent", "wake_at": until})
    assert (asleep["priority"], asleep["status"], asleep["wake_at"] is None) == ("urgent", "pending", False)
    assert patch({"wake_at": None})["status"] == "open"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"assignee": "stranger"}, "/assignee"),
        ({"status": "new"}, "/status"),
        ({"status": "gone"}, "/status"),
        ({"number": 7}, "/number"),
        ({"subject": ""}, "/subject"),
        ({"subject": "x" * 501}, "/subject"),
        ({"tags": [""]}, "/tags"),
        ({"customer": "nobody"}, "/customer"),
        ({"priority": "extreme"}, "/priority"),
        ({"wake_at": "2020-01-01T00:00:00Z"}, "/wake_at"),
        ({"wake_at": "2020-01-01T00:00:00"}, "/wake_at"),
    ],
)
def test_a_wrong_change_changes_nothing(
    client: FlaskClient, world: World, body: dict[str, object], pointer: str
) -> None:
    before = world.ours.ticket
    answer = client.patch("/api/v1/tickets/1", headers=world.ours.headers, json=body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == pointer
    assert world.ours.ticket == before


def begin(client: FlaskClient, world: World, body: object, **headers: str) -> Any:
    return client.post("/api/v1/tickets", json=body, headers=world.ours.headers | headers)


BEGUN = {"subject": "Your offer", "text": "Dear Bob", "to": ["Bob <bob@b.example>"]}


def test_a_ticket_begins_with_a_mail(client: FlaskClient, world: World) -> None:
    answer = begin(client, world, BEGUN | {"status": "pending"})
    assert answer.status_code == 201
    assert answer.json["requester"] == {"name": "Bob", "address": "bob@b.example"}
    assert (answer.json["number"], answer.json["status"]) == (2, "pending")
    (article,) = answer.json["articles"]
    assert (article["kind"], article["subject"]) == ("outbound", "Your offer [#2]")
    assert [one["recipient"] for one in article["deliveries"]] == ["bob@b.example"]
    assert client.get(answer.location, headers=world.ours.headers).json == answer.json


def test_a_ticket_begins_with_a_note_and_files(client: FlaskClient, world: World) -> None:
    data = {"subject": "Call", "text": "Rang", "kind": "note", "requester": "Bob <bob@b.example>"}
    form = {"data": json.dumps(data), "files": (io.BytesIO(b"x"), "a.txt")}
    answer = client.post("/api/v1/tickets", data=form, headers=world.ours.headers)
    assert answer.status_code == 201
    assert answer.json is not None
    assert (answer.json["status"], answer.json["requester"]["name"]) == ("new", "Bob")
    (article,) = answer.json["articles"]
    assert (article["kind"], article["attachments"][0]["filename"]) == ("note", "a.txt")


def test_a_ticket_begins_with_a_picture_in_its_text(client: FlaskClient, world: World) -> None:
    told = [{"filename": "a.png", "inline": True}]
    data = {"subject": "Plan", "text": "![a.png]", "to": "bob@b.example", "files": told}
    form = {"data": json.dumps(data), "files": (io.BytesIO(PNG), "a.png")}
    answer = client.post("/api/v1/tickets", data=form, headers=world.ours.headers)
    assert answer.json is not None
    assert [file["inline"] for file in answer.json["articles"][0]["attachments"]] == [True]


def test_the_same_beginning_again_makes_no_second_ticket(client: FlaskClient, world: World) -> None:
    first, again = (begin(client, world, BEGUN, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.json, first.location) == (again.json, again.location)
    assert client.get("/api/v1/tickets/3", headers=world.ours.headers).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": []}, "/to"),
        ({"to": ["nobody"]}, "/to"),
        ({"subject": ""}, "/subject"),
        ({"subject": "x" * 501}, "/subject"),
        ({"text": "x" * 500_001}, "/text"),
        ({"to": [f"a{n}@b.example" for n in range(101)]}, "/to"),
        ({"kind": "note"}, "/to"),
        ({"requester": "a@b.example"}, "/requester"),
        ({"kind": "note", "to": [], "requester": "nobody"}, "/requester"),
        ({"status": "new"}, "/status"),
        ({"mailbox": "none"}, "/mailbox"),
        ({"colour": 1}, "/colour"),
    ],
)
def test_a_wrong_beginning_is_pointed_at_and_opens_nothing(
    client: FlaskClient, world: World, change: dict[str, object], pointer: str
) -> None:
    answer = begin(client, world, BEGUN | change)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer
    assert client.get("/api/v1/tickets/2", headers=world.ours.headers).status_code == 404


def test_nobody_writes_from_a_strangers_mailbox(client: FlaskClient, world: World) -> None:
    boxes = client.get("/api/v1/mailboxes", headers=world.stranger.headers).json
    assert boxes is not None
    theirs = boxes["items"][0]["id"]
    assert begin(client, world, BEGUN | {"mailbox": theirs}).status_code == 422


def test_tickets_are_merged_and_taken_apart(client: FlaskClient, world: World) -> None:
    world.ours.receive(mail("Second"))
    path, headers = "/api/v1/tickets/2/merge", {**world.ours.headers, "Idempotency-Key": "k"}
    for _ in range(2):
        merged: Any = client.post(path, headers=headers, json={"into": 1}).json
        assert (merged["number"], len(merged["articles"])) == (1, 2)
    followed: Any = client.get("/api/v1/tickets/2", headers=world.ours.headers).json
    assert followed["number"] == 1
    listed: Any = client.get("/api/v1/tickets", headers=world.ours.headers).json
    assert [ticket["number"] for ticket in listed["items"]] == [1]
    apart: Any = client.post("/api/v1/tickets/2/unmerge", headers=world.ours.headers).json
    assert (apart["number"], len(apart["articles"])) == (2, 1)
    assert client.post("/api/v1/tickets/2/unmerge", headers=world.ours.headers).status_code == 409
    assert client.post(path, headers=world.stranger.headers, json={"into": 1}).status_code == 404
    assert client.post(path, headers=world.ours.headers, json={"into": 0}).status_code == 422
