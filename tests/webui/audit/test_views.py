"""The owner's page of the audit log."""

import hashlib
import json
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from gateway import clock
from gateway.desk import auditing
from gateway.desk.auditing import Kind
from gateway.rules.access import Role
from gateway.settings import Settings
from gateway.store import audit, session
from gateway.store.audit import Ref
from gateway.store.models import Staff
from tests.fakes.tampering import open_audit_log
from tests.webui.cast import PASSWORD, World
from tests.webui.pages import Page
from tests.webui.signin.test_security import another, let_proof_lapse
from tests.world import SetClock
from webui.app import create_app

PAGE = "/account/audit"


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = Page(browser.get("/account")).token
    return browser.post(path, data={"csrf_token": token, **fields})


def lines(browser: FlaskClient, path: str = PAGE) -> list[str]:
    return [" ".join(one.itertext()) for one in Page(browser.get(path)).all("#entries li")]


def test_the_owner_reads_who_did_what(app: Flask, browser: FlaskClient, world: World) -> None:
    assert PAGE in browser.get("/account").text
    mallory = app.test_client()
    token = Page(mallory.get("/sign-in")).token
    mallory.post("/sign-in", data={"csrf_token": token, "login": "ours", "password": PASSWORD})
    send(browser, "/account/tokens", label="sync")
    send(browser, "/customers/export")
    told = [" ".join(line.split()) for line in lines(browser)]
    assert told[0].startswith("Customers exported ours ·")
    assert told[1].startswith("API token made · sync ours ·")
    assert told[2].startswith("Signed in by password ours ·")
    assert told[-1].startswith("Account created · ours The operator of the installation ·")


def test_entries_are_chosen_by_kind_and_come_in_pages(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        for _ in range(51):
            auditing.note(db, world.ours.actor, Kind.MAIL_RELEASED, Ref("mail", "x"), now=clock.now())
    assert len(lines(browser, f"{PAGE}?kind=account_created")) == 1
    assert "There is no such entry." in browser.get(f"{PAGE}?kind=dkim_made").text
    chosen = Page(browser.get(f"{PAGE}?kind=mail_released"))
    assert len(chosen.all("#entries li")) == 50
    older = chosen.one("[rel=next]").get("href") or ""
    assert len(lines(browser, older)) == 1
    for odd in ("?before=-5", "?before=99999999999999999999", "?before=x", "?kind=x", "?checked=x"):
        assert browser.get(PAGE + odd).status_code == 200


def test_a_whole_chain_is_told_with_its_newest_hash(browser: FlaskClient, world: World) -> None:
    answer = send(browser, f"{PAGE}/check")
    told = Page(browser.get(answer.location)).text_of("#checked")
    with session.reading() as db:
        found = audit.verify(db, world.ours.account_id)
    assert f"Checked: the chain is whole, with {found.entries} entries." in told
    assert told.endswith(found.head)


def test_a_broken_chain_is_told_with_its_first_wrong_entry(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        open_audit_log(db)
        db.execute(text("UPDATE audit_entry SET kind = 'sign_in' WHERE kind = 'token_created'"))
        (broken,) = [one for one in audit.list_newest(db, world.ours.account_id) if one.seq == 3]
    answer = send(browser, f"{PAGE}/check")
    told = Page(browser.get(answer.location)).text_of("#checked")
    assert broken.hash != broken.expected_hash()
    assert told.startswith("The chain is broken: entry 3 does not fit")


def test_nobody_makes_the_page_say_what_was_not_found(
    app: Flask, settings: Settings, browser: FlaskClient, world: World
) -> None:
    mine = send(browser, f"{PAGE}/check").location
    stranger = another(app, world.stranger)
    assert Page(stranger.get(mine)).all("#checked") == []
    assert Page(browser.get(mine[:-1])).all("#checked") == []
    later = create_app(settings, clock=SetClock(clock.now() + timedelta(minutes=11))).test_client()
    later.set_cookie("session", world.ours.cookie)
    assert Page(browser.get(mine)).all("#checked") != []
    assert Page(later.get(mine)).all("#checked") == []


def test_the_download_holds_all_that_each_hash_is_over(browser: FlaskClient, world: World) -> None:
    answer = browser.get(f"{PAGE}/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    found = [json.loads(line) for line in answer.text.splitlines()]
    with session.reading() as db:
        kept = list(audit.everything(db, world.ours.account_id))
    assert [one["hash"] for one in found] == [one.hash for one in kept]
    before = "0" * 64
    for line in found:  # as anybody can do it, from the file alone
        told = line.pop("hash")
        assert line["previous_hash"] == before
        canonical = json.dumps(line, sort_keys=True, separators=(",", ":"))
        before = hashlib.sha256(canonical.encode()).hexdigest()
        assert told == before


def test_the_password_is_asked_for_before_the_download(browser: FlaskClient) -> None:
    let_proof_lapse()
    assert browser.get(f"{PAGE}/download").location == f"/prove?next={PAGE}/download"


def test_an_admin_reads_nothing_of_it(browser: FlaskClient) -> None:
    with session.transaction() as db:
        db.execute(update(Staff).values(role=Role.ADMIN.value))
    assert PAGE not in browser.get("/account").text
    told = [browser.get(path).status_code for path in (PAGE, f"{PAGE}/download")]
    assert [*told, send(browser, f"{PAGE}/check").status_code] == [403, 403, 403]


def test_a_person_who_is_gone_is_called_so(browser: FlaskClient, world: World) -> None:
    with session.transaction() as db:
        new = audit.NewEntry(clock.now(), Ref("staff", "gone"), "sign_in", Ref("staff", "gone"), {})
        audit.append(db, world.ours.account_id, new)
    assert "a person who is gone" in lines(browser)[0]
