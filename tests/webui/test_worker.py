import asyncio
from typing import Any

from gateway.settings import Settings
from gateway.store import session
from webui import worker


def test_a_worker_has_its_database_and_its_pages(settings: Settings) -> None:
    bridge = worker.load(settings)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/healthz",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"host", b"localhost")],
    }
    asyncio.run(bridge(scope, receive, send))
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"ok\n")
    assert session.is_sqlite()
