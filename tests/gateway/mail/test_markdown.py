"""What staff typed as Markdown, as HTML for a mail and for a page."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail.markdown import missing_pictures, named_pictures, to_html, with_told_pictures


def plain(text: str, **pictures: str) -> str:
    return to_html(
        text, styled=False, pictures={name.replace("_", "."): cid for name, cid in pictures.items()}
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**bold** *italic* ~~gone~~", "<p><strong>bold</strong> <em>italic</em> <s>gone</s></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("`a <b>`", "<p><code>a &lt;b&gt;</code></p>"),
        ("```py\na  = 1\n```", "<pre>a  = 1\n</pre>"),
        ("    a  = 1", "<pre>a  = 1\n</pre>"),
        ("# Big\n\n###### Small", "<h3>Big</h3>\n<h3>Small</h3>"),
        ("Regards\n---", "<p>Regards</p>\n<hr>"),
        ("# ", "<h3></h3>"),
    ],
)
def test_what_is_typed_is_shown_as_meant(typed: str, shown: str) -> None:
    assert plain(typed).strip() == shown


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div onclick=x>\n\nhi\n\n</div>",
        "[l](javascript:alert(1))",
        "[l](data:text/html,x)",
        "![p](https://evil.example/p.png)",
        "![p](cid:a@x)",
        '`<b style="x">`',
        "```\n</pre><script>x</script>\n```",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
@pytest.mark.parametrize("styled", [True, False])
def test_nothing_typed_runs_or_loads(evil: str, *, styled: bool) -> None:
    html = to_html(evil, styled=styled, pictures={"q": "a@x"})
    assert not re.search(r"<(script|img|div|b)\\b|href=\"(javascript|data)", html)


def test_a_web_address_is_a_link_outside_of_links_and_code() -> None:
    html = plain(
        "See https://x.example/a_b?c=1&d=2. [https://y.example](https://y.example) `https://z.example`"
    )
    assert re.findall('href="([^"]+)"', html) == ["https://x.example/a_b?c=1&amp;d=2", "https://y.example"]
    assert "</a>. " in html


def test_a_mail_has_every_look_in_its_elements_and_a_page_has_none() -> None:
    text = "# a\n\nb\n\n- c\n\n1. d\n\n> e\n\n`f`\n\n```\ng\n```\n\n| h |\n|--:|\n| i |\n"
    styled = to_html(text, styled=True)
    for tag in ("h1", "p", "ul", "ol", "li", "blockquote", "code", "pre", "table", "th", "td"):
        assert f'<{tag} style="' in styled
    assert "text-align:right" in styled
    assert "style" not in plain(text)
    assert "class" not in styled


def test_headings_of_a_mail_are_modest() -> None:
    html = to_html("# a\n\n## b\n\n##### c", styled=True)
    assert re.findall(r"<(h\d) style=\"[^\"]*font-size:(\d+)px", html) == [
        ("h1", "18"),
        ("h2", "16"),
        ("h3", "14"),
    ]


def test_a_picture_stands_at_its_name() -> None:
    html = plain("Look: ![shot.png] here, ![other.png]", shot_png="1@desk.example")
    assert '<img src="cid:1@desk.example" alt="shot.png"> here, ![other.png]' in html
    assert "max-width:100%" in to_html("![a]", styled=True, pictures={"a": "1@x"})


def test_a_pictures_name_cannot_leave_its_attribute() -> None:
    name = 'a" onerror="x'
    html = to_html(f"![{name}]", styled=False, pictures={name: "1@x"})
    assert re.findall(r'<img src="cid:1@x" alt="[^"]*">', html)


def test_names_of_pictures_are_found_and_told_in_text() -> None:
    text = "![a.png] and ![b.png](x) and [c]"
    assert named_pictures(text) == {"a.png", "b.png"}
    assert (
        with_told_pictures(text, frozenset({"a.png"}), "Picture")
        == "[Picture: a.png] and ![b.png](x) and [c]"
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("[WARN]: retry\n\n[12:03]: <http://a.example>", "[WARN]: retry"),
        ("write &nbsp; and &copy;", "<p>write &amp;nbsp; and &amp;copy;</p>"),
        ("```C:\\> dir\nfile\n```", "<pre>C:\\&gt; dir\nfile\n</pre>"),
        ("``` dir", "<pre>dir\n</pre>"),
        ("```sh\ndir\n```", "<pre>dir\n</pre>"),
    ],
)
def test_what_looks_like_a_mark_and_is_none_is_shown(typed: str, shown: str) -> None:
    assert shown in plain(typed)


_MARKS = [
    *"[]()*_`|\n\t:!\\&<>\"'+ ",
    "**",
    "```",
    "~~",
    "> ",
    "- ",
    "1. ",
    "# ",
    "\n\n",
    "    ",
    "---",
    "]: ",
]
_WORDS = st.integers(0, 999).map("w{}w".format)
_LANGUAGES = re.compile(r"(?:`{3,}|~{3,})[ \t]*[\w+#.-]{1,20}[ \t]*(?=\n)")


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*_MARKS, "http://a.example/"]) | _WORDS, max_size=25))
def test_no_word_is_lost_whatever_marks_stand_around_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    html = plain(text)
    kept = re.sub(r"<[^<>]*>", " ", html) + " ".join(re.findall(r'(?:href|title|start)="([^"]*)"', html))
    assert {word for word in re.findall(r"w\d+w", _LANGUAGES.sub("", text)) if word not in kept} == set()


@pytest.mark.parametrize("depth", [1, 20, 47, 48, 49, 1000])
def test_no_quote_is_too_deep_to_be_read(depth: int) -> None:
    html = to_html("\n".join(f"{'>' * level} word{level}." for level in range(depth + 1)), styled=True)
    assert all(f"word{level}." in html for level in range(depth + 1))
    assert ("<blockquote" in html) is (depth <= 48)


@pytest.mark.parametrize("depth", [10, 24, 25, 100])
def test_no_list_is_too_deep_to_be_read(depth: int) -> None:
    html = to_html("\n".join(f"{'  ' * level}- word{level}." for level in range(depth)), styled=True)
    assert all(f"word{level}." in html for level in range(depth))
    assert ("<li" in html) is (depth <= 24)


@pytest.mark.parametrize(("paragraphs", "is_formatted"), [(40_000, True), (60_000, False)])
def test_what_is_too_much_to_format_stays_as_typed_and_whole(
    paragraphs: int,
    is_formatted: bool,  # noqa: FBT001
) -> None:
    html = to_html("**a**\n\n" + "b\n\n" * paragraphs, styled=True)
    assert ("<strong>a</strong>" in html) is is_formatted
    assert ("**a**" in html) is not is_formatted
    assert html.count("b\n" if not is_formatted else ">b<") + html.count("b<br>") == paragraphs


def test_a_long_text_of_hostile_marks_takes_seconds_at_most() -> None:
    for mark in ("[", "*a ", "![", "`a", ">", "- "):
        assert to_html(mark * (60_000 // len(mark)), styled=True)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("![a.png] ![b.JPG]\n![c.gif] ![a.png]", ["b.JPG", "c.gif"]),
        ("**![b.webp]** and\n> ![c.jpeg]", ["b.webp", "c.jpeg"]),
        ("![b.svg] ![wow] ![] ![.png]", []),
        ("![b.png](https://x.example/b.png) ![b.png][1]", []),
        ("`![b.png]`\n\n    ![b.png]\n\n```\n![b.png]\n```", []),
    ],
)
def test_a_picture_that_is_not_there_is_missed_where_it_would_show(text: str, missing: list[str]) -> None:
    assert missing_pictures(text, {"a.png"}) == missing


def test_the_longest_name_of_a_picture_is_missed_as_well() -> None:
    longest = "x" * 251 + ".png"
    assert missing_pictures(f"![{longest}] ![x{longest}]", ()) == [longest]
