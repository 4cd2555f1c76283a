"""PostgreSQL's row-level security: which rows a transaction may see and write, by what it is bound to.

Migrations put the policies on; the one that makes a table calls `lock` for it, and a test fails without.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Engine, text

from gateway.store.session import translated

# Never set at all is what processes of the version before leave it: they see everything until they are gone.
# Once set, it is never that again in its connection: afterwards it is empty, and shows nothing.
# The subselect is asked once a statement, not once a row; of a CASE the planner expects half of the rows, of
# an OR next to none, which led it astray.
_BOUND = "(SELECT coalesce(current_setting('m4a.account', true), 'all'))"
_OF_STAFF = (
    f"CASE {_BOUND} WHEN 'all' THEN true "  # noqa: S608 - no value in it
    "ELSE EXISTS (SELECT 1 FROM staff WHERE staff.id = staff_id) END"
)


def _equals(column: str) -> str:
    return f"CASE {_BOUND} WHEN 'all' THEN true WHEN CAST({column} AS text) THEN true ELSE false END"


BY_ACCOUNT = _equals("account_id")
"""For every table with `account_id`."""

OTHERS: Mapping[str, str] = {
    "account": _equals("id"),
    "erasure_item": (
        f"CASE {_BOUND} WHEN 'all' THEN true "  # noqa: S608 - no value in it
        "ELSE EXISTS (SELECT 1 FROM erasure WHERE erasure.id = erasure_id) END"
    ),
    "ceremony": f"staff_id IS NULL OR {_OF_STAFF}",
    "farewell": f"account_id IS NULL OR {BY_ACCOUNT}",
    "half_sign_in": _OF_STAFF,
    "passkey": _OF_STAFF,
    "recovery_code": _OF_STAFF,
    "staff_identity": _OF_STAFF,
    "totp": _OF_STAFF,
    "web_session": _OF_STAFF,
}
"""For those without: what hangs on a person or an erasure is seen by whoever may see that."""

OUTSIDE: Mapping[str, str] = {
    "alembic_version": "is about the schema",
    "article_search": "holds words by article, which a query joins; no index of words works behind a policy",
    "broadcast": "is what the operator tells everybody",
    "knock": "counts who is not known yet, by keyed hashes",
    "legal_text": "is what the operator tells everybody",
    "outbox": "holds topic and id alone, for workers that serve all",
    "sign_up_invitation": "invites who has no account yet",
    "suggestion": "is from nobody, for the operator",
    "relay_offer": "is about the installation's own server",
}
"""Tables without a policy, and why."""

_ROLE = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


def lock(execute: Callable[[str], object], table: str) -> None:
    """Put the policy on a table, by a migration's `op.execute` on PostgreSQL. FORCE: we own what we lock."""
    condition = OTHERS.get(table, BY_ACCOUNT)
    execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    execute(f'CREATE POLICY of_account ON "{table}" USING ({condition}) WITH CHECK ({condition})')


def are_idle(engine: Engine) -> bool:
    """Whether the database lets our role past every policy; never on SQLite, which has none.

    Raises Unavailable when it cannot be reached.
    """
    if engine.dialect.name != "postgresql":
        return False
    with translated(), engine.connect() as connection:
        return bool(connection.execute(_ROLE).scalar())
