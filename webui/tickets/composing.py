"""The files of the composer: of an earlier message, of an earlier try, and new ones."""

from dataclasses import replace

from flask import request

from gateway.desk.replying import MAX_FILES, DraftFile
from gateway.errors import Invalid
from webui import heldfiles, uploads
from webui.tickets.forms import Composer


def with_files(composer: Composer) -> Composer:
    """The composer with all files that go along, the new ones held for the next try."""
    named = request.form.getlist("held")[:MAX_FILES]
    held = heldfiles.redeem(named)
    new = uploads.keep(request.files.getlist("files"), request.files.getlist("pictures"))
    return replace(
        composer,
        kept=uploads.carry(request.form.getlist("kept")[:MAX_FILES]),
        held=(*held, *map(heldfiles.hold, new)),
        has_lost=len(held) < len(named),
    )


def files(composer: Composer) -> tuple[DraftFile, ...]:
    """The files to write with; Invalid where one was held for too long."""
    if composer.has_lost:
        raise Invalid("Files are held for a day only. Please attach again what is missing.", field="held")
    return (*map(uploads.as_draft, composer.kept), *(held.file for held in composer.held))
