from gateway.mail.mime import MAX_DEPTH, MAX_PARTS, Part, read_tree


def tree(raw: bytes) -> tuple[Part, list[str]]:
    defects: list[str] = []
    return read_tree(raw, defects), defects


def bodies(raw: bytes) -> list[bytes]:
    return [raw[part.start : part.end] for part in tree(raw)[0].children]


def test_parts_lie_between_the_delimiters() -> None:
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npre\r\n'
    raw += b"--b\r\n\r\none\r\n--b \r\n\r\ntwo\r\n\r\n--b--\r\npost"
    assert bodies(raw) == [b"one", b"two\r\n"]
    assert tree(raw)[1] == []


def test_a_longer_boundary_is_another_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\ntwo --b\n--b--\n"
    assert bodies(raw) == [b"one\n--bb\ntwo --b"]


def test_a_part_that_never_closes_runs_to_the_end() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none"
    assert bodies(raw) == [b"one"]
    assert tree(raw)[1] == ["multipart is not closed"]


def test_an_inner_multipart_that_never_closes_ends_with_the_outer_part() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n"
    part = tree(b"Content-Type: multipart/mixed; boundary=o\n\n--o\n" + inner + b"--o\n\ntwo\n--o--\n")[0]
    assert [child.is_multipart for child in part.children] == [True, False]
    assert len(part.children[0].children) == 1


def test_a_missing_or_wrong_boundary_is_found_in_the_body() -> None:
    for parameter in (b"", b"; boundary=wrong"):
        raw = b"Content-Type: multipart/mixed" + parameter + b"\n\n--real_one\n\ntext\n--real_one--\n"
        assert bodies(raw) == [b"text"]
        assert "boundary is missing or wrong" in tree(raw)[1]


def test_a_multipart_without_parts_is_text() -> None:
    part, defects = tree(b"Content-Type: multipart/mixed; boundary=b\n\nhello")
    assert (part.content_type, part.children) == ("text/plain", [])
    assert "multipart without parts" in defects


def test_parts_after_the_closing_line_are_not_lost() -> None:
    assert (
        len(bodies(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n\n--b\n\ntwo\n--b--\n"))
        == 2
    )


def test_a_digest_holds_mails() -> None:
    part = tree(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n")[0]
    assert part.children[0].content_type == "message/rfc822"


def test_a_type_that_cannot_be_read_is_text_and_named() -> None:
    part, defects = tree(b"Content-Type: nonsense\n\nhello")
    assert part.content_type == "text/plain"
    assert defects == ["content type cannot be read"]
    assert tree(b"Content-Type: html\n\nhello")[0].content_type == "text/html"
    assert tree(b"Content-Type:\n\nhello")[1] == []


def test_levels_are_bounded() -> None:
    raw = b"deep"
    for level in range(MAX_DEPTH * 10):
        raw = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n" % (
            level,
            level,
            raw,
            level,
        )
    assert "parts are nested too deeply" in tree(raw)[1]


def test_parts_are_bounded() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (MAX_PARTS + 10)
    part, defects = tree(raw)
    assert len(part.children) < MAX_PARTS
    assert "too many parts" in defects


def test_the_header_knows_the_first_texts_charset() -> None:
    part = b"--b\nContent-Type: text/plain; charset=koi8-r\n\nx\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + part + b"--b--\n"
    assert tree(raw)[0].headers.charset == "koi8-r"
