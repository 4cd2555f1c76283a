"""The description of the API (OpenAPI 3.1), from the models that check its input and shape its output."""

from functools import cache
from typing import Any

from flask import Response, jsonify
from flask_openapi3.models.info import Info
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.utils import parse_rule
from pydantic.json_schema import models_json_schema

from webui.api import bodies, repeating
from webui.api.bodies import Taken

INFO = Info(title="manage4all", version="1")
SECURITY: dict[str, SecurityScheme | dict[str, Any]] = {"token": {"type": "http", "scheme": "bearer"}}
PATH = "/api/v1/openapi.json"
_REF = "#/components/schemas/{model}"
_KEY = {
    "name": repeating.HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same request again within 24 hours makes nothing new.",
}


def install(app: OpenAPI) -> None:
    """Serve the description; it is public, as it says nothing that the product's source does not."""

    @cache
    def described() -> dict[str, Any]:
        return _with_bodies(app)

    @app.route(PATH, endpoint="openapi")
    def openapi() -> Response:
        return jsonify(described())


def _with_bodies(app: OpenAPI) -> dict[str, Any]:
    """The framework's description, with the bodies that views read themselves."""
    spec = app.api_doc
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        path = spec["paths"].get(parse_rule(rule.rule), {})
        for method in {"post", "patch"} & path.keys() & {name.lower() for name in rule.methods or ()}:
            _describe(path[method], bodies.taken_by(view), method)
    noted = [t for view in app.view_functions.values() if (t := bodies.taken_by(view))]
    taken = [one.model for one in noted if one.model is not None]
    _, schemas = models_json_schema([(model, "validation") for model in taken], ref_template=_REF)
    spec["components"]["schemas"].update(schemas["$defs"])
    return spec


def _describe(operation: dict[str, Any], taken: Taken | None, method: str) -> None:
    if method == "post":
        operation.setdefault("parameters", []).append(_KEY)
    if taken is None:
        return
    if taken.model is None:
        operation["requestBody"] = {"required": True, "content": {taken.text: {"schema": {"type": "string"}}}}
        return
    schema = {"$ref": _REF.format(model=taken.model.__name__)}
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if taken.files:
        files = {"type": "array", "items": {"type": "string", "format": "binary"}}
        properties = {"data": schema, "files": files}
        form = {"type": "object", "properties": properties, "required": ["data"]}
        content["multipart/form-data"] = {
            "schema": form,
            "encoding": {"data": {"contentType": "application/json"}},
        }
    operation["requestBody"] = {"required": True, "content": content}
