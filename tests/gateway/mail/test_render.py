"""The two texts of a reply."""

from datetime import UTC, datetime, timedelta, timezone

from gateway.i18n import current_locale
from gateway.mail.address import Address
from gateway.mail.render import MAX_QUOTED_CHARS, Bodies, Forwarded, Quoted, forward_bodies, reply_bodies

MORNING = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


def quoted(text: str, *, author: str = "Ann Doe", date: datetime = MORNING) -> Quoted:
    return Quoted(author, date, text)


def text_of(text: str, *, signature: str = "", old: Quoted | None = None) -> str:
    return reply_bodies(text, signature=signature, quoted=old, locale="en").text


def html_of(text: str, *, signature: str = "", old: Quoted | None = None) -> str:
    return reply_bodies(text, signature=signature, quoted=old, locale="en").html


def test_the_text_is_what_was_written_then_signature_then_quote() -> None:
    assert text_of("Hello  \r\n\r\nBye\n\n", signature="Desk\n+49 1", old=quoted("Hi\n\n> old\n")) == (
        "Hello\n\nBye\n\n-- \nDesk\n+49 1\n\n"
        "On March 1, 2026 at 9:05\N{NARROW NO-BREAK SPACE}AM UTC, Ann Doe wrote:\n> Hi\n>\n>> old\n"
    )


def test_a_reply_alone_is_a_reply_alone() -> None:
    assert text_of("Hello") == "Hello\n"
    html = html_of("Hello")
    assert ">Hello</p>" in html
    assert "-- <br>" not in html
    assert "blockquote" not in html


def test_an_empty_message_is_not_quoted() -> None:
    assert "wrote" not in text_of("Hello", old=quoted(" \n"))


def test_the_html_is_made_from_the_text_as_markdown() -> None:
    html = html_of("**Bold**\nsecond line\n\n- one\n- two\n\n| a |\n|---|\n| b |\n")
    for piece in ("<strong>Bold</strong><br>", ">one</li>", ">b</td>"):
        assert piece in html


def test_a_line_over_dashes_stays_a_line() -> None:
    assert "<h2>" not in html_of("Kind regards\n---")


def test_the_html_runs_and_loads_nothing() -> None:
    evil = '<script>x</script> ![p](https://evil.example/p.png) <img src="https://evil.example/q">'
    link = "[l](javascript:alert(1))"
    html = html_of(f"{evil} {link}", signature=evil, old=quoted(evil, author=evil)).lower()
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_a_quotes_lines_and_blanks_stand_without_pre_wrap() -> None:
    html = html_of("x", old=quoted("a < b\n  two   three\n\tfour"))
    nbsp = "\N{NO-BREAK SPACE}"
    assert f"a &lt; b<br>\n {nbsp}two {nbsp} three<br>\n {nbsp} {nbsp}four" in html
    assert "pre-wrap" not in html


def test_looks_stand_in_the_elements_and_nothing_has_a_class() -> None:
    html = html_of("# T\n\n> q\n\n- a\n\n`c`", signature="Desk", old=quoted("y"))
    assert " class=" not in html
    assert "<style" not in html
    for tag in ("h1", "blockquote", "ul", "li", "code", "p"):
        assert f'<{tag} style="' in html


def test_dollar_braces_and_template_marks_are_only_text() -> None:
    assert text_of("{{ 7*7 }} %(x)s", old=quoted("{% if %}", author="%s {{a}}")).startswith("{{ 7*7 }} %(x)s")


def test_the_line_above_the_quote_keeps_the_writers_clock() -> None:
    date = MORNING.astimezone(timezone(timedelta(hours=2)))
    assert "at 11:05\N{NARROW NO-BREAK SPACE}AM +0200, Ann Doe wrote:" in text_of(
        "x", old=quoted("y", date=date)
    )


def test_an_author_is_kept_to_one_line() -> None:
    assert "Ann Doe wrote:" in text_of("x", old=quoted("y", author="Ann\r\n  Doe"))


def test_the_mailboxs_language_dates_the_quote_and_marks_the_html() -> None:
    bodies = reply_bodies("x", signature="", quoted=quoted("y"), locale="de")
    assert "1. März 2026" in bodies.text
    assert '<html lang="de">' in bodies.html
    assert current_locale() == "en"


