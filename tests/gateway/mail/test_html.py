import re
import time

import pytest

from gateway.mail.html import MAX_NESTING, MAX_REFERENCES, cids_of, is_too_much, sanitise, text_as_html


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="vbscript:x">x</a>',
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<style>@import url(http://evil.example)</style>",
        '<div style="background:url(http://evil.example/x)">x</div>',
        '<div style="width:expression(alert(1))">x</div>',
        '<div style="color:u\\72l(http://evil.example)">x</div>',
        '<form action="http://evil.example"><input name=a><button>x</button></form>',
        '<iframe src="http://evil.example"></iframe>',
        '<object data="http://evil.example"></object><embed src="http://evil.example">',
        '<link rel=stylesheet href="http://evil.example"><base href="http://evil.example">',
        '<meta http-equiv=refresh content="0;url=http://evil.example">',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<table background="http://evil.example/x"><tr><td background="http://evil.example/y">x</td></tr></table>',
        '<video src="http://evil.example" poster="http://evil.example"></video><audio src=x></audio>',
        '<img srcset="http://evil.example/x 2x">',
        "<textarea><img src=x onerror=alert(1)></textarea>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<xmp><img src=x onerror=alert(1)></xmp>",
    ],
)
def test_nothing_runs_or_loads_or_leaves(evil: str) -> None:
    clean = sanitise(f"<p>before</p>{evil}<p>after</p>")
    tags = "".join(re.findall(r"<[^>]*>", clean))
    assert not re.search(
        r"(?i)script|onerror|evil\.example|url\(|expression|<(?:form|input|svg|math|style|iframe)", tags
    )
    assert "before" in clean


def test_remote_images_do_not_load_until_asked_for() -> None:
    clean = sanitise('<img alt="a" src="https://x.example/p.png" width="1">')
    assert clean == '<img alt="a" data-remote-src="https://x.example/p.png" width="1">'
    assert ' src="' not in sanitise('<img src="//x.example/p.png"><img src=/rel.png>').replace(
        "data-remote-src", ""
    )


def test_images_of_the_mail_itself_stay() -> None:
    assert sanitise('<img src="cid:one@x">') == '<img src="cid:one@x">'
    assert "data:image/png;base64,iVBO" in sanitise('<img src="data:image/png;base64,iVBO">')


def test_links_open_elsewhere_and_tell_nothing() -> None:
    clean = sanitise('<a href="https://x.example/" ping="https://y.example">x</a>')
    assert 'href="https://x.example/"' in clean
    assert 'rel="noopener noreferrer nofollow"' in clean
    assert 'target="_blank"' in clean
    assert "ping" not in clean


def test_harmless_style_stays_and_names_go() -> None:
    clean = sanitise('<p id="a" name="b" class="c" style="color: red; position: fixed">x</p>')
    assert "color" in clean
    assert not re.search("id=|name=|class=|position", clean)


def test_words_in_an_attribute_are_no_image() -> None:
    clean = sanitise("""<a title='<img src="http://x.example">' href="https://y.example">x</a>""")
    assert clean.count("data-remote-src") == 0


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<font>", "<table>", "<blockquote>"])
def test_deep_nesting_leaves_the_text(tag: str) -> None:
    assert "kept" in sanitise(tag * 50_000 + "kept")


def test_what_is_too_large_leaves_the_text() -> None:
    assert "kept &lt;b&gt;" in sanitise("<p>kept &lt;b></p>" + "<p>more text</p>" * 200_000)


def test_a_long_mail_that_is_not_deep_is_not_too_much() -> None:
    assert not is_too_much("<div><p>line<br></div>" * 10_000)
    assert not is_too_much("<p>a<br></p></div>" * (4 * MAX_NESTING))
    assert is_too_much("<div>" * (4 * MAX_NESTING))


def test_text_becomes_html_that_says_the_same() -> None:
    assert text_as_html("a < b & c\nd") == "<div>a &lt; b &amp; c<br>\nd</div>"


def test_content_ids_are_found_where_they_are_shown() -> None:
    assert cids_of('<img src="cid:a&amp;b@x"><img src=CID:c@x>') == {"a&b@x", "c@x"}
    assert cids_of("<p>no</p>") == frozenset()


@pytest.mark.parametrize("reference", ["&", "&a", "& ", "&nbsp;"])
def test_more_references_than_there_is_time_for_are_shown_as_text(reference: str) -> None:
    assert not is_too_much(reference * MAX_REFERENCES)
    assert is_too_much(reference * (MAX_REFERENCES + 1))
    began = time.process_time()
    sanitise(reference * MAX_REFERENCES + "x" * 1_000_000)
    sanitise("x" * 1_000_000 + reference * MAX_REFERENCES)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "unit",
    [
        "<b>",
        "<b></i>",
        "<a><div></a>",
        "<ul></a><a>",
        "<div><b></div>",
        "<form><span><h1></form>",
        "<b><table></b>",
        "</span><span><ul>",
        "<pre></html><html>",
    ],
)
def test_levels_that_only_seem_to_be_closed_count(unit: str) -> None:
    assert is_too_much(unit * 2_000)


@pytest.mark.parametrize(
    "unit",
    [
        "<b>x</b>",
        "<div><span></div>",
        "<table><tr><td></table>",
        "<p><li>",
        "<b><i></b></i>",
        "<div><b></div></b>",
        "<ul><li><a><img></a></ul>",
    ],
)
def test_levels_that_are_closed_do_not_count(unit: str) -> None:
    assert not is_too_much(unit * 2_000)
