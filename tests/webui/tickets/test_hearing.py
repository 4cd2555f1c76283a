"""The form of what one hears, in which way and when."""

from flask.testing import FlaskClient

from tests.webui.forms import send
from tests.webui.pages import Page

FORM = "/account/notifications"
TIMES = {"begins": "18:00", "ends": "08:00"}


def ticked(page: Page, name: str) -> list[str | None]:
    return [box.get("value") for box in page.all(f"[name={name}]") if "checked" in box.attrib]


def test_each_chooses_of_what_to_hear(browser: FlaskClient) -> None:
    page = Page(browser.get(FORM))
    assert ticked(page, "mail") == ["mention", "assigned", "failed", "mine", "overdue", "due"]
    assert (ticked(page, "shown"), ticked(page, "new"), ticked(page, "day")) == ([], [""], [])
    fields = {"mail": ["mention", "nonsense"], "shown": ["mine"], "new": "all", "day": ["5", "6", "9"]}
    assert send(browser, FORM, **fields, begins="20:30", ends="7:00").location.endswith("?saved=1")
    page = Page(browser.get(FORM))
    assert [ticked(page, name) for name in ("mail", "shown", "new")] == [["mention"], ["mine"], ["all"]]
    assert ticked(page, "day") == ["5", "6"]
    assert [page.one(f"#{name}").get("value") for name in ("begins", "ends")] == ["20:30", "07:00"]


def test_new_tickets_of_some_groups(browser: FlaskClient) -> None:
    assert Page(browser.get(FORM)).all("[name=group]") == []
    send(browser, "/groups", name="Schools")
    box = Page(browser.get(FORM)).one("[name=group]")
    send(browser, FORM, **TIMES, new="groups", group=box.get("value") or "")
    page = Page(browser.get(FORM))
    assert (ticked(page, "new"), ticked(page, "group")) == (["groups"], [box.get("value")])


def test_what_cannot_be_is_said_and_nothing_is_lost(browser: FlaskClient) -> None:
    answer = send(browser, FORM, begins="25:00", ends="08:00", mail="due", day="2")
    assert answer.status_code == 422
    page = Page(answer)
    assert page.text_of("#quiet-wrong") == "A time of day reads 18:00."
    assert (ticked(page, "mail"), ticked(page, "day")) == (["due"], ["2"])
    answer = send(browser, FORM, **TIMES, new="groups")
    assert "Please choose a group." in answer.text
