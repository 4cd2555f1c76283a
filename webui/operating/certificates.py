"""Certificates of accounts that are gone, and that did not arrive: the operator sends them again, or not."""

from functools import partial

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import certificates
from gateway.store.session import transaction
from webui.office import office
from webui.sessions import actor, proven

list_unsent = partial(certificates.list_unsent, is_ended=True)

blueprint = Blueprint("certificates", __name__)

_PATH = "/operator"
_RECEIPT = f"{_PATH}/certificates/<public_id>/receipt"


@blueprint.post(f"{_RECEIPT}/again")
@proven
def again(public_id: str) -> ResponseReturnValue:
    """Try to send it once more."""
    with transaction() as db:
        certificates.send_again(db, actor(), public_id, is_ended=True, now=office().clock.now())
    return redirect(_PATH, 303)


@blueprint.post(f"{_RECEIPT}/forget")
@proven
def forget(public_id: str) -> ResponseReturnValue:
    """Send it not at all, and forget to whom."""
    with transaction() as db:
        certificates.give_up(db, actor(), public_id, is_ended=True, now=office().clock.now())
    return redirect(_PATH, 303)
