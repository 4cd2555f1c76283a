"""Where the API's routes hang, and how they answer."""

from flask import Response, make_response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel

from webui.api import access, problems

PREFIX = "/api/v1"
_PROBLEM = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

blueprint = APIBlueprint(
    "api",
    __name__,
    url_prefix=PREFIX,
    abp_security=[{"token": []}],
    abp_responses={
        401: {"description": "No valid token.", "content": _PROBLEM},
        404: {"description": "No such thing, or another account's.", "content": _PROBLEM},
        422: {"description": "Not acceptable; `errors` says what and where.", "content": _PROBLEM},
    },
)
blueprint.before_request(access.authenticate)

NUMBER = "<int(max=9007199254740991):number>"
"""A ticket's number in a rule; larger ones exist neither here nor in JSON."""


def answer(shape: BaseModel) -> Response:
    """What was asked for."""
    return _json(shape, 200)


def created(shape: BaseModel, path: str) -> Response:
    """What was made, and where it is from now on."""
    response = _json(shape, 201)
    response.headers["Location"] = f"{PREFIX}{path}"
    return response


def gone() -> Response:
    """It is there no more, and there is nothing else to say."""
    return make_response("", 204)


def _json(shape: BaseModel, status: int) -> Response:
    response = make_response(shape.model_dump_json(), status)
    response.headers["Content-Type"] = "application/json"
    return response
