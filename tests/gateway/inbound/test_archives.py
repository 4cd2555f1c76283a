"""Messages in mbox files and maildirs."""

import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.inbound.archives import maildir_messages, mbox_messages
from gateway.inbound.limits import BLOCK_BYTES

SEPARATOR = b"From ann@example.org Mon Mar  2 12:00:00 2026\n"


def messages(mbox: bytes) -> list[bytes]:
    return [b"".join(blocks) for blocks in mbox_messages(io.BytesIO(mbox))]


def test_messages_are_told_apart_and_their_bytes_kept() -> None:
    one, two = b"Subject: 1\n\na\n\n\nb\n", b"Subject: 2\r\n\r\n\xff\0\r\n"
    assert messages(SEPARATOR + one + b"\n" + SEPARATOR + two + b"\n") == [one, two]


def test_from_in_the_text_separates_only_behind_an_empty_line() -> None:
    text = b"Subject: 1\n\nWe write\nFrom here on\n"
    assert messages(SEPARATOR + text + b"\n" + SEPARATOR + b"x\n") == [text, b"x\n"]


def test_escaped_from_loses_one_mark() -> None:
    assert messages(SEPARATOR + b"\n>From me\n>>From you\n> From\n") == [b"\nFrom me\n>From you\n> From\n"]


def test_a_message_that_was_not_read_is_passed_over() -> None:
    found = mbox_messages(io.BytesIO((SEPARATOR + b"x\n\n") * 3))
    assert len([None for _ in found]) == 3


def test_a_file_without_separator_is_one_message_and_an_empty_file_none() -> None:
    assert messages(b"Subject: x\n\ny") == [b"Subject: x\n\ny"]
    assert messages(b"") == []
    assert messages(b"\n\n") == []


def test_a_line_longer_than_a_block_is_kept_whole() -> None:
    line = b"xFrom " * BLOCK_BYTES
    told: list[int] = []
    mbox = SEPARATOR + b"\n" + line + b"\n"
    [blocks] = [list(message) for message in mbox_messages(io.BytesIO(mbox), told.append)]
    assert b"".join(blocks) == b"\n" + line + b"\n"
    assert max(map(len, blocks)) <= BLOCK_BYTES
    assert sum(told) == len(mbox)


def mboxrd(message: bytes) -> bytes:
    lines = message.split(b"\n")
    return b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)


_LINES = st.lists(st.sampled_from([b"", b"x", b"From x", b">From x", b">>From x", b"\xff", b"> From"]))


@given(st.lists(_LINES.map(lambda lines: b"".join(line + b"\n" for line in [b"A: b", *lines]))))
def test_what_was_written_as_mboxrd_comes_back(written: list[bytes]) -> None:
    assert messages(b"".join(SEPARATOR + mboxrd(message) + b"\n" for message in written)) == written


def test_a_maildir_gives_new_and_seen_messages_in_order(tmp_path: Path) -> None:
    for name in ("new/2.host", "cur/1.host:2,S", "cur/.hidden", "tmp/0.host"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in maildir_messages(tmp_path)] == ["1.host:2,S", "2.host"]
