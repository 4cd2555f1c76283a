"""Mail in, to the last detail: IMAP, authentication, quarantine, automatic mail, scans and previews

Revision: 0002, after 0001. Every new column may be missing in what the version before writes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns, then tables, those others refer to first."""
    _columns()
    _delivery()
    _imap_source()
    _imap_folder()
    _imap_message()
    _quarantined()
    _sender_tally()
    _automatic_mail()


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, nullable=False, server_default="")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _count(name: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False, server_default=default)


def _reference(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _columns() -> None:
    added: dict[str, list[sa.Column[Any]]] = {
        "intake": [_text("client_ip", 45), _text("helo", 255)],
        "article": [
            sa.Column("auth", sa.JSON(), nullable=True),
            _text("protection", 20),
            sa.Column("invitation", sa.JSON(), nullable=True),
            _flag("is_folded"),
        ],
        "attachment": [
            sa.Column("preview_sha256", sa.String(length=64), nullable=True),
            _text("scan", 12),
            _text("scan_found", 200),
        ],
        "ticket": [_count("folded_count"), sa.Column("merged_into_id", NUMBER, nullable=True)],
        "mailbox": [
            _flag("acknowledges"),
            _text("acknowledgement"),
            _count("silence_hours"),
            sa.Column("alarmed_at", MOMENT, nullable=True),
        ],
    }
    for table, columns in added.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_offer_mailbox", "offer", ["mailbox_id", "id"], unique=False)
    op.create_index(op.f("ix_ticket_merged_into_id"), "ticket", ["merged_into_id"], unique=False)


def _delivery() -> None:
    with op.batch_alter_table("delivery") as delivery:
        delivery.alter_column("ticket_id", existing_type=NUMBER, nullable=True)
        delivery.alter_column("article_id", existing_type=NUMBER, nullable=True)
        delivery.add_column(sa.Column("raw_sha256", sa.String(length=64), nullable=True))
        delivery.add_column(_flag("is_automatic"))


def _imap_source() -> None:
    op.create_table(
        "imap_source",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("mailbox_id", NUMBER, nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("port", NUMBER, nullable=False),
        sa.Column("security", sa.String(length=10), nullable=False),
        sa.Column("username", sa.String(length=320), nullable=False),
        sa.Column("auth", sa.String(length=10), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        _text("token_url", 500),
        _text("client_id", 300),
        _text("sealed_client_secret"),
        _text("sealed_access_token"),
        sa.Column("token_expires_at", MOMENT, nullable=True),
        sa.Column("folders", sa.JSON(), nullable=False),
        sa.Column("when_done", sa.String(length=10), nullable=False),
        _text("move_to", 300),
        _flag("imports_old"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("trial", sa.JSON(), nullable=True),
        sa.Column("connected_at", MOMENT, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        _text("last_error", 500),
        sa.Column("failing_since", MOMENT, nullable=True),
        _text("lease_owner", 64),
        _text("lease_token", 32),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        _reference("imap_source", "account_id", "account"),
        _reference("imap_source", "mailbox_id", "mailbox"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imap_source")),
        sa.UniqueConstraint("public_id", name=op.f("uq_imap_source_public_id")),
        sa.UniqueConstraint("mailbox_id", name=op.f("uq_imap_source_mailbox_id")),
    )
    op.create_index(op.f("ix_imap_source_account_id"), "imap_source", ["account_id"], unique=False)


def _imap_folder() -> None:
    op.create_table(
        "imap_folder",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("source_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("uidvalidity", NUMBER, nullable=False),
        _count("next_uid", "1"),
        _reference("imap_folder", "account_id", "account"),
        _reference("imap_folder", "source_id", "imap_source"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imap_folder")),
        sa.UniqueConstraint("source_id", "name", name=op.f("uq_imap_folder_source_id_name")),
    )


def _imap_message() -> None:
    op.create_table(
        "imap_message",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("folder_id", NUMBER, nullable=False),
        sa.Column("intake_id", NUMBER, nullable=True),
        sa.Column("uidvalidity", NUMBER, nullable=False),
        sa.Column("uid", NUMBER, nullable=False),
        sa.Column("marked_at", MOMENT, nullable=True),
        _reference("imap_message", "account_id", "account"),
        _reference("imap_message", "folder_id", "imap_folder"),
        _reference("imap_message", "intake_id", "intake", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imap_message")),
        sa.UniqueConstraint(
            "folder_id", "uidvalidity", "uid", name=op.f("uq_imap_message_folder_id_uidvalidity_uid")
        ),
    )
    op.create_index(op.f("ix_imap_message_intake_id"), "imap_message", ["intake_id"], unique=False)
    op.create_index("ix_imap_message_unmarked", "imap_message", ["folder_id", "marked_at"], unique=False)


def _quarantined() -> None:
    op.create_table(
        "quarantined",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("intake_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        _text("from_name"),
        _text("from_address"),
        _text("subject"),
        _text("snippet", 200),
        _text("outcome", 20),
        sa.Column("settled_by_id", NUMBER, nullable=True),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        _reference("quarantined", "account_id", "account"),
        _reference("quarantined", "intake_id", "intake"),
        _reference("quarantined", "ticket_id", "ticket", "SET NULL"),
        _reference("quarantined", "settled_by_id", "staff", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quarantined_public_id")),
        sa.UniqueConstraint("intake_id", name=op.f("uq_quarantined_intake_id")),
        sa.UniqueConstraint(
            "account_id", "content_hash", name=op.f("uq_quarantined_account_id_content_hash")
        ),
    )
    waiting = ["account_id", "settled_at", "id"]
    op.create_index("ix_quarantined_waiting", "quarantined", waiting, unique=False)


def _sender_tally() -> None:
    op.create_table(
        "sender_tally",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("ticket_id", NUMBER, nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("window_at", MOMENT, nullable=False),
        _count("mails"),
        _reference("sender_tally", "account_id", "account"),
        _reference("sender_tally", "ticket_id", "ticket", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_tally")),
        sa.UniqueConstraint(
            "account_id",
            "address",
            "window_at",
            name=op.f("uq_sender_tally_account_id_address_window_at"),
        ),
    )
    op.create_index("ix_sender_tally_window", "sender_tally", ["window_at"], unique=False)


def _automatic_mail() -> None:
    op.create_table(
        "automatic_mail",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", NUMBER, nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        _reference("automatic_mail", "account_id", "account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_mail")),
    )
    addressed = ["address_hash", "sent_at"]
    op.create_index("ix_automatic_mail_address", "automatic_mail", addressed, unique=False)
    op.create_index(op.f("ix_automatic_mail_sent_at"), "automatic_mail", ["sent_at"], unique=False)
