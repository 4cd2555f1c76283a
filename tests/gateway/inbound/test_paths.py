"""Paths of MAIL FROM and RCPT TO."""

import time

import pytest

from gateway.inbound.paths import NULL_PATH, read_path


@pytest.mark.parametrize(
    ("text", "address", "rest"),
    [
        ("<ann@example.org>", "ann@example.org", ""),
        ("<ann@example.org> SIZE=10 BODY=8BITMIME", "ann@example.org", " SIZE=10 BODY=8BITMIME"),
        ("ann@example.org SIZE=10", "ann@example.org", " SIZE=10"),
        ("<>", NULL_PATH, ""),
        ("<> SIZE=1", NULL_PATH, " SIZE=1"),
        ("<@a.example,@b.example:ann@example.org>", "ann@example.org", ""),
        ('<"ann"@example.org>', "ann@example.org", ""),
        ('<"a b@c\\">"@example.org>', '"a b@c\\">"@example.org', ""),
        ("<ann@[192.0.2.1]>", "ann@[192.0.2.1]", ""),
        ("<postmaster>", "postmaster", ""),
        ("<ärger@müller.example>", "ärger@müller.example", ""),
    ],
)
def test_a_path_is_read(text: str, address: str, rest: str) -> None:
    assert read_path(text) == (address, rest)


@pytest.mark.parametrize(
    "text",
    ["", "<", "<ann@example.org", "<a b@c>", "<a@b@c>", "<a@b>c", '<"a@b>', "<a\udcff@b>", "<a@b> SIZE=²"],
)
def test_what_is_no_path_gives_none(text: str) -> None:
    assert read_path(text)[0] is None


@pytest.mark.parametrize("piece", ["@a:", '"', "\\", "<", "a@", "[", '"\\'])
def test_hostile_paths_cost_linear_time(piece: str) -> None:
    started = time.process_time()
    read_path("<" + piece * 100_000)
    assert time.process_time() - started < 5
