"""The operator's pages: how the installation is, its accounts by counts, what one of them may have.

All of an installation's accounts are seen here, so each view is the operator's people's alone; what they see
are counts and days.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import broadcasting, legal, operating
from gateway.desk.legal import Document
from gateway.desk.views import overview
from gateway.errors import Conflict, DeskError, Invalid
from gateway.i18n import _
from gateway.store.session import reading, transaction
from gateway.store.types import MOST
from webui import complaints, pages
from webui.office import office
from webui.operating import certificates, forms, health, telling
from webui.rail import rail
from webui.sessions import across_accounts, actor, proven, signed_in
from webui.wording import day, size

blueprint = Blueprint("operating", __name__)
blueprint.register_blueprint(telling.blueprint)
blueprint.register_blueprint(certificates.blueprint)

_PATH = "/operator"
_ACCOUNT = f"{_PATH}/accounts/<public_id>"
_SHOWN = 50


@blueprint.get(_PATH)
@signed_in
@across_accounts
def index() -> ResponseReturnValue:
    """How the installation is, and its accounts, newest first."""
    by, find = actor(), request.args.get("find", "")[:100]
    before = min(request.args.get("before", MOST, type=int), MOST)
    with reading() as db:
        found = operating.list_accounts(db, by, find=find, before=before, limit=_SHOWN + 1)
        unsent = certificates.list_unsent(db, by)
        missing = legal.missing(db)
        notice = broadcasting.find(db, now=office().clock.now())
        views = rail(overview(db, by), by)
    names = {Document.PRIVACY: _("Privacy"), Document.TERMS: _("Terms")}
    return pages.render(
        "web/operating/index.html",
        area="account",
        views=views,
        accounts=found[:_SHOWN],
        older=found[_SHOWN - 1].id if len(found) > _SHOWN else 0,
        find=find,
        texts=[(one.value, name, one in missing) for one, name in names.items()],
        notice=notice,
        parts=health.parts(),
        unsent=unsent,
        sign_up=health.sign_up_words(),
        size=size,
        day=day,
    )


@blueprint.get(_ACCOUNT)
@proven
@across_accounts
def account(public_id: str) -> ResponseReturnValue:
    """One account by its counts, and what it may have."""
    return _page(public_id)


@blueprint.post(f"{_ACCOUNT}/limits")
@proven
@across_accounts
def limit(public_id: str) -> ResponseReturnValue:
    """Say what it may have at most."""

    def work(now: datetime) -> None:
        with reading() as db:
            operating.get(db, actor(), public_id)  # before what was typed is looked at
        wanted = forms.read_limits(request.form)
        with transaction() as db:
            operating.limit(db, actor(), public_id, wanted, now=now)

    return _done(public_id, work)


@blueprint.post(f"{_ACCOUNT}/suspend")
@proven
@across_accounts
def suspend(public_id: str) -> ResponseReturnValue:
    """Shut it for now."""

    def work(now: datetime) -> None:
        with transaction() as db:
            operating.suspend(db, actor(), public_id, now=now)

    return _done(public_id, work)


@blueprint.post(f"{_ACCOUNT}/resume")
@proven
@across_accounts
def resume(public_id: str) -> ResponseReturnValue:
    """Let it go on."""

    def work(now: datetime) -> None:
        with transaction() as db:
            operating.resume(db, actor(), public_id, now=now)

    return _done(public_id, work)


def _done(public_id: str, work: Callable[[datetime], None]) -> ResponseReturnValue:
    """Do it and show the account again; what cannot be done is said on its page."""
    try:
        work(office().clock.now())
    except (Invalid, Conflict) as error:
        return _page(public_id, error), error.http
    return redirect(f"{_PATH}/accounts/{public_id}?saved=1", 303)


def _page(public_id: str, error: DeskError | None = None) -> str:
    by = actor()
    with reading() as db:
        found = operating.get(db, by, public_id)
        views = rail(overview(db, by), by)
    return pages.render(
        "web/operating/account.html",
        area="account",
        views=views,
        account=found,
        megabytes=forms.megabytes(found.limits.kept_bytes),
        size=size,
        day=day,
        wrong=complaints.in_words(error) if error else "",
        field=error.field if isinstance(error, Invalid) else "",
        is_saved="saved" in request.args and error is None,
    )
