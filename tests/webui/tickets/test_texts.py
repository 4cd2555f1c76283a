"""A message's text for the page."""

from dataclasses import replace

from gateway.store.queries.articles import AttachmentView
from webui.tickets.texts import MAX_SHOWN_CHARS, linked, split, written


def test_markup_in_a_text_is_shown_as_it_was_written() -> None:
    assert linked("<b>&amp; 'x'") == "&lt;b&gt;&amp;amp; &#39;x&#39;"


def test_a_web_address_becomes_a_link_without_its_full_stop() -> None:
    shown = linked("See https://example.org/a?b=1&c=2.")
    assert 'href="https://example.org/a?b=1&amp;c=2"' in shown
    assert shown.endswith("</a>.")
    assert 'rel="noopener noreferrer nofollow"' in shown


def test_an_address_cannot_leave_its_attribute() -> None:
    assert linked('https://example.org/"onmouseover="x').count("<a ") == 1
    assert '"onmouseover' not in linked('https://example.org/"onmouseover="x').replace("&#34;", "")


def test_other_schemes_are_no_links() -> None:
    assert "<a" not in linked("javascript:alert(1) data:text/html,x")


def test_quoted_text_is_folded_and_counted() -> None:
    text = split("Thanks!\n\nOn Monday you wrote:\n> a\n> b\n", "Thanks!")
    assert text.new == "Thanks!"
    assert text.quoted == "On Monday you wrote:\n&gt; a\n&gt; b"
    assert text.quoted_label == "Show quoted text (3 lines)"


def test_an_answer_below_its_quote_keeps_the_whole_message_at_hand() -> None:
    text = split("> Question?\nAnswer.", "Answer.")
    assert text.quoted == "&gt; Question?\nAnswer."
    assert text.quoted_label == "Show whole message (2 lines)"


def test_without_a_quote_nothing_is_folded() -> None:
    assert split("Hello\n", "Hello").quoted == ""
    assert split("Hello\n", "").new == "Hello"


def test_an_empty_message_says_so() -> None:
    assert "(no text)" in split(" \n", "").new


def test_a_hostile_length_is_cut_with_a_word() -> None:
    shown = linked("x" * (MAX_SHOWN_CHARS + 1))
    assert "Shortened here" in shown
    assert len(shown) < MAX_SHOWN_CHARS + 200


def test_what_staff_wrote_is_shown_as_its_mail_shows_it() -> None:
    assert written("**Hi** <b>x</b>", {}) == "<p><strong>Hi</strong> &lt;b&gt;x&lt;/b&gt;</p>\n"
    assert "Shortened here" in written("x" * (MAX_SHOWN_CHARS + 1), {})
    assert "Shortened here" not in written("x" * MAX_SHOWN_CHARS, {})


def test_a_picture_of_staff_stands_in_its_place_and_opens_in_full() -> None:
    name = 'a"b.png'
    file = AttachmentView("id1", name, "image/png", "image/png", 9, "0" * 64, inline=True, content_id="1@x")
    shown = written(f"See ![{name}].", {name: file})
    assert 'See <a href="/attachments/id1" data-zoom="a&quot;b.png"><img src="/attachments/id1"' in shown
    small = replace(file, preview_sha256="1" * 64)
    assert '<img src="/attachments/id1/preview"' in written(f"![{name}]", {name: small})
