import pytest

from gateway.mail.body import MAX_NAME_CHARS, Body, Segment, collect, joined_html, safe_name
from gateway.mail.mime import read_tree


def body(raw: str | bytes) -> tuple[Body, list[str]]:
    octets = raw.encode() if isinstance(raw, str) else raw
    defects: list[str] = []
    return collect(read_tree(octets, defects), defects), defects


def multipart(kind: str, *parts: str, more: str = "") -> str:
    inner = "".join(f"--{kind}x\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={kind}x{more}\n\n{inner}--{kind}x--\n"


PLAIN = "Content-Type: text/plain\n\nplain"
HTML = "Content-Type: text/html\n\n<p>html</p>"
IMAGE = "Content-Type: image/png\nContent-ID: <one@x>\nContent-Transfer-Encoding: base64\n\naGVsbG8="
FILE = "Content-Type: application/pdf; name=a.pdf\n\n%PDF"


def test_of_alternatives_the_plain_text_and_the_html_are_taken() -> None:
    assert body(multipart("alternative", PLAIN, HTML))[0].segments == [Segment("plain", "<p>html</p>")]


def test_of_one_alternative_that_is_taken() -> None:
    assert body(multipart("alternative", HTML))[0].segments == [Segment(None, "<p>html</p>")]
    assert body(multipart("alternative", PLAIN, PLAIN.replace("plain\n", "x\n")))[0].segments == [
        Segment("plain", None)
    ]
    assert body(multipart("alternative", HTML, HTML))[0].segments == [Segment(None, "<p>html</p>")]
    assert body(multipart("alternative", FILE))[0].segments == []


def test_an_empty_plain_alternative_counts_for_nothing() -> None:
    assert (
        body(multipart("alternative", "Content-Type: text/plain\n\n \n", HTML))[0].segments[0].plain is None
    )


def test_texts_one_after_the_other_are_all_there() -> None:
    found = body(multipart("mixed", PLAIN, FILE, PLAIN))[0]
    assert [s.plain for s in found.segments] == ["plain", "plain"]
    assert [e.filename for e in found.enclosures] == ["a.pdf"]


def test_pictures_of_the_text_are_enclosed() -> None:
    found = body(multipart("related", HTML, IMAGE))[0]
    assert found.segments == [Segment(None, "<p>html</p>")]
    assert [(e.content_id, e.content) for e in found.enclosures] == [("one@x", b"hello")]


def test_the_start_parameter_names_the_root() -> None:
    root = "Content-Type: text/html\nContent-ID: <root>\n\n<p>root</p>"
    found = body(multipart("related", IMAGE, root, more='; start="<root>"'))[0]
    assert found.segments == [Segment(None, "<p>root</p>")]


def test_other_texts_beside_the_root_are_files() -> None:
    assert len(body(multipart("related", HTML, HTML))[0].enclosures) == 1


def test_named_texts_are_files_unless_they_are_the_mail_or_lead_it() -> None:
    named = "Content-Type: text/plain; name=a.txt\n\nfile"
    assert [e.filename for e in body(multipart("mixed", PLAIN, named))[0].enclosures] == ["a.txt"]
    assert body(multipart("mixed", named, FILE))[0].segments == [Segment("file", None)]
    assert body(named)[0].segments == [Segment("file", None)]
    attached = "Content-Disposition: attachment; filename=a.txt\n\nfile"
    assert body(attached)[0].segments == []
    assert (
        body(multipart("mixed", PLAIN, "Content-Disposition: attachment\n\nfile"))[0].enclosures[0].content
        == b"file"
    )
    assert body("Content-Disposition: attachment\n\nonly text")[0].segments == [Segment("only text", None)]


def test_the_same_words_for_other_programs_are_left_out() -> None:
    amp = "Content-Type: text/x-amp-html\n\n<p>amp</p>"
    found = body(multipart("alternative", PLAIN, amp, HTML))[0]
    assert (len(found.segments), found.enclosures) == (1, [])


def test_a_mail_in_a_mail_is_a_file_named_after_its_subject() -> None:
    inner = "Content-Type: message/rfc822\n\nSubject: hello there\n\nbody"
    assert body(multipart("mixed", PLAIN, inner))[0].enclosures[0].filename == "hello there.eml"
    nameless = "Content-Type: message/rfc822\n\nTo: a@x.example\n\nbody"
    assert body(multipart("mixed", PLAIN, nameless))[0].enclosures[0].filename == "message.eml"


def test_reports_and_returned_headers_are_put_aside_too() -> None:
    report = "Content-Type: message/delivery-status\n\nAction: failed"
    returned = "Content-Type: text/rfc822-headers\n\nTo: a@x.example"
    found = body(multipart("report", PLAIN, report, returned))[0]
    assert (found.reports, found.returned) == ([b"Action: failed"], [b"To: a@x.example"])


def test_names_come_from_the_id_or_the_location_where_there_is_no_other() -> None:
    image = "Content-Type: image/png\nContent-ID: <image001.png@01D.02>\n\nx"
    located = "Content-Type: image/png\nContent-Location: https://x.example/a/logo.gif?x=1\n\nx"
    nameless = "Content-Type: image/png\nContent-Location: nothing\n\nx"
    found = body(multipart("mixed", PLAIN, image, located, nameless))[0]
    assert [e.filename for e in found.enclosures] == ["image001.png", "logo.gif", ""]


def test_html_that_calls_itself_plain_is_html() -> None:
    assert body("Content-Type: text/plain\n\n <!DOCTYPE html><p>x</p>")[0].segments[0].html is not None


def test_a_charset_may_stand_in_the_html_alone() -> None:
    raw = '<meta charset="koi8-r"><p>Привет</p>'.encode("koi8-r")
    assert "Привет" in (body(b"Content-Type: text/html\n\n" + raw)[0].segments[0].html or "")


def test_enriched_text_loses_its_marks() -> None:
    words = "<bold>one</bold>\ntwo <<three>\n\nfour <color><param>red</param>five</color>"
    raw = f"Content-Type: text/enriched\n\n{words}"
    assert body(raw)[0].segments[0].plain == "one two <three>\nfour five"


def test_a_wrong_charset_is_a_defect() -> None:
    assert body("Content-Type: text/plain; charset=us-ascii\n\nGrüße")[1]


def test_html_and_text_join_to_html() -> None:
    assert joined_html([Segment("a<b", None), Segment("x", "<p>x</p>")]) == "<div>a&lt;b</div>\n<p>x</p>"
    assert joined_html([Segment("a", None)]) is None
    assert joined_html([]) is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("", ""),
        ("a.txt", "a.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.exe", "x.exe"),
        ("a\r\nb\0.txt", "a b .txt"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        (".hidden", "hidden"),
        ("folder/", "folder_"),
        ("...", ""),
        ("x" * 500 + ".pdf", "x" * (MAX_NAME_CHARS - 11) + ".pdf"),
        ("x" * 500, "x" * MAX_NAME_CHARS),
    ],
)
def test_names_are_safe_to_keep_and_show(name: str, safe: str) -> None:
    assert safe_name(name) == safe
