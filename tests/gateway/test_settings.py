"""Settings: each limit at, below and above; the order of sources; no secret in any text."""

import os
import stat
from pathlib import Path

import pytest

from gateway import settings as module
from gateway.errors import Invalid
from gateway.settings import (
    Settings,
    SignUp,
    check_relay_url,
    environment_kept,
    is_debugging,
    load,
    without_password,
)

MIB = 1024 * 1024


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that M4A_CONFIG names."""
    path = tmp_path / "m4a.toml"
    monkeypatch.setenv("M4A_CONFIG", str(path))
    return path


LIMITS = [
    ("web_port", 0, 65535),
    ("smtp_port", 0, 65535),
    ("lmtp_port", 0, 65535),
    ("web_processes", 1, 64),
    ("smtp_processes", 1, 64),
    ("file_workers", 1, 64),
    ("deliver_workers", 1, 64),
    ("smtp_max_recipients", 1, 10_000),
    ("max_message_bytes", 1024, 1024 * MIB),
    ("undo_seconds", 0, 3600),
    ("budget_account_hour", 0, 1_000_000),
    ("budget_account_day", 0, 1_000_000),
    ("budget_recipient_hour", 0, 1_000_000),
]


@pytest.mark.parametrize(("name", "least", "most"), LIMITS)
def test_a_number_is_taken_at_its_limits_and_refused_beyond(
    name: str, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in (least, most):
        monkeypatch.setenv(f"M4A_{name.upper()}", str(value))
        assert getattr(load(), name) == value
    for wrong in (least - 1, most + 1, "x", ""):
        monkeypatch.setenv(f"M4A_{name.upper()}", str(wrong))
        with pytest.raises(Invalid, match=f"^M4A_{name.upper()}: "):
            load()


@pytest.mark.parametrize("name", ["min_free_bytes", "smtp_max_connections"])
def test_these_have_no_upper_limit(name: str) -> None:
    assert getattr(load(**{name: 2**60}), name) == 2**60
    with pytest.raises(Invalid):
        load(**{name: -1})


def test_without_any_setting_all_is_local() -> None:
    found = load()
    assert (found.web_host, found.web_port) == ("127.0.0.1", 8080)
    assert (found.smtp_host, found.smtp_port, found.lmtp_port) == ("127.0.0.1", 2525, 2424)
    assert (found.max_message_bytes, found.undo_seconds, found.demo) == (50 * MIB, 10, False)
    assert found.root == Path("data").resolve()
    assert found.effective_database_url == f"sqlite:///{found.root}/manage4all.db"
    assert found.effective_redis_url.startswith("unix:///tmp/m4a-")
    assert found.effective_base_url == "http://127.0.0.1:8080"
    assert found.greeting == found.mail_domain
    assert {found.blob_dir.parent, found.run_dir.parent, found.journal_dir.parent} == {found.root}


@pytest.mark.parametrize("domain", ["localhost", "Desk.example", "xn--mller-kva.example", "a." * 99 + "bc"])
def test_a_domain_that_mails_can_bear_is_taken(domain: str) -> None:
    assert load(mail_domain=domain).mail_domain == domain


@pytest.mark.parametrize(
    "domain",
    ["", "müller.example", "a b.example", "a@b.example", "a..b", ".a", "a.", "a\n", "a." * 100 + "b"],
)
def test_a_domain_that_no_mail_can_bear_is_refused_at_the_start(domain: str) -> None:
    with pytest.raises(Invalid, match="M4A_MAIL_DOMAIN"):
        load(mail_domain=domain)


@pytest.mark.parametrize("off", ["off", "OFF", " Off "])
def test_off_closes_the_lmtp_door(off: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M4A_LMTP_PORT", off)
    assert load().lmtp_port is None
    monkeypatch.setenv("M4A_SMTP_PORT", off)
    with pytest.raises(Invalid):
        load()


def test_what_the_operator_set_goes_before_what_is_derived() -> None:
    found = load(
        database_url="postgresql://h/d",
        redis_url="redis://h",
        base_url="https://desk.example/",
        smtp_hostname="mx.example",
    )
    assert found.effective_database_url == "postgresql://h/d"
    assert found.effective_redis_url == "redis://h"
    assert (found.effective_base_url, found.greeting) == ("https://desk.example", "mx.example")


def test_arguments_go_before_the_environment_and_that_before_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text('web_port = 1\nsmtp_port = 1\nundo_seconds = 1\nlmtp_port = "off"\n')
    monkeypatch.setenv("M4A_WEB_PORT", "2")
    monkeypatch.setenv("M4A_SMTP_PORT", "2")
    found = load(web_port=3)
    assert (found.web_port, found.smtp_port, found.undo_seconds, found.lmtp_port) == (3, 2, 1, None)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"web_port = \n", "M4A_CONFIG: no valid TOML file"),
        (b"\xff\xfe", "M4A_CONFIG: no valid TOML file"),
        (b"nonsense = 1\n", "M4A_NONSENSE: "),
        (b"[web]\nport = 1\n", "M4A_WEB: "),
    ],
)
def test_a_wrong_file_is_one_line(config: Path, content: bytes, complaint: str) -> None:
    config.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        load()
    assert caught.value.public.startswith(complaint)
    assert "\n" not in caught.value.public


def test_a_missing_file_is_not_an_empty_one(config: Path) -> None:
    with pytest.raises(Invalid, match="M4A_CONFIG: No such file"):
        load()
    config.mkdir()
    with pytest.raises(Invalid, match="M4A_CONFIG: "):
        load()


SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"http://u:{SECRET}@h",
        f"smtp://u:{SECRET}@",
        f"smtp://u:{SECRET}/x@h:25",
        f"smtp://u:x/{SECRET}@h:25",
        f"smtp://u:{SECRET}@h:0",
        f"smtp://u:{SECRET}@h:65536",
        f"smtp://{SECRET}:{SECRET}",
        f"smtp://u:[{SECRET}@h",
        f"smtp://u:{SECRET}\u2100@h",
        SECRET,
    ],
)
def test_a_wrong_relay_is_named_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M4A_RELAY_URL", url)
    with pytest.raises(Invalid) as caught:
        load()
    assert caught.value.public.startswith("M4A_RELAY_URL: ")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("url", ["smtp://h", "smtps://u:p%2F@h:465?x=1", "smtp://h:1", "smtp://[::1]:65535"])
def test_a_right_relay_is_taken(url: str) -> None:
    assert check_relay_url(url) == url
    assert load(relay_url=url).relay_url.get_secret_value() == url


def test_no_secret_is_in_the_settings_text() -> None:
    address = f"postgresql://u:{SECRET}@h/d"
    found = load(
        database_url=address,
        redis_url=f"redis://:{SECRET}@h",
        relay_url=f"smtp://u:{SECRET}@h",
        secret_key=SECRET,
        metrics_token=SECRET,
    )
    assert SECRET not in repr(found) + str(found)
    assert without_password(address) == "postgresql://u:***@h/d"
    assert without_password("sqlite:////a/b.db") == "sqlite:////a/b.db"


def test_a_wrong_number_beside_a_secret_does_not_tell_it() -> None:
    with pytest.raises(Invalid) as caught:
        load(secret_key=SECRET, web_port="x")
    assert SECRET not in str(caught.value)


def test_certificate_and_key_go_together(tmp_path: Path) -> None:
    for alone in ("smtp_tls_cert", "smtp_tls_key"):
        with pytest.raises(Invalid, match="go together"):
            load(**{alone: tmp_path})
    assert load(smtp_tls_cert=tmp_path, smtp_tls_key=tmp_path).smtp_tls_cert == tmp_path


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    found = load(data_dir=tmp_path / "new")
    key = found.key()
    assert len(key) == 64
    assert load(data_dir=tmp_path / "new").key() == key
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret.key"]
    assert load(data_dir=tmp_path / "none", secret_key="mine").key() == b"mine"
    assert not (tmp_path / "none").exists()


def test_settings_do_not_change_but_give_changed_copies() -> None:
    found = load()
    with pytest.raises(ValueError, match="frozen"):
        found.web_port = 1  # type: ignore[misc]
    assert (found.with_values(web_port=1).web_port, found.web_port) == (1, 8080)
    with pytest.raises(ValueError, match="65535"):
        found.with_values(web_port=65536)


def test_a_child_process_gets_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = load(data_dir=tmp_path, lmtp_port=None, relay_url="smtp://u:p@h", demo=True, undo_seconds=0)
    for name, value in found.environment().items():
        monkeypatch.setenv(name, value)
    assert load() == found


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("open", SignUp.OPEN),
        ("Invitation", SignUp.INVITATION),
        ("closed", SignUp.CLOSED),
        ("1", SignUp.OPEN),
        ("true", SignUp.OPEN),
        ("0", SignUp.CLOSED),
        ("False", SignUp.CLOSED),
        (True, SignUp.OPEN),
        (False, SignUp.CLOSED),
    ],
)
def test_who_may_sign_up_is_one_of_three_and_yes_and_no_still_mean_what_they_did(
    said: object, mode: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(public_sign_up=said).public_sign_up is mode
    monkeypatch.setenv("M4A_PUBLIC_SIGN_UP", str(said))
    assert load().public_sign_up is mode
    monkeypatch.setenv("M4A_PUBLIC_SIGN_UP", load().environment()["M4A_PUBLIC_SIGN_UP"])
    assert load().public_sign_up is mode


def test_another_way_to_sign_up_is_refused() -> None:
    with pytest.raises(Invalid, match=r"^M4A_PUBLIC_SIGN_UP: "):
        load(public_sign_up="sometimes")


def test_exported_settings_are_everybodys_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_exported", [])
    with environment_kept():
        found = load(data_dir=tmp_path)
        found.export()
        assert os.environ["M4A_DATA_DIR"] == str(tmp_path)
        assert load() is found
    assert "M4A_DATA_DIR" not in os.environ


def test_debugging_is_off_when_settings_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M4A_DEBUG", "1")
    assert is_debugging()
    monkeypatch.setenv("M4A_WEB_PORT", "x")
    assert not is_debugging()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:3310", "unix:///run/clamav/clamd.ctl", ""])
def test_a_scanners_address_is_taken(tmp_path: Path, url: str) -> None:
    assert load(data_dir=tmp_path, clamd_url=url).clamd_url == url


@pytest.mark.parametrize(
    "url", ["127.0.0.1:3310", "tcp://host", "unix://relative", "http://host:3310", "tcp://a@h:1"]
)
def test_what_is_no_scanners_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid, match="M4A_CLAMD_URL"):
        load(data_dir=tmp_path, clamd_url=url)


OIDC = {"oidc_issuer": "https://id.example/desk", "oidc_client_id": "desk", "oidc_client_secret": "hunter2"}


@pytest.mark.parametrize(
    "issuer",
    ["https://id.example", "https://id.example:8443/realms/x/", "http://127.0.0.1:9", "http://localhost:9"],
)
def test_a_sign_in_provider_is_named_by_its_issuer(issuer: str) -> None:
    assert load(**{**OIDC, "oidc_issuer": issuer}).oidc_issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "id.example",
        "http://id.example",
        "https://",
        "https://id.example/?x=hunter2",
        "https://id.example/#hunter2",
        "https://u:hunter2@id.example",
        "https://id.example:99999",
        "https://id.example/ hunter2",
        "https://[::1",
        "https://id.example/" + "x" * 500,
    ],
)
def test_an_issuer_that_is_none_is_refused_without_a_word_of_it(issuer: str) -> None:
    with pytest.raises(Invalid, match="M4A_OIDC_ISSUER") as caught:
        load(**{**OIDC, "oidc_issuer": issuer})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("left_out", OIDC)
def test_half_a_sign_in_provider_is_refused(left_out: str) -> None:
    with pytest.raises(Invalid, match="go together") as caught:
        load(**{**OIDC, left_out: ""})
    assert "hunter2" not in f"{caught.value} {load(**OIDC)!r}"


@pytest.mark.parametrize("url", ["wss://relay.example", "ws://127.0.0.1:8081", "wss://[::1]:1/x", ""])
def test_a_relays_address_is_taken(tmp_path: Path, url: str) -> None:
    found = load(data_dir=tmp_path, relay_public_url=url)
    assert found.effective_relay_url == (url or "ws://127.0.0.1:8081")


@pytest.mark.parametrize("url", ["https://relay.example", "wss://", "wss://a b", "wss://a;script-src *"])
def test_what_is_no_relays_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid, match="M4A_RELAY_PUBLIC_URL"):
        load(data_dir=tmp_path, relay_public_url=url)


def test_of_several_relays_the_pages_know_all_and_each_knows_its_own(tmp_path: Path) -> None:
    def relays(**values: str) -> tuple[str, tuple[str, ...]]:
        found = load(data_dir=tmp_path, **values)
        return found.effective_relay_url, found.relay_urls

    one, two = "wss://one.example", "wss://two.example"
    assert relays() == ("ws://127.0.0.1:8081", ("ws://127.0.0.1:8081",))
    assert relays(relay_public_url=f"{one}/") == (one, (one,))
    assert relays(relay_public_url=two, relay_public_urls=f"{one}/, {two}") == (two, (one, two))


@pytest.mark.parametrize(
    ("one", "several", "said"),
    [
        ("", "wss://a.example,https://b.example", "relays are at"),
        ("", "wss://a.example;script-src *", "relays are at"),
        ("wss://c.example", "wss://a.example,wss://b.example", "must be among them"),
    ],
)
def test_relays_that_do_not_go_together_are_refused(
    tmp_path: Path, one: str, several: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        load(data_dir=tmp_path, relay_public_url=one, relay_public_urls=several)


@pytest.mark.parametrize("url", ["ftp://x.example", "javascript:alert(1)", 'https://x.example/"'])
def test_what_is_no_place_to_download_from_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid, match="M4A_CLIENT_DOWNLOAD_URL"):
        load(data_dir=tmp_path, client_download_url=url)
    good = "https://desk.example/client"
    assert load(data_dir=tmp_path, client_download_url=good).client_download_url == good
