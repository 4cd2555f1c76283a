"""Forms sent as a browser does."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webui.pages import Page


def send(browser: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Post a form with the token of the page it stands on."""
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})
