"""What to ask whoever writes an answer before it goes out."""

from sqlalchemy.orm import Session

from gateway.desk.replying import MAX_RECIPIENTS, Draft
from gateway.rules.access import Actor, Permission, require
from gateway.rules.cautions import Caution, decide_cautions
from gateway.store.queries.customers import names_by_address


def cautions_for(
    db: Session, by: Actor, draft: Draft, *, takes_files_along: bool = False
) -> tuple[Caution, ...]:
    """The questions about this draft; more recipients than an answer may have are not looked at.

    A forward may take files along that are none of the draft's own.
    """
    require(by, Permission.WORK_TICKETS)
    everybody = (*(draft.to or ()), *draft.cc, *draft.bcc)[:MAX_RECIPIENTS]
    return decide_cautions(
        tuple(dict.fromkeys(who.address for who in everybody)),
        draft.text,
        has_files=takes_files_along or bool(draft.files),
        customers=names_by_address(db, by.account_id, everybody),
    )
