"""All settings: `M4A_*` variables over one TOML file over defaults; the only reader of the environment."""

import contextlib
import hashlib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from gateway.errors import Invalid
from gateway.secretkey import stored_key

_PREFIX = "M4A_"
_MIB = 1024 * 1024
_RELAY_SCHEMES = {"smtp": 25, "smtps": 465}
_RELAY_FORM = (
    "a relay address reads smtp://[user:password@]host[:port] or smtps://…, "
    "with / and @ of a password as %2F and %40"
)
_CLAMD = re.compile(r"tcp://[^/@\s]+:\d{1,5}/?|unix:///\S+")
_RELAY_ADDRESS = re.compile(r"wss?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?")
_WEB_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_MAIL_DOMAIN = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_MOST_ISSUER_CHARS = 500
_PASSWORD = re.compile(r"(://[^:@/]*:)[^@]*@")


def _port_or_off(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == "off" else value


class SignUp(StrEnum):
    """Who may begin an account: anybody, whom the operator has invited, or nobody but the operator."""

    OPEN = "open"
    INVITATION = "invitation"
    CLOSED = "closed"


_YES, _NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


def _sign_up(value: object) -> object:
    """Yes and no, which this setting once was, still mean open and closed."""
    said = str(value).strip().lower()
    if said in _YES:
        return SignUp.OPEN
    return SignUp.CLOSED if said in _NO else said


Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What the operator decided. Frozen; every field is `M4A_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Field(Path("data"), description="Where everything kept on this machine lives.")
    keyring_dir: Path | None = Field(
        None,
        description="Where the keys of raw mails and files are, backed up apart; empty: DATA_DIR/keyring",
    )
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy address of the database; empty: SQLite in the data directory."
    )
    redis_url: str = Field(
        "", repr=False, description="Redis or Valkey for the wake-ups; empty: the embedded one of `serve`."
    )
    base_url: str = Field(
        "", description="Address at which people reach the pages; empty: from host and port."
    )
    web_host: str = Field("127.0.0.1", description="Address the web server listens on.")
    web_port: Port = Field(8080, description="Port of the web server; 0 takes a free one.")
    web_processes: int = Field(
        2, ge=1, le=64, description="Web servers that `serve` runs on one port; on Linux only."
    )
    smtp_host: str = Field("127.0.0.1", description="Address the SMTP and LMTP doors listen on.")
    smtp_port: Port = Field(2525, description="Port of the SMTP door; 0 takes a free one.")
    lmtp_port: Annotated[Port | None, BeforeValidator(_port_or_off)] = Field(
        2424, description="Port of the LMTP door; 0 takes a free one, `off` closes it."
    )
    smtp_processes: int = Field(2, ge=1, le=64, description="Processes that accept mail.")
    smtp_hostname: str = Field("", description="Name in the SMTP greeting; empty: the mail domain.")
    smtp_tls_cert: Path | None = Field(None, description="PEM certificate chain for STARTTLS.")
    smtp_tls_key: Path | None = Field(None, description="PEM private key for STARTTLS.")
    smtp_max_recipients: int = Field(
        100, ge=1, le=10_000, description="Recipients of one mail at the door; more get 452."
    )
    smtp_max_connections: int = Field(
        500, ge=1, description="Connections one acceptor holds at once; more get 421."
    )
    smtp_max_per_source: int = Field(
        50, ge=1, description="Connections one client address holds at one process; more get 421."
    )
    smtp_mails_per_minute: int = Field(
        600, ge=1, description="Mails one client address brings one process in a minute; more get 450."
    )
    trusted_relays: str = Field(
        "127.0.0.0/8,::1/128",
        description="Networks of mail servers of one's own: no limits, and their address proves no sender.",
    )
    trusted_proxies: str = Field(
        "",
        description="Networks of reverse proxies before the pages; the last address in their X-Forwarded-For"
        " is who asks. Empty: nobody is believed.",
    )
    trusted_authserv: str = Field(
        "",
        description="Name under which one's own mail server writes Authentication-Results; believed alone.",
    )
    dns_servers: str = Field(
        "", description="DNS servers for SPF, DKIM and DMARC, host or host:port; empty: the system's."
    )
    imap_processes: int = Field(1, ge=0, le=64, description="Processes that fetch mail by IMAP.")
    clamd_url: str = Field(
        "",
        description="Virus scanner that looks at every attachment: tcp://host:port or unix:///path of clamd.",
    )
    storm_mails: int = Field(
        30, ge=2, description="Mails of one sender in ten minutes, past which they fold into one ticket."
    )
    automatic_per_hour: int = Field(
        5, ge=0, description="Automatic mails that one address gets in an hour at most."
    )
    file_workers: int = Field(2, ge=1, le=64, description="Processes that file accepted mail.")
    deliver_workers: int = Field(1, ge=1, le=64, description="Processes that send mail.")
    budget_account_hour: int = Field(
        12_000,
        ge=0,
        le=1_000_000,
        description="Mails of one account in an hour, past which sending holds and asks; 0: no bound.",
    )
    budget_account_day: int = Field(
        25_000,
        ge=0,
        le=1_000_000,
        description="Mails of one account in a day (UTC), past which sending holds and asks; 0: no bound.",
    )
    budget_recipient_hour: int = Field(
        500,
        ge=0,
        le=1_000_000,
        description="Mails of one account to one address in an hour, past which they are held; 0: no bound.",
    )
    relay_url: SecretStr = Field(
        SecretStr(""),
        description="Outgoing server: smtp://user:password@host:port or smtps://…, `?starttls=require`.",
    )
    relay_host: str = Field("127.0.0.1", description="Address the relay of remote sessions listens on.")
    relay_port: Port = Field(8081, description="Port of the relay of remote sessions; 0 takes a free one.")
    relay_public_url: str = Field(
        "", description="The relay’s address for browsers and programs, wss://…; empty: ws:// and its port."
    )
    relay_public_urls: str = Field(
        "",
        description="Addresses of all relays that run side by side, comma-separated; empty: the one above.",
    )
    relay_origins: str = Field(
        "",
        description="Origins of pages that may come to the relay besides that of the base URL: https://…,"
        " comma-separated.",
    )
    relay_max_connections: int = Field(
        2000, ge=1, le=100_000, description="Connections the relay holds at once; more are closed."
    )
    relay_max_per_source: int = Field(
        64, ge=1, description="Connections one client address holds at the relay; more are closed."
    )
    client_download_url: str = Field(
        "", description="Where customers download the program of remote sessions; empty: nowhere is named."
    )
    mail_domain: str = Field("desk.localhost", description="Domain of the inbound addresses generated here.")
    max_message_bytes: int = Field(
        50 * _MIB, ge=1024, le=1024 * _MIB, description="Largest mail accepted, in bytes."
    )
    min_free_bytes: int = Field(
        64 * _MIB, ge=0, description="Free disk space below which mail is put off with 452."
    )
    undo_seconds: int = Field(
        10, ge=0, le=3600, description="How long an answer can be taken back; 0 sends at once."
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Key of signed values; generated into the data directory."
    )
    public_sign_up: Annotated[SignUp, BeforeValidator(_sign_up)] = Field(
        SignUp.OPEN,
        description="Who may create an account: `open` (anybody), `invitation` (whom"
        " `manage4all account invite` has invited) or `closed`.",
    )
    termination_grace_days: int = Field(
        0, ge=0, le=365, description="Days in which a terminated account can be taken back; 0: gone at once."
    )
    oidc_issuer: str = Field(
        "", description="OpenID Connect provider by which linked people may sign in: its issuer, https://…"
    )
    oidc_client_id: str = Field("", description="What this desk is called at the provider.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="With what this desk proves itself at the provider."
    )
    oidc_name: str = Field(
        "", max_length=60, description="The provider's name on buttons; empty: its host's name."
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token for /metrics; empty: loopback only."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged."
    )
    debug: bool = Field(False, description="Show tracebacks on the command line.")
    erasure_journal: Path | None = Field(
        None,
        description="File that remembers by keyed hashes what was erased, lest a restored backup brings it"
        " back: to be kept apart from backups. Empty: `erasures/erasures.journal` in the data directory.",
    )
    demo: bool = Field(False, description="Sample account and a customer's mailbox to play with.")
    demo_anywhere: bool = Field(
        False, description="Let the demo, whose mailbox page asks for no sign-in, listen beyond this machine."
    )
    postbox_port: Port = Field(
        0, description="Port of the demo's postbox, where its outgoing mail ends; 0 takes a free one."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file that `M4A_CONFIG` names."""
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if config := os.environ.get(f"{_PREFIX}CONFIG"):
            with Path(config).open("rb"):  # a file that is not there would count as an empty one
                sources.append(TomlConfigSettingsSource(settings_cls, Path(config)))
        return tuple(sources)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if relay := self.relay_url.get_secret_value():
            try:
                check_relay_url(relay)
            except ValueError as error:
                raise ValueError(f"M4A_RELAY_URL: {error}") from None
        if not _MAIL_DOMAIN.fullmatch(self.mail_domain):  # it stands in every Message-ID and return address
            raise ValueError("M4A_MAIL_DOMAIN: a domain in ASCII, as desk.example or xn--mller-kva.example")
        if self.clamd_url and not _CLAMD.fullmatch(self.clamd_url):
            raise ValueError("M4A_CLAMD_URL: a scanner is tcp://host:port or unix:///path")
        self._check_relays()
        if self.client_download_url and not _WEB_ADDRESS.fullmatch(self.client_download_url):
            raise ValueError("M4A_CLIENT_DOWNLOAD_URL: a place to download from is https://…")
        self._check_oidc()
        if (self.smtp_tls_cert is None) != (self.smtp_tls_key is None):
            raise ValueError("M4A_SMTP_TLS_CERT and M4A_SMTP_TLS_KEY go together")
        if self.demo and not self.demo_anywhere and not _is_loopback(self.web_host):
            raise ValueError(
                "the demo's mailbox page asks for no sign-in, so it listens on this machine only;"
                " M4A_DEMO_ANYWHERE=1 says that it may be reached from elsewhere"
            )
        return self

    def _check_relays(self) -> None:
        one, several = self.relay_public_url, _listed(self.relay_public_urls)
        if one and not _RELAY_ADDRESS.fullmatch(one):
            raise ValueError("M4A_RELAY_PUBLIC_URL: the relay is at wss://host/… or ws://host:port")
        if not all(_RELAY_ADDRESS.fullmatch(each) for each in several):
            raise ValueError("M4A_RELAY_PUBLIC_URLS: relays are at wss://host/… or ws://host:port")
        if one and several and one.rstrip("/") not in several:
            raise ValueError("M4A_RELAY_PUBLIC_URLS: M4A_RELAY_PUBLIC_URL must be among them")

    def _check_oidc(self) -> None:
        if self.oidc_issuer and not _is_issuer(self.oidc_issuer):
            raise ValueError("M4A_OIDC_ISSUER: a provider is https://host/…, or http:// on this machine")
        parts = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value())
        if any(parts) and not all(parts):
            raise ValueError("M4A_OIDC_ISSUER, M4A_OIDC_CLIENT_ID and M4A_OIDC_CLIENT_SECRET go together")

    @cached_property
    def root(self) -> Path:
        """The data directory, absolute, so that every process means the same place."""
        return self.data_dir.expanduser().resolve()

    @property
    def blob_dir(self) -> Path:
        """Where raw mails and attachments are kept."""
        return self.root / "blobs"

    @property
    def effective_keyring_dir(self) -> Path:
        """Where the keys are under which raw mails and attachments lie."""
        return self.keyring_dir.expanduser().resolve() if self.keyring_dir else self.root / "keyring"

    @property
    def run_dir(self) -> Path:
        """Where running processes leave their marks (endpoints, pids)."""
        return self.root / "run"

    @property
    def journal_dir(self) -> Path:
        """Where senders note an outcome before the database knows it."""
        return self.root / "journal"

    @property
    def effective_erasure_journal(self) -> Path:
        """Where it is remembered what was erased."""
        chosen = self.erasure_journal
        return chosen.expanduser().resolve() if chosen else self.root / "erasures" / "erasures.journal"

    @property
    def demo_dir(self) -> Path:
        """Where the demo keeps what it needs beside the database."""
        return self.root / "demo"

    @property
    def postbox_dir(self) -> Path:
        """Where the outgoing mail of the demo ends."""
        return self.demo_dir / "postbox"

    @property
    def postbox_url(self) -> str:
        """The demo's postbox as an outgoing server."""
        return f"smtp://127.0.0.1:{self.postbox_port}"

    @property
    def effective_database_url(self) -> str:
        """The database's address, SQLite in the data directory unless one is set."""
        return self.database_url or f"sqlite:///{self.root / 'manage4all.db'}"

    @property
    def queue_socket(self) -> Path:
        """Where the embedded queue server listens.

        Not in the data directory: a socket's path ends at 107 characters on Linux, at 103 on macOS.
        """
        name = hashlib.sha256(str(self.root).encode()).hexdigest()[:16]
        return Path("/tmp") / f"m4a-{name}" / "queue.sock"  # noqa: S108 - a directory of our own

    @property
    def effective_redis_url(self) -> str:
        """The queue server's address: the operator's, or that of the embedded one."""
        return self.redis_url or f"unix://{self.queue_socket}"

    @property
    def effective_base_url(self) -> str:
        """The pages' address without a trailing slash."""
        return (self.base_url or f"http://{self.web_host}:{self.web_port}").rstrip("/")

    @property
    def effective_relay_url(self) -> str:
        """This relay's address for both sides of a remote session, without a trailing slash."""
        return (self.relay_public_url or f"ws://{self.relay_host}:{self.relay_port}").rstrip("/")

    @property
    def relay_urls(self) -> tuple[str, ...]:
        """The addresses of all relays at which both sides can meet, without trailing slashes."""
        return _listed(self.relay_public_urls) or (self.effective_relay_url,)

    @property
    def greeting(self) -> str:
        """The name this host gives in SMTP (RFC 5321 section 4.1.1.1)."""
        return self.smtp_hostname or self.mail_domain

    def key(self) -> bytes:
        """The installation's secret; made in the data directory (mode 0600) at first use."""
        return (self.secret_key.get_secret_value() or stored_key(self.root)).encode()

    def with_values(self, **values: object) -> "Settings":
        """A copy with some values replaced and checked anew."""
        merged: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return Settings(**(merged | values))

    def environment(self) -> dict[str, str]:
        """These settings as variables, on top of the present environment, for a program we start."""
        own = {
            f"{_PREFIX}{name.upper()}": _as_text(name, getattr(self, name))
            for name in type(self).model_fields
            if getattr(self, name) is not None or name == "lmtp_port"
        }
        return {**os.environ, **own}

    def export(self) -> None:
        """Make these the settings of every process that this one starts from now on."""
        os.environ.update(self.environment())
        _exported[:] = [self]


def check_relay_url(url: str) -> str:
    """The address of an outgoing server, or ValueError that does not repeat its password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text quotes what it stumbled over, which may be a piece of the password
        raise ValueError(_RELAY_FORM) from None
    if parts.scheme not in _RELAY_SCHEMES or not parts.hostname:
        raise ValueError(_RELAY_FORM)
    if port == 0:
        raise ValueError("a relay's port is between 1 and 65535")
    return url


def without_password(url: str) -> str:
    """An address as it may be shown: three stars for its password."""
    return _PASSWORD.sub(r"\1***@", url)


_exported: list[Settings] = []
"""What the process this one was forked from has read already."""


def load(**values: object) -> Settings:
    """The settings of this process; Invalid says in one line which one is wrong."""
    if _exported and not values:
        return _exported[0]
    try:
        return Settings(**values)  # type: ignore[arg-type]  # the model itself checks each value
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(
            f"{_PREFIX}CONFIG: {getattr(error, 'strerror', None) or 'no valid TOML file'}"
        ) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        label = f"{_PREFIX}{name.upper()}: " if name else ""
        raise Invalid(f"{label}{first['msg'].removeprefix('Value error, ')}") from None


def is_debugging() -> bool:
    """Whether tracebacks are wanted; settings that cannot be read count as no."""
    try:
        return load().debug
    except Invalid:
        return False


@contextlib.contextmanager
def environment_kept() -> Iterator[None]:
    """Give the environment back as it was: some packages change it when they are imported."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _is_issuer(url: str) -> bool:
    """Whether this names an issuer: no query, no fragment (OpenID Connect Core 1.0, 2), and no password."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError for one that is none
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" ?#@")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    return is_plain and is_safe and bool(parts.hostname) and len(url) <= _MOST_ISSUER_CHARS


def _listed(addresses: str) -> tuple[str, ...]:
    """Addresses between commas, without trailing slashes."""
    return tuple(one.strip().rstrip("/") for one in addresses.split(",") if one.strip())


def _is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _as_text(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if name == "lmtp_port" and value is None:
        return "off"
    return str(int(value)) if isinstance(value, bool) else str(value)