def test_an_endless_quote_is_cut_at_a_line() -> None:
    text = text_of("x", old=quoted("line\n" * MAX_QUOTED_CHARS))
    assert len(text) < 2 * MAX_QUOTED_CHARS
    assert text.endswith("> line\n> […]\n")
    assert text_of("x", old=quoted("y" * (MAX_QUOTED_CHARS + 1))).endswith("y\n> […]\n")


def test_a_picture_is_named_in_the_text_in_the_mailboxs_language() -> None:
    pictures = {"a.png": "1@x"}
    bodies = reply_bodies("![a.png]", signature="", quoted=None, locale="de", pictures=pictures)
    assert bodies.text == "[Bild: a.png]\n"
    assert '<img src="cid:1@x" alt="a.png"' in bodies.html


def forwarded(text: str = "It smokes.", html: str | None = None, *, subject: str = "Printer") -> Forwarded:
    people = [Address("", "help@ours.example"), Address("Bob", "bob@acme.example")]
    return Forwarded(Address("Ann Doe", "ann@acme.example"), MORNING, subject, people, [], text, html)


def forward(
    text: str = "", *, what: Forwarded | None = None, locale: str = "en", signature: str = ""
) -> Bodies:
    return forward_bodies(text, signature=signature, forwarded=what or forwarded(), locale=locale)


def test_a_forward_is_what_was_written_then_signature_then_the_whole_message() -> None:
    assert forward("Please look.\n", signature="Desk", what=forwarded("Hi\n\n> old\n")).text == (
        "Please look.\n\n-- \nDesk\n\n---------- Forwarded message ----------\n"
        "From: Ann Doe <ann@acme.example>\n"
        "Date: March 1, 2026, 9:05\N{NARROW NO-BREAK SPACE}AM UTC\nSubject: Printer\n"
        "To: <help@ours.example>, Bob <bob@acme.example>\n\nHi\n\n> old\n"
    )


def test_a_forward_without_a_word_begins_with_the_message() -> None:
    assert forward().text.startswith(
        "---------- Forwarded message ----------\nFrom: Ann Doe <ann@acme.example>\n"
    )


def test_a_forward_speaks_the_mailboxs_language() -> None:
    found = forward(locale="de")
    head = ["Weitergeleitete Nachricht", "Von", "Datum", "Betreff", "An"]
    assert [word for word in head if word in found.text and word in found.html] == head
    assert 'lang="de"' in found.html


def test_a_forwards_html_keeps_the_messages_looks_and_its_own_pictures() -> None:
    remote = '<img data-remote-src="https://x.example/a" alt="Logo">'
    rich = f'<p style="color:red">Red <img src="cid:a@x"></p>{remote}'
    html = forward(what=forwarded("Red", rich)).html
    assert '<p style="color:red">Red <img src="cid:a@x"></p><img alt="Logo">' in html
    assert "<b>From:</b> Ann Doe &lt;ann@acme.example&gt;<br>" in html


def test_a_forwards_html_runs_and_loads_nothing() -> None:
    evil = '<script>x</script><img src="https://evil.example/q"><a href="javascript:alert(1)">l</a>'
    for what in (forwarded(evil, evil), forwarded(evil, None, subject=evil)):
        html = forward(evil, what=what).html.lower()
        assert "<script" not in html
        assert "<img src" not in html
        assert '<a href="javascript' not in html


def test_a_message_without_html_is_forwarded_as_it_stands() -> None:
    assert "1 &lt; 2<br>\nx \N{NO-BREAK SPACE}y" in forward(what=forwarded("1 < 2\nx  y")).html


def test_a_forward_is_never_cut() -> None:
    assert forward(what=forwarded("x" * (MAX_QUOTED_CHARS + 1))).text.endswith(
        "x" * (MAX_QUOTED_CHARS + 1) + "\n"
    )


def test_a_forwards_head_is_one_line_each() -> None:
    assert "Subject: a b\n" in forward(what=forwarded(subject="a\r\n b")).text
