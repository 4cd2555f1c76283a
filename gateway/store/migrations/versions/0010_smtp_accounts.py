"""SMTP accounts of mailboxes

Revision: 0010, after 0009. New tables, which the version before does not know. Addresses of outgoing servers,
sealed whole until now, become accounts, for which the installation's key is needed; no mail may go out by the
version before meanwhile.
"""

import ipaddress
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

import sqlalchemy as sa
from alembic import op

from gateway import clock, settings
from gateway.store.sealed import Seal

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    """Add the tables, move what there is, and drop the column it was in."""
    account = op.create_table(
        "smtp_account",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("mailbox_id", NUMBER, nullable=False),
        _word("host", 255),
        sa.Column("port", NUMBER, nullable=False),
        _word("security", 10),
        _word("username", 320),
        _word("auth", 10),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        _word("token_url", 500),
        _word("client_id", 300),
        sa.Column("sealed_client_secret", sa.Text(), nullable=False),
        sa.Column("sealed_access_token", sa.Text(), nullable=False),
        _moment("token_expires_at"),
        sa.Column("is_operators", sa.Boolean(), nullable=False),
        _word("sender", 10),
        sa.Column("max_connections", NUMBER, nullable=False),
        sa.Column("mails_per_minute", NUMBER, nullable=False),
        sa.Column("max_message_bytes", NUMBER, nullable=False),
        _moment("checked_at"),
        _word("last_error", 500),
        _moment("failing_since"),
        _moment("resting_until"),
        _moment("refreshing_until"),
        _moment("created_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_smtp_account_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailbox.id"], name=op.f("fk_smtp_account_mailbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smtp_account")),
        sa.UniqueConstraint("mailbox_id", name=op.f("uq_smtp_account_mailbox_id")),
    )
    op.create_index(op.f("ix_smtp_account_account_id"), "smtp_account", ["account_id"], unique=False)
    op.create_table(
        "smtp_turn",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("smtp_account_id", NUMBER, nullable=False),
        sa.Column("delivery_id", NUMBER, nullable=True),
        _word("owner", 64),
        _moment("begins_at", nullable=False),
        _moment("until", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_smtp_turn_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["smtp_account_id"],
            ["smtp_account.id"],
            name=op.f("fk_smtp_turn_smtp_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_smtp_turn_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smtp_turn")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_smtp_turn_delivery_id")),
    )
    op.create_index("ix_smtp_turn_begins", "smtp_turn", ["smtp_account_id", "begins_at"], unique=False)
    op.create_table(
        "relay_offer",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        _word("server", 300),
        sa.Column("max_message_bytes", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_offer")),
        sa.UniqueConstraint("server", name=op.f("uq_relay_offer_server")),
    )
    _move(account)
    op.drop_column("mailbox", "sealed_relay_url")


def _move(account: sa.Table) -> None:
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT id, account_id, sealed_relay_url FROM mailbox WHERE sealed_relay_url <> ''")
    ).all()
    if found:
        seal = Seal(settings.load().key())
        rows = [
            _account(seal, seal.open(sealed)) | {"mailbox_id": mailbox_id, "account_id": account_id}
            for mailbox_id, account_id, sealed in found
        ]
        connection.execute(sa.insert(account), rows)


def _account(seal: Seal, url: str) -> dict[str, object]:
    """An address of the operator's own command, in columns; whoever demanded no TLS gets it all the same."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_strict = parse_qs(parts.query).get("starttls", [""])[-1] == "require" or not _is_here(host)
    security = "tls" if parts.scheme == "smtps" else "starttls" if is_strict else "plain"
    return {
        "host": host,
        "port": parts.port or (465 if parts.scheme == "smtps" else 25),
        "security": security,
        "username": unquote(parts.username or ""),
        "auth": "password",
        "sealed_secret": seal.seal(unquote(parts.password or "")),
        "token_url": "",
        "client_id": "",
        "sealed_client_secret": "",
        "sealed_access_token": "",
        "is_operators": True,
        "sender": "ours",
        "max_connections": 50,
        "mails_per_minute": 0,
        "max_message_bytes": 0,
        "last_error": "",
        "created_at": clock.now(),
    }


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
