import re
from typing import Any

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def spec(client: FlaskClient) -> Any:
    return client.get("/api/v1/openapi.json").json


def test_it_is_openapi_3_1_and_open_to_read(spec: Any) -> None:
    assert spec["openapi"].startswith("3.1")
    assert spec["info"]["title"] == "manage4all"


def test_the_promised_paths_are_described(spec: Any) -> None:
    paths = {
        "/api/v1/tickets": {"get"},
        "/api/v1/tickets/{number}": {"get", "patch"},
        "/api/v1/tickets/{number}/articles": {"post"},
        "/api/v1/attachments/{id}": {"get"},
        "/api/v1/articles/{id}/raw": {"get"},
        "/api/v1/ledger": {"get"},
        "/api/v1/customers": {"get", "post"},
        "/api/v1/customers/{id}": {"get", "patch", "delete"},
        "/api/v1/customers/{id}/contacts": {"post"},
        "/api/v1/contacts": {"get"},
        "/api/v1/contacts/{id}": {"get", "patch"},
        "/api/v1/contacts/{id}/merge": {"post"},
        "/api/v1/contact-merges/{id}/undo": {"post"},
        "/api/v1/groups": {"get", "post"},
        "/api/v1/groups/{id}": {"get", "patch", "delete"},
        "/api/v1/invitations": {"get", "post"},
        "/api/v1/invitations/{id}": {"get", "patch"},
        "/api/v1/invitations/{id}/resend": {"post"},
        "/api/v1/invitations/{id}/revoke": {"post"},
        "/api/v1/mailboxes": {"get"},
    }
    for path, methods in paths.items():
        assert methods <= spec["paths"][path].keys()


def test_every_reference_leads_somewhere(spec: Any) -> None:
    names = re.findall(r"#/components/schemas/(\w+)", str(spec))
    assert set(names) <= spec["components"]["schemas"].keys()


def test_every_operation_says_who_may_and_what_goes_wrong(spec: Any) -> None:
    for item in spec["paths"].values():
        for operation in item.values():
            assert operation["security"] == [{"token": []}]
            assert {"401", "404", "422"} <= operation["responses"].keys()


def test_bodies_and_keys_of_posts_are_described(spec: Any) -> None:
    post = spec["paths"]["/api/v1/tickets/{number}/articles"]["post"]
    assert set(post["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert "Idempotency-Key" in {parameter["name"] for parameter in post["parameters"]}
    assert set(spec["components"]["schemas"]["ArticleIn"]["required"]) == {"kind", "text"}


def test_numbers_and_ids_are_parameters(spec: Any) -> None:
    for path, item in spec["paths"].items():
        for operation in item.values():
            described = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert described == set(re.findall(r"{(\w+)}", path))
