"""`manage4all account invite|invitations`: a link on paper, and one in a mail."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type
from tests.fakes.command import answer, command
from tests.fakes.smtp_peer import Answer, SmtpPeer

NEW = ("account", "invite", "--email", "new@firm.example")
BASE = "https://desk.example"


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer() as running:
        yield running


def test_without_an_outgoing_server_the_link_is_printed_alone(tmp_path: Path) -> None:
    run = command(tmp_path / "data", public_sign_up="invitation", base_url=BASE)
    made = answer(run(*NEW, "--json"))
    assert re.fullmatch(rf"{BASE}/sign-up/invited#[\w-]{{40,}}", made["link"])
    assert (made["email"], made["mailed"], made["error"]) == ("new@firm.example", False, "")
    (listed,) = answer(run("account", "invitations", "list", "--json"))["invitations"]
    assert (listed["id"], listed["mailed"]) == (made["id"], False)
    gone = answer(run("account", "invitations", "revoke", made["id"], "--json"))
    assert gone == {"id": made["id"], "email": "new@firm.example"}
    assert answer(run("account", "invitations", "list", "--json")) == {"invitations": []}
    again = run("account", "invitations", "revoke", made["id"])
    assert (again.returncode, again.stderr) == (1, "manage4all: There is no such invitation.\n")


def test_with_one_another_link_is_mailed(tmp_path: Path, peer: SmtpPeer) -> None:
    run = command(tmp_path / "data", public_sign_up="invitation", relay_url=peer.url, base_url=BASE)
    made = answer(run(*NEW, "--locale", "de", "--json"))
    assert (made["mailed"], made["error"]) == (True, "")
    (mail,) = peer.mails
    parsed = parse(mail.raw, detect_type=detect_type)
    assert (mail.rcpt_to, parsed.subject) == ("new@firm.example", "Ihre Einladung zu manage4all")
    mailed = re.search(rf"{BASE}/sign-up/invited#[\w-]{{40,}}", parsed.text)
    assert mailed is not None
    assert mailed[0] != made["link"]


def test_a_mail_that_does_not_go_is_told_and_the_printed_link_is_good(tmp_path: Path, peer: SmtpPeer) -> None:
    peer.at("rcpt", Answer("550 5.1.1 nobody here"))
    run = command(tmp_path / "data", public_sign_up="invitation", relay_url=peer.url)
    done = run(*NEW)
    assert done.returncode == 1
    assert "nobody here" in done.stdout
    (listed,) = answer(run("account", "invitations", "list", "--json"))["invitations"]
    assert not listed["mailed"]


def test_where_sign_up_is_closed_nobody_is_invited(tmp_path: Path) -> None:
    done = command(tmp_path / "data", public_sign_up="0")(*NEW)
    assert done.returncode == 1
    assert done.stderr.startswith("manage4all: Sign-up is closed. M4A_PUBLIC_SIGN_UP=invitation")
