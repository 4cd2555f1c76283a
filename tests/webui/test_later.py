import threading

from flask import Flask
from werkzeug.test import Client

from webui.bridge import Told
from webui.later import Afterwards, Later


def app_with(later: Later) -> Flask:
    app = Flask("test")
    app.add_url_rule("/", view_func=lambda: later)
    return app


def test_what_was_brought_back_stands_beside_what_the_view_has_set() -> None:
    later = Later(lambda: Told("404 Not Found", [("Content-Type", "image/png")], b"none"))
    later.headers["Cache-Control"] = "private"
    answer = Client(app_with(later)).get("/")
    assert (answer.status_code, answer.data, answer.mimetype) == (404, b"none", "image/png")
    assert (answer.headers["Cache-Control"], answer.headers["Content-Length"]) == ("private", "4")
    assert len(answer.headers.getlist("Content-Type")) == 1


def test_nothing_is_asked_for_before_the_answer_is_read() -> None:
    asked = threading.Event()

    def work() -> Told:
        asked.set()
        return Told("200 OK", [])

    environ = {"REQUEST_METHOD": "GET"}
    answer = Later(work)(environ, lambda *_: lambda _: None)
    assert not asked.is_set()
    assert list(answer) == [b""]


def test_what_is_left_to_do_is_done_when_the_answer_has_gone() -> None:
    done: list[str] = []
    app = Flask("test")
    app.add_url_rule("/", view_func=lambda: Afterwards("page", lambda: done.append("work")))
    answer = Client(app).get("/")
    assert (b"".join(answer.iter_encoded()), done) == (b"page", [])
    answer.close()
    assert done == ["work"]
