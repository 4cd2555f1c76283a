"""`manage4all doctor`: each part looked at, also when others are broken; no secret shown."""

import json
from pathlib import Path

import pytest

from gateway.cli.doctor import Finding, examine
from gateway.desk import legal
from gateway.desk.legal import Document
from gateway.settings import Settings, load
from gateway.store import session
from gateway.store.blobs import BlobStore
from tests.databases import Databases
from tests.fakes.clamd import Double
from tests.fakes.command import command
from tests.fakes.dns_server import serving, unused_address
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.world import NOON

SECRET = "hunter2"


def findings(settings: Settings) -> dict[str, Finding]:
    """What it finds; where no name server is set, one on this machine is asked, not the system's."""
    try:
        with serving() as dns:
            servers = settings.dns_servers or dns.address
            return {one.part: one for one in examine(settings.with_values(dns_servers=servers))}
    finally:
        session.dispose()


def test_a_healthy_part_is_well(databases: Databases, tmp_path: Path) -> None:
    found = findings(
        load(
            data_dir=tmp_path / "data",
            database_url=databases.migrated("sqlite", tmp_path),
            min_free_bytes=0,
            relay_url="smtp://h",
        )
    )
    assert {part: one.ok for part, one in found.items()} == {
        "data directory": True,
        "keyring": True,
        "database": True,
        "queue": False,  # the embedded one runs while `serve` does
        "file types": True,
        "DNS": True,
        "outgoing mail": True,
        "sign-up": True,
        "virus scanner": True,
        "sign-in provider": True,
        "remote sessions": True,
        "legal pages": True,
    }
    assert list((tmp_path / "data" / "blobs").glob("??/*")) == []


@pytest.mark.parametrize(("base_url", "is_well"), [("", True), ("https://desk.example", False)])
def test_a_desk_for_others_without_legal_texts_is_told(
    databases: Databases, tmp_path: Path, base_url: str, *, is_well: bool
) -> None:
    url = databases.migrated("sqlite", tmp_path)
    settings = load(data_dir=tmp_path / "data", database_url=url, base_url=base_url)
    found = findings(settings)["legal pages"]
    assert (found.ok, "/privacy and /terms have no text" in found.words) == (is_well, True)
    session.configure(url)
    for document in Document:
        with session.transaction() as db:
            legal.change(db, None, document, "Text", "", now=NOON)
    assert findings(settings)["legal pages"].ok


@pytest.mark.parametrize(("base_url", "is_well"), [("", True), ("https://desk.example", False)])
def test_keys_that_a_backup_of_the_data_takes_along_are_told(
    tmp_path: Path, base_url: str, *, is_well: bool
) -> None:
    data, apart = tmp_path / "data", tmp_path / "apart"
    found = findings(load(data_dir=data, base_url=base_url))["keyring"]
    assert (found.ok, "Set M4A_KEYRING_DIR and M4A_ERASURE_JOURNAL to" in found.words) == (is_well, True)
    linked = tmp_path / "linked"
    linked.symlink_to(data)
    settings = load(data_dir=data, base_url=base_url, keyring_dir=linked / "k", erasure_journal=apart / "j")
    found = findings(settings)["keyring"]
    assert (found.ok, "Set M4A_KEYRING_DIR to" in found.words) == (is_well, True)
    settings = load(data_dir=data, base_url=base_url, keyring_dir=apart / "k", erasure_journal=apart / "j")
    found = findings(settings)["keyring"]
    assert (found.ok, "lie apart from the data" in found.words) == (True, True)


def test_every_broken_part_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    found = findings(
        load(
            data_dir=tmp_path / "data",
            database_url=f"postgresql://u:{SECRET}@127.0.0.1:1/d",
            redis_url=f"redis://:{SECRET}@127.0.0.1:1",
            clamd_url="tcp://127.0.0.1:1",
            dns_servers=unused_address(),
            oidc_issuer="http://127.0.0.1:1",
            oidc_client_id="desk",
            oidc_client_secret=SECRET,
            base_url="https://desk.example",
        )
    )
    assert [part for part, one in found.items() if one.ok] == ["file types"]
    assert "M4A_DATABASE_URL" in found["database"].words
    assert "M4A_REDIS_URL" in found["queue"].words
    assert "M4A_CLAMD_URL" in found["virus scanner"].words
    assert "M4A_RELAY_URL" in found["outgoing mail"].words
    assert "M4A_DNS_SERVERS" in found["DNS"].words
    assert "M4A_OIDC_ISSUER" in found["sign-in provider"].words
    assert "M4A_RELAY_PUBLIC_URL" in found["remote sessions"].words
    assert SECRET not in str(found)


def test_addresses_that_are_none_are_no_traceback(tmp_path: Path) -> None:
    found = findings(load(data_dir=tmp_path, database_url="nonsense", redis_url="nonsense"))
    assert not found["database"].ok
    assert not found["queue"].ok


