from gateway.mail.address import Address
from gateway.mail.peek import HEAD_BYTES, Glimpse, peek, thread_ids


def test_sender_subject_and_beginning_are_seen() -> None:
    raw = (
        b"Received: x\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nSch\xf6ne\r\n  Welt\r\n"
    )
    assert peek(raw) == Glimpse(Address("Jürgen", "j@x.example"), "Grüße", "Schöne Welt")


def test_without_from_the_sender_field_counts_and_else_nobody() -> None:
    assert peek(b"Sender: s@x.example\n\nx").sender == Address("", "s@x.example")
    assert peek(b"Subject: x\n\nx").sender is None
    assert peek(b"").sender is None


def test_what_would_have_to_be_decoded_is_left_out() -> None:
    assert peek(b"Content-Transfer-Encoding: base64\r\n\r\naGFsbG8=\r\n").snippet == ""
    assert peek(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n").snippet == ""


def test_only_the_head_of_a_long_mail_is_looked_at() -> None:
    raw = b"X-Long: " + b"x" * HEAD_BYTES + b"\r\nFrom: late@x.example\r\n\r\nx"
    assert peek(raw).sender is None


def test_its_own_id_and_those_it_names_are_seen() -> None:
    raw = b"Message-ID: <a@x>\r\nReferences: <b@x>\r\n <c@x>\r\nIn-Reply-To: <c@x> (yours)\r\n\r\n<d@x>"
    assert thread_ids(raw) == ("a@x", ("c@x", "b@x"))
    assert thread_ids(b"") == ("", ())
    assert thread_ids(b"Message-ID: \xff\r\nReferences: \x00\r\n\r\n")[1] == ()
