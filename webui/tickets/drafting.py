"""What is kept of an answer while it is written, and what colleagues see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import drafts, tickets
from gateway.desk.drafts import Superseded
from gateway.desk.replying import DraftFile
from gateway.i18n import _
from gateway.store.blobs import KeptBlob
from gateway.store.drafts import Drafted, DraftedFile, DraftView
from gateway.store.session import reading, transaction
from webui import heldfiles, pages
from webui.office import office
from webui.sessions import actor, current, signed_in
from webui.tickets import composing, forms
from webui.wording import Moment, moment

blueprint = Blueprint("drafting", __name__)

_TICKET = "/t/<int(max=999999999):number>"


@dataclass(frozen=True, slots=True)
class OthersDraft:
    """A colleague's draft, every word ready."""

    label: str
    at: Moment
    people: str
    text: str
    files: str


@blueprint.post(f"{_TICKET}/draft")
@signed_in
def save(number: int) -> ResponseReturnValue:
    """Keep what is written so far; new files are held for the form, in the order in which they came.

    What was held for too long is `lost`, by its words: the rest is kept without it.
    """
    composer = composing.with_files(forms.read(request.form))
    now, held = office().clock.now(), [one.token for one in composer.held]
    try:
        with transaction() as db:
            wanted = drafted(composer)
            version = drafts.save(db, actor(), number, wanted, version=composer.version, now=now)
    except Superseded as other:
        return jsonify(version=other.version, held=held, lost=composer.lost), other.http
    return jsonify(version=version, held=held, lost=composer.lost)


@blueprint.post(f"{_TICKET}/draft/discard")
@signed_in
def discard(number: int) -> ResponseReturnValue:
    """Forget what is written."""
    with transaction() as db:
        drafts.discard(db, actor(), number, forms.read(request.form).forward)
    return redirect(f"/t/{number}#composer", 303)


@blueprint.get(f"{_TICKET}/drafts")
@signed_in
def show(number: int) -> ResponseReturnValue:
    """What colleagues are about to write."""
    by = actor()
    with reading() as db:
        found = drafts.list_drafts(db, by, number)
        names = tickets.names_of(db, by.account_id)
    told = others(found, current().login, names, now=office().clock.now())
    return pages.render("web/tickets/drafts.html", others_drafts=told)


def drafted(composer: forms.Composer) -> Drafted:
    """The composer as it is kept, with those of its files that are there."""
    kept = (
        DraftedFile(file.filename, file.content_type, file.blob.sha256, file.blob.size_bytes, file.is_picture)
        for file in composing.files_there(composer)
    )
    return Drafted(
        composer.kind,
        composer.text.replace("\0", ""),
        composer.to,
        composer.cc,
        composer.bcc,
        composer.forward,
        composer.is_shared,
        tuple(kept),
    )


def own(found: Sequence[DraftView], login: str) -> Mapping[str, forms.OwnDraft]:
    """One's own drafts by the message that they forward, "" for none."""
    return {view.drafted.forward_of: _own(view) for view in found if view.author == login}


def _own(view: DraftView) -> forms.OwnDraft:
    files, blobs = view.drafted.files, office().blobs
    there = [file for file in files if blobs.has(file.sha256)]
    lost = tuple(file.filename for file in files if file not in there)
    return forms.OwnDraft(view.drafted, tuple(map(_held, there)), view.version, view.saved_at, lost)


def others(
    found: Sequence[DraftView], login: str, names: Mapping[str, str], *, now: datetime
) -> tuple[OthersDraft, ...]:
    """What others have written so far; `names` are by login."""
    return tuple(
        OthersDraft(
            _label(view, names.get(view.author, view.author)),
            moment(view.saved_at, now),
            "" if view.drafted.kind == "note" else view.drafted.to,
            view.drafted.text,
            ", ".join(file.filename for file in view.drafted.files),
        )
        for view in found
        if view.author != login
    )


def _label(view: DraftView, name: str) -> str:
    if view.drafted.kind == "note":
        return _("Draft of a note by %(name)s") % {"name": name}
    return _("Draft by %(name)s") % {"name": name}


def _held(file: DraftedFile) -> heldfiles.Held:
    blob = KeptBlob(file.sha256, file.size_bytes)
    return heldfiles.hold(DraftFile(file.filename, file.content_type, blob, file.is_picture))
