"""Pages in the reader's language, with what every page shows."""

import pytest
from flask import Flask
from jinja2 import UndefinedError

from gateway.i18n import set_locale, speaking
from gateway.settings import Settings
from webui import pages
from webui.app import create_app


@pytest.mark.parametrize(("locale", "said"), [("en", "Go to the tickets"), ("de", "Zu den Tickets")])
def test_a_page_speaks_the_language_of_the_request(app: Flask, locale: str, said: str) -> None:
    with app.test_request_context("/"), speaking(locale):
        shown = pages.render("web/error.html", status=404, text="Gone <b>", request_id="")
    assert f'<html lang="{locale}"' in shown
    assert said in shown
    assert "Gone &lt;b&gt;" in shown


def test_a_piece_sees_its_values_and_nothing_of_the_request(app: Flask) -> None:
    with app.test_request_context("/"):
        set_locale("en")
        with pytest.raises(UndefinedError):
            pages.piece("web/error.html", status=404, text="Gone")


def test_every_page_can_be_compiled_ahead() -> None:
    pages.compile_all()


def test_applications_of_one_process_share_what_is_compiled(app: Flask, settings: Settings) -> None:
    shared: object = pages.environment()
    assert create_app(settings).jinja_env is shared
    assert app.jinja_env is shared
