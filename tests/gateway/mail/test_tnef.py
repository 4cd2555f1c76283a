"""winmail.dat, made by hand."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.tnef import MAX_MESSAGES, TnefFile, Unpacked, is_tnef, unpack
from tests.fakes.envelopes import attribute, number, packed_rtf, properties, tnef, variable

STRING, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x102, 0x0D
IS_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def message_properties(*entries: bytes) -> bytes:
    return attribute(1, 0x9003, properties(*entries))


def file(*entries: bytes) -> bytes:
    return attribute(2, 0x9002, b"") + attribute(2, 0x9005, properties(*entries))


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def test_text_and_files_come_out_byte_for_byte() -> None:
    files = {"a.pdf": b"%PDF\0\0\0", "b.txt": b""}
    found = unpack(tnef(text="Grüße", files=files))
    assert (found.text, found.html, found.is_whole) == ("Grüße", "", True)
    assert [(one.filename, one.content) for one in found.files] == list(files.items())


def test_the_code_page_says_how_to_read_names_and_text() -> None:
    codepage = attribute(1, 0x9007, struct.pack("<II", 1251, 0))
    body = attribute(1, 0x800C, "Привет".encode("cp1251") + b"\0")
    assert unpack(tnef(codepage, body)).text == "Привет"


@pytest.mark.parametrize(
    ("codepage", "encoding"),
    [(65001, "utf-8"), (20866, "koi8-r"), (28595, "iso-8859-5"), (1251, "cp1251")],
)
def test_html_is_read_in_the_code_page_of_the_internet(codepage: int, encoding: str) -> None:
    html = variable(BINARY, 0x1013, "<p>Привет</p>".encode(encoding))
    assert unpack(tnef(message_properties(number(0x3FDE, codepage), html))).html == "<p>Привет</p>"


def test_unicode_text_and_html_are_read() -> None:
    found = unpack(
        tnef(
            message_properties(
                variable(UNICODE, 0x1000, utf16("Grüße €")), variable(UNICODE, 0x1013, utf16("<p>€"))
            )
        )
    )
    assert (found.text, found.html) == ("Grüße €", "<p>€")


def test_rtf_counts_where_there_is_nothing_better() -> None:
    rtf = variable(BINARY, 0x1009, packed_rtf(rb"{\rtf1\ansi hello}"))
    assert unpack(tnef(message_properties(rtf))).text == "hello"
    assert unpack(tnef(message_properties(rtf, variable(STRING, 0x1000, b"better\0")))).text == "better"


def test_rtf_that_is_not_read_is_not_forgotten() -> None:
    rtf = tnef(message_properties(variable(BINARY, 0x1009, packed_rtf(rb"{\rtf1\ansi hello}"))))
    assert unpack(rtf, may_read_rtf=False) == Unpacked(is_whole=False)
    assert not unpack(tnef(embedded(b"x", rtf))).is_whole


def test_a_file_is_told_by_its_properties() -> None:
    packed = file(
        variable(UNICODE, 0x3001, utf16("shown")),
        variable(STRING, 0x3704, b"SHORT~1.PDF\0"),
        variable(UNICODE, 0x3707, utf16("Größe des Anhangs.pdf")),
        variable(STRING, 0x370E, b"application/pdf\0"),
        variable(STRING, 0x3712, b"one@x\0"),
        variable(BINARY, 0x3701, b"%PDF\0"),
    )
    assert unpack(tnef(packed)).files == [
        TnefFile("Größe des Anhangs.pdf", "application/pdf", "one@x", b"%PDF\0")
    ]


def test_an_embedded_object_is_a_file_without_its_interface_id() -> None:
    packed = file(variable(STRING, 0x3704, b"x.bmp\0"), variable(OBJECT, 0x3701, b"\x0b" * 16 + b"BM"))
    assert unpack(tnef(packed)).files[0].content == b"BM"


def test_named_and_manifold_and_fixed_properties_are_passed_over() -> None:
    guid = b"\x01" * 16
    by_number = variable(STRING, 0x8001, b"x\0", name=guid + struct.pack("<II", 0, 7))
    by_name = variable(STRING, 0x8002, b"x\0", name=guid + struct.pack("<II", 1, 6) + utf16("ab") + b"\0\0")
    manifold = struct.pack("<HHI", 0x101E, 0x7000, 2) + (struct.pack("<I", 1) + b"a\0\0\0") * 2
    fixed = b"".join(
        struct.pack("<HH", kind, 0x7001) + b"\0" * size
        for kind, size in ((2, 4), (11, 4), (4, 4), (5, 8), (0x40, 8), (0x48, 16))
    )
    data = struct.pack("<I", 10) + by_number + by_name + manifold + fixed + variable(STRING, 0x1000, b"end\0")
    found = unpack(tnef(attribute(1, 0x9003, data)))
    assert (found.text, found.is_whole) == ("end", True)


def embedded(name: bytes, inner: bytes) -> bytes:
    return file(variable(STRING, 0x3001, name + b"\0"), variable(OBJECT, 0x3701, IS_MESSAGE + inner))


def test_a_message_inside_brings_its_text_as_a_file_and_its_files() -> None:
    subject = message_properties(variable(STRING, 0x0037, b"Old mail\0"))
    found = unpack(tnef(embedded(b"x", tnef(subject, text="inner", files={"c.txt": b"c"})), text="outer"))
    assert found.text == "outer"
    assert [(one.filename, one.content) for one in found.files] == [
        ("c.txt", b"c"),
        ("Old mail.txt", b"inner"),
    ]
    html = message_properties(variable(UNICODE, 0x1013, utf16("<p>x")))
    assert [one.filename for one in unpack(tnef(embedded(b"y", tnef(html)))).files] == ["y.html"]


def test_messages_in_messages_are_bounded() -> None:
    packed = tnef(text="deep")
    for _ in range(MAX_MESSAGES + 5):
        packed = tnef(embedded(b"x", packed))
    assert not unpack(packed).is_whole


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no such thing",
        tnef(text="kept")[:-4],
        tnef(attribute(3, 0x800C, b"x")),
        tnef(attribute(1, 0x9003, b"")),
        tnef(attribute(1, 0x9003, properties(struct.pack("<HH", 0x77, 1)))),
        tnef(attribute(1, 0x9003, properties(struct.pack("<HHII", STRING, 1, 1, 99)))),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_kept(packed: bytes) -> None:
    assert not unpack(packed).is_whole


def test_an_envelope_is_known_by_its_first_bytes() -> None:
    assert is_tnef(tnef())
    assert not is_tnef(b"%PDF")


def test_files_before_the_damage_are_kept() -> None:
    assert [one.filename for one in unpack(tnef(files={"a": b"1", "b": b"22"})[:-3]).files] == ["a", "b"]


@pytest.mark.parametrize(
    "packed",
    [
        tnef(attribute(1, 1, b"") * 500_000),
        tnef(attribute(1, 0x9003, struct.pack("<I", 0xFFFFFFFF))),
        tnef(attribute(1, 0x9003, struct.pack("<IHHI", 1, 0x1002, 1, 0xFFFFFFFF) + b"\0" * 1_000_000)),
        tnef(attribute(1, 0x9003, struct.pack("<IHHI", 1, 0x1001, 1, 0xFFFFFFFF))),
    ],
    ids=["attributes", "properties", "values", "values without bytes"],
)
def test_counts_that_lie_cost_nothing(packed: bytes) -> None:
    began = time.process_time()
    unpack(packed)
    assert time.process_time() - began < 1


@given(st.binary(max_size=100), st.integers(0, 300), st.binary(max_size=4))
def test_no_bytes_make_it_raise(raw: bytes, at: int, damage: bytes) -> None:
    unpack(tnef(raw))
    whole = tnef(
        message_properties(number(0x3FDE, 65001), variable(BINARY, 0x1013, b"<p>")),
        text="x",
        files={"a": b"1"},
    )
    unpack(whole[:at] + damage + whole[at + len(damage) :])
