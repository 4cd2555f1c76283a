"""`manage4all doctor`: checks every configured part and says in words what is wrong and how to mend it."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

import click
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import ArgumentError

from gateway import settings as all_settings
from gateway.cli.output import json_option
from gateway.desk import legal
from gateway.desk.servers.reach import is_loopback_name
from gateway.errors import DeskError, Unavailable
from gateway.ids import new_key
from gateway.inbound.clamd import Clamd
from gateway.settings import Settings, SignUp, without_password
from gateway.store import filetypes, migrate, rowlocks, session
from gateway.store.blobs import BlobStore


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it is well, and what to do if not."""

    part: str
    ok: bool
    words: str


@click.command()
@click.option("--settings", "list_settings", is_flag=True, help="List all settings instead.")
@json_option
def doctor(list_settings: bool, as_json: bool) -> int:  # noqa: FBT001
    """Check every configured part; status 1 if one is not well."""
    settings = all_settings.load()
    if list_settings:
        _print_settings(settings, as_json=as_json)
        return 0
    findings = list(examine(settings))
    if as_json:
        parts = [{"part": f.part, "ok": f.ok, "words": f.words} for f in findings]
        click.echo(json.dumps({"ok": all(f.ok for f in findings), "parts": parts}))
    else:
        for finding in findings:
            click.echo(f"{'ok     ' if finding.ok else 'PROBLEM'}  {finding.part}: {finding.words}")
    return 0 if all(finding.ok for finding in findings) else 1


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at each part in turn; a fault in one does not hide the others."""
    checks: dict[str, Callable[[Settings], Finding]] = {
        "data directory": _data_directory,
        "keyring": _keyring,
        "database": _database,
        "queue": _queue,
        "file types": _file_types,
        "DNS": _dns,
        "outgoing mail": _outgoing,
        "sign-up": _sign_up,
        "virus scanner": _scanner,
        "sign-in provider": _provider,
        "remote sessions": _remote,
        "legal pages": _legal,
    }
    for part, check in checks.items():
        try:
            yield check(settings)
        except (DeskError, OSError, ImportError) as error:
            yield Finding(part, ok=False, words=str(error))


def _data_directory(settings: Settings) -> Finding:
    settings.root.mkdir(parents=True, exist_ok=True)
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    kept = blobs.put(b"manage4all doctor " + new_key())
    free = shutil.disk_usage(settings.root).free
    if free < settings.min_free_bytes:
        words = f"only {free // 2**20} MiB are free at {settings.root}: mail is put off until there is more."
        return Finding("data directory", ok=False, words=words)
    blobs.forget(kept.sha256)
    return Finding("data directory", ok=True, words=f"{settings.root}, {free // 2**20} MiB free")


def _keyring(settings: Settings) -> Finding:
    """Whether a backup of the rest takes the keys along; a desk for this machine alone may be a trial."""
    apart = {"M4A_KEYRING_DIR": settings.effective_keyring_dir}
    apart["M4A_ERASURE_JOURNAL"] = settings.effective_erasure_journal
    taken = [settings.root.resolve(), settings.blob_dir.resolve()]
    inside = [name for name, path in apart.items() if any(map(path.resolve().is_relative_to, taken))]
    if not inside:
        return Finding("keyring", ok=True, words="it and the journal of erasures lie apart from the data")
    words = (
        f"a backup of {settings.root} takes along what undoes erasures when it is restored. Set"
        f" {' and '.join(inside)} to places outside of it, which are backed up apart, in their newest copy."
    )
    host = urlsplit(settings.effective_base_url).hostname or ""
    return Finding("keyring", ok=is_loopback_name(host), words=words)


def _database(settings: Settings) -> Finding:
    try:
        session.configure(settings.effective_database_url)
        name, is_current = session.engine().dialect.name, migrate.is_current()
        is_unlocked = rowlocks.are_idle(session.engine())
    except (Unavailable, ArgumentError):
        return Finding("database", ok=False, words="it does not answer; check M4A_DATABASE_URL.")
    if is_unlocked:
        words = (
            "accounts have no second lock: the role of M4A_DATABASE_URL is a superuser or has BYPASSRLS; "
            "let a plain role own the database and its tables, and connect as that."
        )
        return Finding("database", ok=False, words=words)
    if is_current:
        return Finding("database", ok=True, words=f"{name}, at the newest schema")
    return Finding("database", ok=False, words="the schema is old: run 'manage4all db upgrade'.")


def _queue(settings: Settings) -> Finding:
    address = settings.effective_redis_url
    try:
        Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2).ping()
    except (RedisError, ValueError):
        embedded = "it runs while 'manage4all serve' does."
        words = "it does not answer; " + ("check M4A_REDIS_URL." if settings.redis_url else embedded)
        return Finding("queue", ok=False, words=words)
    return Finding("queue", ok=True, words="it answers")


def _file_types(_settings: Settings) -> Finding:
    return Finding("file types", ok=True, words=f"libmagic from {filetypes.libmagic()}")


def _dns(settings: Settings) -> Finding:
    from gateway.inbound.authentication.resolver import Resolver

    if Resolver(settings.dns_servers).is_answering(seconds=2.0):
        return Finding("DNS", ok=True, words="it answers; SPF, DKIM and DMARC of senders are checked")
    if settings.dns_servers:
        words = "no server of M4A_DNS_SERVERS answers: senders of mail are not checked."
        return Finding("DNS", ok=False, words=words)
    words = "no server answers: senders of mail are not checked. M4A_DNS_SERVERS names one."
    return Finding("DNS", ok=True, words=words)


def _outgoing(settings: Settings) -> Finding:
    if settings.relay_url.get_secret_value():
        return Finding("outgoing mail", ok=True, words="a server is configured")
    words = "no server is configured: answers wait. Set M4A_RELAY_URL, or give each mailbox its own."
    return Finding("outgoing mail", ok=False, words=words)


def _sign_up(settings: Settings) -> Finding:
    """Who may begin an account, and whether they can get through with it."""
    has_relay = bool(settings.relay_url.get_secret_value())
    match settings.public_sign_up:
        case SignUp.OPEN if not has_relay:
            words = (
                "anybody may create an account, but nobody can confirm an address: their mail needs a server."
                " Set M4A_RELAY_URL, or M4A_PUBLIC_SIGN_UP=closed."
            )
            return Finding("sign-up", ok=False, words=words)
        case SignUp.OPEN:
            words = "open: anybody may create an account (M4A_PUBLIC_SIGN_UP)"
        case SignUp.INVITATION if not has_relay:
            words = (
                "by invitation; no server is configured: 'manage4all account invite' prints links for you"
                " to hand on, and nobody can confirm an address. Set M4A_RELAY_URL."
            )
            return Finding("sign-up", ok=False, words=words)
        case SignUp.INVITATION:
            words = "by invitation: whom 'manage4all account invite' has invited may create an account"
        case SignUp.CLOSED:
            words = "closed: accounts are made by 'manage4all account create'"
        case _:
            assert_never(settings.public_sign_up)
    return Finding("sign-up", ok=True, words=words)


def _scanner(settings: Settings) -> Finding:
    if not settings.clamd_url:
        return Finding("virus scanner", ok=True, words="none is set, so attachments are not scanned")
    if Clamd(settings.clamd_url).answers():
        return Finding("virus scanner", ok=True, words="it answers")
    words = "it does not answer, so attachments stay closed; check M4A_CLAMD_URL and start clamd."
    return Finding("virus scanner", ok=False, words=words)


def _remote(settings: Settings) -> Finding:
    """Whether browsers that reach the pages may reach the relays from there."""
    relays = settings.relay_urls
    barred = [one for one in relays if not one.startswith("wss://")]
    if settings.effective_base_url.startswith("https://") and barred:
        setting = "M4A_RELAY_PUBLIC_URLS" if settings.relay_public_urls else "M4A_RELAY_PUBLIC_URL"
        words = (
            f"the pages are reached by https, the relay at {barred[0]}: browsers refuse that."
            f" Set {setting} to its wss:// address at the reverse proxy."
        )
        return Finding("remote sessions", ok=False, words=words)
    return Finding("remote sessions", ok=True, words=f"both sides meet at {', '.join(relays)}")


def _legal(settings: Settings) -> Finding:
    """Whether visitors find a privacy policy and terms; whoever reaches this machine alone needs none."""
    if not migrate.is_current():
        return Finding("legal pages", ok=True, words="looked at once the schema is the newest")
    with session.reading() as db:
        missing = legal.missing(db)
    if not missing:
        return Finding("legal pages", ok=True, words="privacy policy and terms have a text")
    host = urlsplit(settings.effective_base_url).hostname or ""
    paths = " and ".join(f"/{one.value}" for one in missing)
    words = (
        f"{paths} have no text, and say so to visitors. 'manage4all operator appoint LOGIN' makes an account"
        " yours, whose page /operator takes the texts."
    )
    return Finding("legal pages", ok=is_loopback_name(host), words=words)


def _provider(settings: Settings) -> Finding:
    from gateway.desk.openid.provider import provider_of

    provider = provider_of(settings)
    if provider is None:
        return Finding(
            "sign-in provider", ok=True, words="none is set, so people sign in with their password"
        )
    provider.check_secret()
    words = f"{provider.client.issuer} answers; the address that it sends people back to must be known there"
    return Finding("sign-in provider", ok=True, words=f"{words}: {provider.client.redirect_uri}")


def _print_settings(settings: Settings, *, as_json: bool) -> None:
    rows = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        default = field.default
        secret = isinstance(value, SecretStr)
        shown = ("set" if value.get_secret_value() else "not set") if secret else without_password(str(value))
        plain = "" if isinstance(default, SecretStr) else str(default)
        rows.append(
            {
                "name": f"M4A_{name.upper()}",
                "value": shown,
                "default": plain,
                "meaning": field.description or "",
            }
        )
    if as_json:
        click.echo(json.dumps({"settings": rows}))
        return
    for row in rows:
        click.echo(
            f"{row['name']}={row['value']}\n    {row['meaning']} Default: {row['default'] or 'empty'}."
        )
