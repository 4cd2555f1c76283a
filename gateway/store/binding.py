"""To which account the work at hand is bound: to one, to none yet, or to all of them.

On PostgreSQL each transaction says it to the database, whose row-level security then shows and takes rows of
that account alone: a second lock, behind the account that stands in every query. On SQLite nobody asks.

Whatever serves all accounts (commands, workers, doors, the scheduler) is bound to all from its start. A web
request is bound to nobody until it is known who asks; docs/adr/0010-two-locks-on-every-account.md.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

NOBODY = "none"
EVERYWHERE = "all"

_bound: ContextVar[str] = ContextVar("bound_to", default=EVERYWHERE)


def present() -> str:
    """What transactions that begin now are bound to, as the database is told."""
    return _bound.get()


def bind(account_id: int) -> None:
    """From now on this request is the account's."""
    _bound.set(str(account_id))


def bind_nobody() -> None:
    """From now on no row of any account is seen, until it is known whose request this is."""
    _bound.set(NOBODY)


def release() -> None:
    """The request is over: what runs here now is none."""
    _bound.set(EVERYWHERE)


@contextmanager
def held(binding: str) -> Iterator[None]:
    """Transactions that begin inside the block are bound as `present` said elsewhere."""
    token = _bound.set(binding)
    try:
        yield
    finally:
        _bound.reset(token)


def to_account(account_id: int) -> AbstractContextManager[None]:
    """Transactions that begin inside the block are the account's."""
    return held(str(account_id))


def everywhere() -> AbstractContextManager[None]:
    """Transactions that begin inside the block see all accounts.

    For what must look somebody up before it is known whose they are; a house test lists who does in webui.
    """
    return held(EVERYWHERE)
