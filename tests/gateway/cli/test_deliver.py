"""`manage4all deliver`, as a mail server calls it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.desk import mailboxes, people
from gateway.settings import Settings
from gateway.store import session
from gateway.store.blobs import BlobStore
from gateway.store.models import Intake
from tests.databases import Databases
from tests.fakes.doors import NOON, SUPPORT

MAIL = b"Subject: no network\n\nbare line ends\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", mail_domain="in.example", max_message_bytes=2048)


@pytest.fixture
def installed(settings: Settings, databases: Databases) -> None:
    """A database with one mailbox."""
    databases.lay(settings.effective_database_url)
    session.configure(settings.effective_database_url)
    with session.transaction() as db:
        account = people.create_account(
            db, login="owner", email="owner@desk.example", name="Desk", password_hash="x", now=NOON
        )
        mailboxes.add(db, account.id, SUPPORT, mail_domain=settings.mail_domain, now=NOON)
    session.dispose()


def deliver(settings: Settings, content: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", "deliver", *arguments],
        input=content,
        env={**os.environ, **settings.environment()},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_a_mail_is_kept_as_it_came(settings: Settings, installed: None) -> None:
    done = deliver(settings, MAIL, "--rcpt", f"<{SUPPORT.upper()}>", "--mail-from", "ann@example.org")
    assert (done.returncode, done.stdout) == (0, b"")
    with session.reading() as db:
        [intake] = db.scalars(select(Intake))
        assert intake.mail_from == "ann@example.org"
        assert BlobStore(settings.blob_dir, settings.effective_keyring_dir).read(intake.raw_sha256) == MAIL


def test_an_unknown_recipient_exits_67(settings: Settings, installed: None) -> None:
    done = deliver(settings, MAIL, "--rcpt", SUPPORT, "--rcpt", "nobody@desk.example")
    assert done.returncode == 67
    assert len(done.stderr.splitlines()) == 1


def test_a_mail_over_the_limit_exits_65(settings: Settings, installed: None) -> None:
    assert deliver(settings, MAIL * 100, "--rcpt", SUPPORT).returncode == 65


def test_a_database_that_is_away_exits_75(settings: Settings) -> None:
    done = deliver(settings, MAIL, "--rcpt", SUPPORT)
    assert done.returncode == 75
    assert b"Traceback" not in done.stderr
