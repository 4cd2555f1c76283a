from gateway.cli.parts import Stage
from gateway.settings import Settings
from workers.parts import parts


def test_the_queue_server_is_the_last_to_stop(settings: Settings) -> None:
    assert [part.name for part in parts(settings) if part.stage is Stage.QUEUE] == ["queue"]


def test_the_operators_own_queue_server_is_not_started(settings: Settings) -> None:
    own = settings.with_values(redis_url="redis://127.0.0.1:1/0")
    assert "queue" not in [part.name for part in parts(own)]


def test_there_are_as_many_workers_as_the_operator_wants(settings: Settings) -> None:
    counts = {part.name: part.count for part in parts(settings.with_values(file_workers=5))}
    assert counts["worker-file"] == 5
    assert counts["scheduler"] == 1


def test_whoever_delivers_sends_the_last_mail_as_well(settings: Settings) -> None:
    (part,) = (part for part in parts(settings) if part.name == "worker-deliver")
    assert part.argv == ("worker", "--queue", "deliver", "--queue", "certify")


def test_whoever_files_mail_looks_after_its_files_when_no_mail_waits(settings: Settings) -> None:
    (part,) = (part for part in parts(settings) if part.name == "worker-file")
    assert part.argv == (
        "worker",
        "--queue",
        "file",
        "--queue",
        "scan",
        "--queue",
        "preview",
        "--queue",
        "guests",
        "--queue",
        "act",
        "--queue",
        "due",
        "--queue",
        "report",
        "--queue",
        "export",
        "--queue",
        "erase",
        "--queue",
        "wipe",
    )
