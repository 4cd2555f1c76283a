"""The two texts of a reply."""

from datetime import UTC, datetime, timedelta, timezone

from gateway.i18n import current_locale
from gateway.mail.render import MAX_QUOTED_CHARS, Quoted, reply_bodies

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