def test_an_old_schema_and_a_full_disk_are_told(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty("sqlite", tmp_path)
    found = findings(load(data_dir=tmp_path / "data", database_url=url, min_free_bytes=2**60))
    assert "db upgrade" in found["database"].words
    assert "put off" in found["data directory"].words


def test_what_it_tries_out_harms_no_mail_of_the_same_words(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs", tmp_path / "keyring")
    kept = blobs.put(b"manage4all doctor")
    findings(load(data_dir=tmp_path, min_free_bytes=0))
    assert blobs.read(kept.sha256) == b"manage4all doctor"


def test_as_json_it_is_one_object_and_settings_hide_their_secrets(tmp_path: Path) -> None:
    run = command(
        tmp_path,
        database_url=f"postgresql://u:{SECRET}@127.0.0.1:1/d",
        relay_url=f"smtp://u:{SECRET}@h",
        dns_servers=unused_address(),
    )
    done = run("doctor", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (1, False)
    listed = run("doctor", "--settings", "--json")
    rows = {row["name"]: row for row in json.loads(listed.stdout)["settings"]}
    assert rows["M4A_DATABASE_URL"]["value"] == "postgresql://u:***@127.0.0.1:1/d"
    assert (rows["M4A_RELAY_URL"]["value"], rows["M4A_WEB_PORT"]["default"]) == ("set", "8080")
    assert all(row["meaning"] for row in rows.values())
    plain = run("doctor", "--settings")
    assert "M4A_WEB_PORT=8080" in plain.stdout
    assert SECRET not in done.stdout + listed.stdout + plain.stdout + done.stderr


def test_a_scanner_that_answers_is_well(tmp_path: Path) -> None:
    with Double() as scanner:
        found = findings(load(data_dir=tmp_path, clamd_url=scanner.url))
    assert found["virus scanner"] == Finding("virus scanner", ok=True, words="it answers")


def provider_finding(tmp_path: Path, issuer: str, secret: str = CLIENT_SECRET) -> Finding:
    settings = load(
        data_dir=tmp_path,
        base_url="https://desk.example",
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=secret,
    )
    return findings(settings)["sign-in provider"]


def test_a_sign_in_provider_is_looked_at_and_its_way_back_named(tmp_path: Path) -> None:
    with IdentityProvider() as there:
        well = provider_finding(tmp_path, there.issuer)
        assert (well.ok, "https://desk.example/sign-in/provider/back" in well.words) == (True, True)
        elsewhere = provider_finding(tmp_path, f"{there.issuer}/tenant")
        assert (elsewhere.ok, f"calls itself {there.issuer};" in elsewhere.words) == (False, True)
        unknown = provider_finding(tmp_path, there.issuer, SECRET)
        assert (unknown.ok, "M4A_OIDC_CLIENT_SECRET" in unknown.words) == (False, True)
        assert SECRET not in unknown.words


@pytest.mark.parametrize(
    ("values", "ok", "words"),
    [
        ({"relay_url": "smtp://h"}, True, "open: anybody"),
        ({}, False, "nobody can confirm an address"),
        ({"public_sign_up": "invitation", "relay_url": "smtp://h"}, True, "by invitation: whom"),
        ({"public_sign_up": "invitation"}, False, "prints links for you to hand on"),
        ({"public_sign_up": "closed"}, True, "closed: accounts are made by"),
    ],
)
def test_it_says_who_may_begin_an_account(
    tmp_path: Path, values: dict[str, str], *, ok: bool, words: str
) -> None:
    found = findings(load(data_dir=tmp_path / "data", **values))["sign-up"]
    assert found.ok is ok
    assert words in found.words


def test_a_role_that_no_policy_holds_is_told(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated("postgresql", tmp_path)
    told = [
        findings(load(data_dir=tmp_path / "data", database_url=one))["database"]
        for one in (url, databases.as_superuser(url))
    ]
    assert [one.ok for one in told] == [True, False]
    assert "BYPASSRLS" in told[1].words
    databases.drop(url)


@pytest.mark.parametrize(
    ("changed", "ok", "said"),
    [
        ({}, True, "meet at ws://127.0.0.1:8081"),
        ({"base_url": "https://desk.example"}, False, "Set M4A_RELAY_PUBLIC_URL"),
        (
            {"base_url": "https://desk.example", "relay_public_url": "wss://relay.example"},
            True,
            "meet at wss://relay.example",
        ),
        (
            {"base_url": "https://desk.example", "relay_public_urls": "wss://a.example,ws://b.example"},
            False,
            "the relay at ws://b.example: browsers refuse that. Set M4A_RELAY_PUBLIC_URLS",
        ),
        (
            {"base_url": "https://desk.example", "relay_public_urls": "wss://a.example,wss://b.example"},
            True,
            "meet at wss://a.example, wss://b.example",
        ),
    ],
)
def test_a_relay_that_browsers_may_not_reach_is_told(
    tmp_path: Path, changed: dict[str, str], *, ok: bool, said: str
) -> None:
    found = findings(load(data_dir=tmp_path / "data", **changed))["remote sessions"]
    assert (found.ok, said in found.words) == (ok, True)
