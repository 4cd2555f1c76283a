from flask import Flask

from webui.api import routes
from webui.api.schemas import Person


def test_an_answer_is_json(app: Flask) -> None:
    with app.test_request_context():
        answer = routes.answer(Person(name="Ann ä", address="a@b.example"))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"name": "Ann ä", "address": "a@b.example"}


def test_what_was_made_says_where_it_is(app: Flask) -> None:
    with app.test_request_context():
        answer = routes.created(Person(address="a@b.example"), "/people/1")
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/people/1")
