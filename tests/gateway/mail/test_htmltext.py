import pytest

from gateway.mail.html import sanitise, sanitise_marked
from gateway.mail.htmltext import html_to_text, strip_tags
from gateway.mail.quotemarks import ATTRIBUTES, IN_INDENT, IN_QUOTE, OLDER


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<b>one</b> <i>two</i>", "one two"),
        ("<b>one</b>\n  <i>two</i>", "one two"),
        ("a<b>b</b>c", "abc"),
        ("<ul><li>one<li>two</ul>", "* one\n* two"),
        ("<ol><li>one<li>two<ul><li>in</ul></ol>", "1. one\n2. two\n\n  * in"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>one\n  two</pre>", "one\n  two"),
        ("a<hr>b", "a\n---\nb"),
        ('<a href="https://x.example/y">here</a>', "here <https://x.example/y>"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ('<a href="https://x.example"></a>', ""),
        ('see <img alt="the plan" src="cid:x"> now', "see the plan now"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("a&nbsp;b", "a b"),
        ("<p>a</p>\n\n\n<p></p><p></p><p>b</p>", "a\n\nb"),
        ("</blockquote></ul></pre></a>x", "x"),
    ],
)
def test_blocks_lists_tables_and_links_stay_readable(html: str, text: str) -> None:
    assert html_to_text(sanitise(html)) == text


def test_lines_say_how_deep_they_are_quoted() -> None:
    html = sanitise(
        "<p>On Monday Ann wrote:</p><blockquote>one<blockquote>two</blockquote></blockquote><p>new</p>"
    )
    assert html_to_text(html).splitlines() == [
        "On Monday Ann wrote:",
        IN_QUOTE,
        f"{IN_QUOTE} one",
        f"{IN_QUOTE}{IN_QUOTE}",
        f"{IN_QUOTE}{IN_QUOTE} two",
        "",
        "new",
    ]


def test_gmail_sets_in_and_quotes_with_one_element() -> None:
    html = sanitise_marked('<div>a<blockquote class="x gmail_quote">b</blockquote></div>')
    assert html_to_text(html).splitlines()[-1] == f"{IN_INDENT} b"


def test_an_attribution_is_marked_as_far_as_its_element_goes() -> None:
    html = sanitise_marked('<div class="gmail_attr"><div>Ann xyz</div>foo:</div><div>b</div>')
    assert html_to_text(html).splitlines() == [f"{ATTRIBUTES}Ann xyz", f"{ATTRIBUTES}foo:", "b"]


def test_the_first_line_of_an_older_mail_is_marked() -> None:
    html = sanitise_marked('<p>a</p><div id="divRplyFwdMsg"><b>Xyz:</b> Ann<br>b</div>')
    assert html_to_text(html).splitlines() == ["a", "", f"{OLDER}Xyz: Ann", "b"]


def test_markup_that_is_none_is_text() -> None:
    assert html_to_text("a < b") == "a < b"


def test_tags_are_stripped_without_parsing() -> None:
    assert strip_tags("<p>one</p><script>x()</script>two<style>p{}</style> &amp; three") == "one\ntwo & three"


def test_an_unclosed_script_hides_nothing() -> None:
    assert "later" in strip_tags("a<script>x later")
