import re
import time

import pytest

from gateway.mail.html import (
    MAX_NESTING,
    MAX_REFERENCES,
    cids_of,
    finished,
    for_a_mail,
    is_too_much,
    sanitise,
    sanitise_marked,
    text_as_html,
)
from tests import hostile_html, pace

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)((?:[^>\"]|\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r' ([^\s=>"]+)="([^"]*)"')
_TAG_NAMES = """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn
    div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p
    pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt
    u ul var wbr
"""
_NAMES = """
    align alt bgcolor border cellpadding cellspacing color colspan data-remote-src dir face height href hspace
    lang nowrap rel rowspan size span src start style target title type valign value vspace width
"""


@pytest.mark.parametrize("evil", hostile_html.ALL)
def test_nothing_runs_or_loads_or_leaves(evil: str) -> None:
    clean = sanitise(f"<p>before</p>{evil}")
    assert "before" in clean
    for closing, tag, rest in _TAG.findall(clean):
        attributes = _ATTRIBUTE.findall(rest)
        assert tag in _TAG_NAMES.split()
        assert _ATTRIBUTE.sub("", rest) == ""
        assert not (closing and attributes)
        for name, value in attributes:
            assert name in _NAMES.split()
            assert name != "style" or not re.search(r"(?i)url|expression|\\\\|image|position|@|var", value)
            assert name != "src" or value.startswith(("cid:", "data:image/"))
            assert name != "href" or value.startswith(("https://", "http://", "mailto:", "tel:"))
            assert name != "target" or value == "_blank"
            assert name != "rel" or value == "noopener noreferrer nofollow"


def _elements(html: str) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    return {(tag, frozenset(_ATTRIBUTE.findall(rest))) for closing, tag, rest in _TAG.findall(html)}


@pytest.mark.parametrize("evil", hostile_html.ALL)
def test_what_is_clean_stays_clean(evil: str) -> None:
    once = sanitise_marked(evil)
    again = sanitise_marked(once.replace("data-remote-src", "src"))
    assert _elements(again) == _elements(once)
    assert _TAG.sub("", again) == _TAG.sub("", once)


def test_remote_images_do_not_load_until_asked_for() -> None:
    clean = sanitise('<img alt="a" src="https://x.example/p.png" width="1">')
    assert clean == '<img alt="a" data-remote-src="https://x.example/p.png" width="1">'


def test_the_address_of_a_remote_image_is_always_whole() -> None:
    assert sanitise('<img src="//x.example/p">') == '<img data-remote-src="https://x.example/p">'
    assert (
        sanitise("<img src=' HTTP:\\\\x.example\\p?a\\b'>")
        == '<img data-remote-src="http://x.example/p?a\\b">'
    )
    assert sanitise("<img src=/rel.png><img src=rel.png><img src=http:rel>") == "<img><img><img>"


def test_images_of_the_mail_itself_stay() -> None:
    assert sanitise('<img src="cid:one@x">') == '<img src="cid:one@x">'
    assert "data:image/png;base64,iVBO" in sanitise('<img src="data:image/png;base64,iVBO">')


def test_links_open_elsewhere_and_tell_nothing() -> None:
    clean = sanitise('<a href="https://x.example/" ping="https://y.example">x</a>')
    assert 'href="https://x.example/"' in clean
    assert 'rel="noopener noreferrer nofollow"' in clean
    assert 'target="_blank"' in clean
    assert "ping" not in clean


def test_a_link_leads_to_a_whole_address_or_nowhere() -> None:
    assert 'href="https://x.example/@y.example"' in sanitise("<a href='https://x.example\\@y.example'>x</a>")
    assert "href" not in sanitise("<a href='/sign-out'>x</a><a href='https:x'>x</a><a href='#a'>x</a>")


def test_a_link_shows_its_target_where_its_words_name_another() -> None:
    clean = sanitise('<a title="https://bank.example" href="https://evil.example/">bank.example</a>')
    assert "(→ evil.example)" in clean
    assert 'title="https://evil.example/"' in clean
    assert 'title="https://bank.example"' not in clean


def test_hints_about_quotes_are_for_the_text_alone() -> None:
    marked = sanitise_marked('<div class="a gmail_attr" id="b">x</div><p id="divRplyFwdMsg">y</p>')
    assert finished(marked) == "<div>x</div><p>y</p>"
    assert marked != finished(marked)


def test_nobody_can_write_a_hint() -> None:
    assert sanitise_marked('<p class="&#xfdd2;" id="\ufdd3">x</p>') == "<p>x</p>"
    assert sanitise_marked('<p class="\ufdd2" id="\ufdd3">x\ufdd0</p>') == "<p>x</p>"


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
    assert time.process_time() - began < pace.seconds(3)


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


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p style="color:red">Red <img src="cid:a@x"></p>',
            '<p style="color:red">Red <img src="cid:a@x"></p>',
        ),
        ('<img src="https://x.example/a" alt="Logo">', '<img alt="Logo">'),
        ('<img data-remote-src="https://x.example/a" alt="Logo">', '<img alt="Logo">'),
        ("<!doctype html><html><head><meta charset=x></head><body><b>x</b></body></html>", "<b>x</b>"),
        ('<div class="gmail_quote">ü</div>', "<div>ü</div>"),
        ("<script>x</script>y", "y"),
    ],
)
def test_in_a_mail_of_ours_nothing_is_fetched_or_run(html: str, expected: str) -> None:
    assert for_a_mail(html) == expected
    assert for_a_mail(for_a_mail(html)) == expected
    assert for_a_mail(sanitise(html)) == expected
