"""The files of a request: kept, and which of them are pictures of its text."""

from collections.abc import Sequence
from dataclasses import replace

from werkzeug.datastructures import FileStorage

from gateway.desk.replying import DraftFile
from gateway.errors import Invalid
from webui import uploads
from webui.api.inputs import FileIn


def keep(sent: Sequence[FileStorage], told: Sequence[FileIn]) -> tuple[DraftFile, ...]:
    """Make the files durable; those told to be inline are pictures. Invalid for a name that did not come."""
    kept = uploads.keep(sent)
    names = {file.filename for file in kept}
    for place, one in enumerate(told):
        if one.filename not in names:
            raise Invalid("No file with this name was sent.", field=f"files.{place}.filename")
    inline = {one.filename for one in told if one.inline}
    return tuple(replace(file, is_picture=file.filename in inline) for file in kept)
