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
        lost=tuple(token for token in named if token not in {one.token for one in held}),
    )


def files(composer: Composer) -> tuple[DraftFile, ...]:
    """The files to write with; Invalid where one was held for too long."""
    if composer.lost:
        raise Invalid("Files are held for a day only. Please attach again what is missing.", field="held")
    return files_there(composer)


def files_there(composer: Composer) -> tuple[DraftFile, ...]:
    """The files that are still held, without those that are not."""
    return (*map(uploads.as_draft, composer.kept), *(held.file for held in composer.held))
