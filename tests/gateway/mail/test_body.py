import pytest

from gateway.mail.body import (
    MAX_COSTLY_BYTES,
    MAX_NAME_CHARS,
    MAX_OPENED_LEVELS,
    Body,
    Segment,
    collect,
    joined_html,
    safe_name,
)
from gateway.mail.mime import read_tree
from tests.fakes.envelopes import enveloped_data, signed_data, tnef


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


def test_a_mail_in_a_mail_without_a_name_is_a_file_with_its_subject_as_title() -> None:
    inner = "Content-Type: message/rfc822\n\nSubject: hello there\n\nbody"
    found = body(multipart("mixed", PLAIN, inner))[0].enclosures[0]
    assert (found.filename, found.title) == ("", "hello there.eml")
    nameless = "Content-Type: message/rfc822\n\nTo: a@x.example\n\nbody"
    assert body(multipart("mixed", PLAIN, nameless))[0].enclosures[0].title == "message.eml"
    named = "Content-Type: message/rfc822; name=x.eml\n\nSubject: hello there\n\nbody"
    found = body(multipart("mixed", PLAIN, named))[0].enclosures[0]
    assert (found.filename, found.title) == ("x.eml", "")


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


SIGNATURE = "Content-Type: application/{}-signature; name=signature\n\nx"


@pytest.mark.parametrize(
    ("protocol", "signature", "kind"),
    [
        ("; protocol=application/pgp-signature", "pgp", "pgp-signed"),
        ("; protocol=application/pkcs7-signature", "pkcs7", "smime-signed"),
        ("", "pgp", "pgp-signed"),
        ("", "x-pkcs7", "smime-signed"),
    ],
)
def test_a_detached_signature_is_named_and_the_text_read(protocol: str, signature: str, kind: str) -> None:
    found, defects = body(multipart("signed", PLAIN, SIGNATURE.format(signature), more=protocol))
    assert (found.protection, found.segments, defects) == (kind, [Segment("plain", None)], [])
    assert [e.filename for e in found.enclosures] == ["signature"]


def test_an_encrypted_mail_is_kept_and_said_so() -> None:
    version = "Content-Type: application/pgp-encrypted\n\nVersion: 1"
    secret = "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----"
    found, defects = body(multipart("encrypted", version, secret))
    assert (found.protection, len(found.enclosures), len(defects)) == ("pgp-encrypted", 2, 1)
    inline, defects = body("Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n")
    assert (inline.protection, len(defects)) == ("pgp-encrypted", 1)
    assert "abc" in (inline.segments[0].plain or "")


def test_encryption_outweighs_the_signature_around_it() -> None:
    secret = multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1")
    assert body(multipart("signed", secret, SIGNATURE.format("pgp")))[0].protection == "pgp-encrypted"
    signed = multipart("signed", PLAIN, SIGNATURE.format("pgp"))
    assert body(multipart("mixed", signed, secret))[0].protection == "pgp-encrypted"


def pkcs7(content: bytes) -> bytes:
    return b"Content-Type: application/pkcs7-mime; name=smime.p7m\n\n" + content


def test_the_mail_inside_a_signed_body_is_read_and_the_body_kept() -> None:
    packed = signed_data(multipart("mixed", PLAIN, FILE).encode())
    found, _ = body(pkcs7(packed))
    assert (found.protection, found.segments) == ("smime-signed", [Segment("plain", None)])
    assert [(e.filename, len(e.content)) for e in found.enclosures] == [
        ("smime.p7m", len(packed)),
        ("a.pdf", 4),
    ]


def test_an_encrypted_body_and_one_of_certificates_alone_stay_closed() -> None:
    found, defects = body(pkcs7(enveloped_data()))
    assert (found.protection, found.segments, len(defects)) == ("smime-encrypted", [], 1)
    found, defects = body(pkcs7(signed_data(None)))
    assert (found.protection, found.segments, len(found.enclosures), defects) == ("", [], 1, [])


def test_envelopes_in_envelopes_are_opened_some_times_and_then_kept() -> None:
    raw = b"\nhello"
    for _ in range(MAX_OPENED_LEVELS + 5):
        raw = pkcs7(signed_data(raw))
    found, _ = body(raw)
    assert len(found.enclosures) == MAX_OPENED_LEVELS + 1


