"""Receipts of erasures that did not arrive: who may erase sends them again, or lets it be."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from gateway.desk import certificates
from gateway.store.session import transaction
from webui.office import office
from webui.sessions import actor, signed_in

blueprint = Blueprint("receipts", __name__)

_PATH = "/account/erasures"
_RECEIPT = f"{_PATH}/<public_id>/receipt"


@blueprint.post(f"{_RECEIPT}/again")
@signed_in
def again(public_id: str) -> ResponseReturnValue:
    """Try to send it once more."""
    with transaction() as db:
        certificates.send_again(db, actor(), public_id, now=office().clock.now())
    return redirect(_PATH, 303)


@blueprint.post(f"{_RECEIPT}/forget")
@signed_in
def forget(public_id: str) -> ResponseReturnValue:
    """Send it not at all, and forget to whom."""
    with transaction() as db:
        certificates.give_up(db, actor(), public_id, now=office().clock.now())
    return redirect(_PATH, 303)
