"""Reading what was sent: JSON, or a form with the JSON in `data` and files in `files`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import FileStorage

from gateway.errors import Invalid
from webui.api import problems

M = TypeVar("M", bound=BaseModel)
F = TypeVar("F", bound=Callable[..., object])
_FORM = "multipart/form-data"
_DESCRIBED = "__takes__"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a view reads as its body, for the description of the API: JSON of a model, or text of a type."""

    model: type[BaseModel] | None
    files: bool = False
    text: str = ""


def takes(model: type[BaseModel], *, files: bool = False) -> Callable[[F], F]:
    """Note for the description that a view reads such a body."""

    def noted(view: F) -> F:
        setattr(view, _DESCRIBED, Taken(model, files))
        return view

    return noted


def takes_text(media: str) -> Callable[[F], F]:
    """Note for the description that a view reads text of this type."""

    def noted(view: F) -> F:
        setattr(view, _DESCRIBED, Taken(None, text=media))
        return view

    return noted


def taken_by(view: object) -> Taken | None:
    """What was noted of a view."""
    found = getattr(view, _DESCRIBED, None)
    return found if isinstance(found, Taken) else None


def read(model: type[M]) -> M:
    """The JSON body; what does not fit is answered with problem details."""
    if not request.is_json:
        abort(problems.of_status(415, "Send application/json."))
    return _parse(model, request.get_data())


def read_text(media: str, most: int) -> bytes:
    """The body as it came; of one that is longer than `most`, what shows it."""
    if request.mimetype != media:
        abort(problems.of_status(415, f"Send {media}."))
    return request.stream.read(most + 1)


def read_with_files(model: type[M]) -> tuple[M, list[FileStorage]]:
    """The JSON body, alone or in a form with files."""
    if request.mimetype != _FORM:
        return read(model), []
    unknown = {*request.form} - {"data"} | {*request.files} - {"files"}
    if unknown:
        raise Invalid("This part is not known.", field=min(unknown))
    if "data" not in request.form:
        raise Invalid("The part with the JSON is missing.", field="data")
    return _parse(model, request.form["data"]), request.files.getlist("files")


def _parse(model: type[M], text: str | bytes) -> M:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        if error.errors(include_url=False)[0]["type"] == "json_invalid":
            abort(problems.of_status(400, "This is not JSON."))
        abort(problems.of_validation_error(error))
