"""Data as it comes over the wire, cut anywhere."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.inbound.dotted import DottedData

_TEXT = st.lists(st.sampled_from([b".", b"..", b"\r\n", b"\r\n.", b"x", b"\xff\0"])).map(b"".join)


def received(wire: bytes, cuts: list[int]) -> tuple[bytes, DottedData]:
    """The content, with the wire cut at these places."""
    data, content, start = DottedData(), b"", 0
    for cut in [*sorted(cut % (len(wire) + 1) for cut in cuts), len(wire)]:
        if data.ended:
            return content, data
        content += data.feed(wire[start:cut])
        start = cut
    return content, data


def dotted(content: bytes) -> bytes:
    """As a client sends it (RFC 5321, 4.5.2)."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


@given(_TEXT.map(lambda text: text + b"\r\n"), st.lists(st.integers(min_value=0), max_size=20))
@example(b".\r\n", [1])
def test_content_comes_out_as_it_went_in(content: bytes, cuts: list[int]) -> None:
    came, data = received(dotted(content), cuts)
    assert (came, data.ended, data.is_malformed, data.rest) == (content, True, False, b"")


def test_empty_content_ends_at_once() -> None:
    assert received(b".\r\n", [1, 2])[0] == b""


def test_what_follows_the_end_is_left_over() -> None:
    came, data = received(b"x\r\n.\r\nQUIT\r\n", [])
    assert (came, data.rest) == (b"x\r\n", b"QUIT\r\n")


@pytest.mark.parametrize(
    "odd", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\rx", b"\r\r\n", b"\n\r\n"]
)
def test_lone_cr_and_lf_are_seen_and_end_nothing(odd: bytes) -> None:
    for cut in range(len(odd) + 2):
        came, data = received(b"x" + odd + b"y\r\n.\r\nz", [cut])
        assert (data.is_malformed, data.rest) == (True, b"z")
        assert came.endswith(b"y\r\n")