def outlook(content: bytes, said: bytes = b"said") -> bytes:
    head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + said
    part = b"Content-Type: application/ms-tnef; name=winmail.dat\n\n" + content
    return head + b"\n--b\n" + part + b"\n--b--\n"


def test_winmail_dat_gives_way_to_what_is_in_it() -> None:
    packed = tnef(text="from outlook", files={"a.pdf": b"%PDF"})
    found, defects = body(outlook(packed, b""))
    assert (found.segments, defects) == ([Segment("from outlook", None)], [])
    assert [(e.filename, e.content) for e in found.enclosures] == [("a.pdf", b"%PDF")]
    assert body(outlook(packed))[0].segments == [Segment("said", None)]


def test_a_damaged_winmail_dat_is_kept_beside_what_could_be_read() -> None:
    found, defects = body(outlook(tnef(files={"a.pdf": b"%PDF", "b.pdf": b"%PDF-1"})[:-5]))
    assert [e.filename for e in found.enclosures] == ["a.pdf", "b.pdf", "winmail.dat"]
    assert defects == ["winmail.dat could not be unpacked in full"]
    assert [e.filename for e in body(outlook(b"no such thing"))[0].enclosures] == ["winmail.dat"]


def test_an_empty_winmail_dat_is_kept_and_no_defect() -> None:
    found, defects = body(outlook(tnef()))
    assert ([e.filename for e in found.enclosures], defects) == (["winmail.dat"], [])


def test_calendar_parts_are_files_and_never_the_text() -> None:
    calendar = "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"
    found, _ = body(multipart("alternative", PLAIN, HTML, calendar))
    assert found.segments == [Segment("plain", "<p>html</p>")]
    assert found.calendars == [(b"BEGIN:VCALENDAR", "REQUEST")]
    assert [e.content_type for e in found.enclosures] == ["text/calendar"]


def test_clear_signed_text_is_read_without_its_armour() -> None:
    armour = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n-----BEGIN PGP SIGNATURE-----\n\nx\n"
    found, _ = body(f"Subject: x\n\n{armour}-----END PGP SIGNATURE-----\n")
    assert (found.protection, (found.segments[0].plain or "").strip()) == ("pgp-signed", "hello")


def test_a_file_that_stands_in_the_text_is_a_file() -> None:
    found, _ = body("Subject: x\n\nsee\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\n")
    assert [(e.filename, e.content) for e in found.enclosures] == [("a.txt", b"hello")]
    assert found.segments == [Segment("see\n", None)]
    assert body("Subject: x\n\nbegin 644 a.txt\n%:&5L;&\\\nend\n")[0].segments == []


def test_pieces_and_files_elsewhere_are_kept_and_never_acted_on() -> None:
    piece = "Content-Type: message/partial; number=1; total=2; id=x\n\nSubject: y\n\nz"
    elsewhere = "Content-Type: message/external-body; access-type=URL; URL=http://x.example/\n\nx"
    found, defects = body(multipart("mixed", PLAIN, piece, elsewhere))
    assert [e.content_type for e in found.enclosures] == ["message/partial", "message/external-body"]
    assert defects == ["message is a piece of a longer one", "a file lies elsewhere: it was not fetched"]


def test_text_that_costs_too_much_is_shown_as_far_as_it_goes_and_kept_whole() -> None:
    letters = "😀 abcdefg\n".encode() * (MAX_COSTLY_BYTES // 10)
    found, defects = body(b"Content-Type: text/plain; charset=utf-8\n\n" + letters)
    assert [e.content for e in found.enclosures] == [letters]
    assert MAX_COSTLY_BYTES // 2 < len((found.segments[0].plain or "").encode()) <= MAX_COSTLY_BYTES
    assert len(defects) == 1
    plain = b"abcdefghi\n" * (MAX_COSTLY_BYTES // 9)
    found, defects = body(b"Content-Type: text/plain\n\n" + plain)
    assert (found.enclosures, defects) == ([], [])
    assert len(found.segments[0].plain or "") == len(plain)


def test_signed_mails_in_deep_multiparts_do_not_exhaust_the_stack() -> None:
    raw = b"\nhello"
    for n in range(10):
        names = [b"b%dx%dz" % (n, level) for level in range(95)]
        opened = b"".join(
            b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (name, name) for name in names
        )
        raw = opened + pkcs7(signed_data(raw))
    _, defects = body(raw)
    assert "signed mails are nested too deeply: the inner one is a file" in defects
