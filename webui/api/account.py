"""What the account has: its ledger and its mailboxes."""

from flask import Response

from gateway.desk import mailboxes
from gateway.store import intake
from gateway.store.session import reading
from webui.api.access import actor
from webui.api.routes import answer, blueprint
from webui.api.schemas import Ledger, Mailboxes
from webui.office import office


@blueprint.get("/ledger", responses={200: Ledger})
def get_ledger() -> Response:
    """What became of every mail that was offered."""
    with reading() as db:
        return answer(Ledger.of(intake.ledger(db, actor().account_id)))


@blueprint.get("/mailboxes", responses={200: Mailboxes})
def get_mailboxes() -> Response:
    """The addresses that customers write to, with the generated ones to forward to."""
    with reading() as db:
        views = mailboxes.list_mailboxes(db, actor().account_id, mail_domain=office().settings.mail_domain)
    return answer(Mailboxes.of(views))
