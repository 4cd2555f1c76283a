import json
from pathlib import Path

import pytest

from gateway.mail.body import Segment
from gateway.mail.shown import Shown, show

# The HTML of one program each, cut to what tells its quotes.
PROGRAMS: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parent / "quoting_programs.json").read_text("utf-8")
)


def shown(*segments: Segment) -> tuple[Shown, list[str]]:
    defects: list[str] = []
    return show(segments, defects), defects


def test_nothing_shows_nothing() -> None:
    assert shown() == (Shown(None, "", ""), [])


def test_plain_text_has_no_html() -> None:
    assert shown(Segment("\n \nhello\n", None))[0] == Shown(None, "hello", "hello")


def test_plain_text_wins_over_the_html_beside_it() -> None:
    found = shown(Segment("plain", "<p onclick=x>html</p>"))[0]
    assert (found.html, found.text) == ("<p>html</p>", "plain")


def test_html_alone_gives_its_text_and_its_quotes_are_history() -> None:
    html = "<p>Yes.</p><p>On 3 May 2024 Ann &lt;a@x.example&gt; wrote:</p><blockquote>Is it?</blockquote>"
    found = shown(Segment(None, html))[0]
    assert found.reply_text == "Yes."
    assert "Is it?" in found.text
    assert ">" not in found.text.replace("<a@x.example>", "")


def test_an_answer_in_html_between_quotes_keeps_its_question_set_in() -> None:
    html = (
        '<div class="gmail_attr">On Mon, Jun 3, 2024 Ann &lt;a@x.example&gt; wrote:</div>'
        "<blockquote>on?</blockquote><p>Yes.</p><blockquote>paper?</blockquote><p>No.</p>"
    )
    found = shown(Segment(None, html))[0].reply_text.split("\n")
    assert [line for line in found if line][1:] == ["  on?", "Yes.", "  paper?", "No."]


def test_marks_of_structure_are_ours_alone() -> None:
    found = shown(Segment("\ufdd3all of this is new", None))[0]
    assert found == Shown(None, "all of this is new", "all of this is new")


def test_a_forward_by_its_subject_is_no_quote() -> None:
    segment = Segment("see\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nbroken", None)
    assert show([segment], []).reply_text == "see"
    assert show([segment], [], hands_on=True).reply_text.endswith("broken")


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_html_of_all_programs_gives_the_new_text(name: str) -> None:
    mail = PROGRAMS[name]
    assert shown(Segment(None, mail["html"]))[0].reply_text == mail["reply"]


def test_plain_text_between_html_is_shown_as_html_too() -> None:
    found = shown(Segment("a < b", None), Segment(None, "<p>c</p>"))[0]
    assert found.html == "<div>a &lt; b</div>\n<p>c</p>"
    assert found.text == "a < b\nc"


@pytest.mark.parametrize("opening", ["<title>", "<style>", "<script>", "<svg><title>"])
def test_an_element_that_never_closes_hides_nothing(opening: str) -> None:
    found, defects = shown(Segment(None, f"{opening}the printer is broken"))
    assert "the printer is broken" in found.text
    assert "the printer is broken" in (found.html or "")
    assert defects == ["HTML hides its text"]


def test_a_picture_alone_has_no_text() -> None:
    assert shown(Segment(None, '<style>p{}</style><img src="cid:a">'))[0].text == ""


def test_html_beyond_the_limits_is_named() -> None:
    found, defects = shown(Segment(None, "<div>" * 5_000 + "kept"))
    assert "kept" in found.text
    assert defects == ["HTML is too large or too deep to be shown"]
