"""What staff typed as Markdown → HTML that is safe, for a mail or for a page of ours.

For a mail every look stands in the element itself: Gmail drops classes and Outlook's engine, which is
Word's, knows no `pre-wrap` and no rounded corner. A page gets none of it, because its policy forbids it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

from gateway.mail.html import is_too_much, sanitise, text_as_html
from gateway.mail.links import addresses_in

_GAP = "margin:0 0 12px 0"
_MONO = "font-family:Consolas,Menlo,monospace;font-size:13px"
_PLATE = "color:#1a1a1a;background-color:#f2f2f2"  # both, so that a dark theme changes both or none
_CELL = "border:1px solid #cccccc;padding:4px 8px;font-family:Arial,Helvetica,sans-serif;font-size:14px"
_QUOTE = "margin:0 0 12px 0;padding:0 0 0 12px;border-left:3px solid #cccccc"
_PRE = f"{_GAP};padding:8px 12px;white-space:pre-wrap;{_MONO};{_PLATE}"
_STYLES = {
    "p": _GAP,
    "h1": f"{_GAP};font-size:18px;font-weight:bold",
    "h2": f"{_GAP};font-size:16px;font-weight:bold",
    "h3": f"{_GAP};font-size:14px;font-weight:bold",
    "ul": "margin:0 0 12px 24px;padding:0",
    "ol": "margin:0 0 12px 24px;padding:0",
    "li": "margin:0 0 4px 0",
    "blockquote": _QUOTE,
    "code": f"{_MONO};{_PLATE}",
    "table": f"{_GAP};border-collapse:collapse",
    "th": f"{_CELL};text-align:left",
    "td": _CELL,
    "img": "max-width:100%;height:auto",
}
_SMALLEST_HEADING = {"h4": "h3", "h5": "h3", "h6": "h3"}
_HEADING_OF_A_PAGE = "h3"  # below that of the message itself
_MAX_NESTING = 48
_HIDING = ["image", "lheading", "html_block", "html_inline", "reference", "entity"]
_LANGUAGE = re.compile(r"[\w+#.-]{1,20}")
_PICTURE = re.compile(r"!\[([^\[\]\n]{1,255})\]")
_PICTURE_FILE = re.compile(r"!\[([^\[\]\n]{1,251}\.(?:png|jpe?g|gif|webp))\](?![(\[])", re.IGNORECASE)


def to_html(text: str, *, styled: bool, pictures: Mapping[str, str] | None = None) -> str:
    """The text as sanitised HTML; raw HTML in it is text, and so is a picture from elsewhere.

    `styled` gives each element its look for mail programs. `![name]` becomes the picture with the
    Content-ID that `pictures` has for the name. A text with quotes and lists nested more than 48 deep, or one
    that would be too much for the sanitiser, stays as typed.
    """
    reader = _reader()
    env: dict[str, Any] = {"pictures": pictures or {}}
    tokens = reader.parse(text, env)
    if any(token.level > _MAX_NESTING + 1 for token in tokens):  # deeper ones the reader leaves out
        return text_as_html(text)
    for token in _all(tokens):
        _dress(token, styled=styled)
    env["pre"] = _PRE if styled else ""
    html = str(reader.renderer.render(tokens, reader.options, env))
    return text_as_html(text) if is_too_much(html) else sanitise(html)


def named_pictures(text: str) -> frozenset[str]:
    """The names that stand in the text as `![name]`."""
    return frozenset(_PICTURE.findall(text))


def missing_pictures(text: str, there: Collection[str]) -> list[str]:
    """The names of picture files that the text would show and that are not `there`, each once, in order.

    In code, before a link's address and with another ending it is text like any other.
    """
    named = (found[1] for found in _PICTURE_FILE.finditer(text))
    wanted = dict.fromkeys(name for name in named if name not in there)
    if not wanted:
        return []
    shown = _reader().parse(text, {"pictures": {name: name for name in wanted}})
    return list(dict.fromkeys(str(token.attrs["alt"]) for token in _all(shown) if token.type == "picture"))


def with_told_pictures(text: str, names: frozenset[str], word: str) -> str:
    """The text for those who see no pictures: each `![name]` of these names becomes `[word: name]`."""
    return _PICTURE.sub(lambda found: f"[{word}: {found[1]}]" if found[1] in names else found[0], text)


@cache
def _reader() -> MarkdownIt:
    """CommonMark without HTML and pictures; a line break stays one, and `---` makes no heading of a line.

    Nor with what would hide words: `[WARN]: retry` would define a link, and `&nbsp;` be a blank.
    """
    options = {"html": False, "linkify": False, "breaks": True, "maxNesting": _MAX_NESTING + 3}
    reader = MarkdownIt("commonmark", options)
    reader.enable(["table", "strikethrough"]).disable(_HIDING)
    reader.inline.ruler.before("link", "picture", _picture)
    reader.core.ruler.push("address", _link_addresses)
    reader.add_render_rule("fence", _code_block)
    reader.add_render_rule("code_block", _code_block)
    return reader


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _dress(token: Token, *, styled: bool) -> None:
    """The token with its look, or with none."""
    if token.type.startswith("heading"):
        token.tag = _SMALLEST_HEADING.get(token.tag, token.tag) if styled else _HEADING_OF_A_PAGE
    align = str(token.attrs.pop("style", ""))
    looks = [_STYLES.get(token.tag, ""), align] if styled and token.nesting >= 0 else []
    if look := ";".join(filter(None, looks)):
        token.attrSet("style", look)


def _picture(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library's signature
    found = _PICTURE.match(state.src, state.pos, state.posMax)
    cid = state.env["pictures"].get(found[1]) if found else None
    if found is None or cid is None:
        return False
    if not silent:
        token = state.push("picture", "img", 0)
        token.attrs = {"src": f"cid:{cid}", "alt": found[1]}
    state.pos = found.end()
    return True


def _link_addresses(state: StateCore) -> None:
    """Web addresses become links, as mail programs make them; not within a link."""
    for block in state.tokens:
        if block.children:
            block.children = list(_with_links(block.children))


def _with_links(tokens: Sequence[Token]) -> Iterator[Token]:
    level = 0
    for token in tokens:
        level += token.nesting if token.type.startswith("link") else 0
        if token.type != "text" or level:
            yield token
        else:
            yield from _split(token)


def _split(token: Token) -> Iterator[Token]:
    at = 0
    for start, url in addresses_in(token.content):
        yield _text(token.content[at:start])
        yield Token("link_open", "a", 1, attrs={"href": url})
        yield _text(url)
        yield Token("link_close", "a", -1)
        at = start + len(url)
    yield _text(token.content[at:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _code_block(_self: object, tokens: Sequence[Token], at: int, _options: object, env: Any) -> str:
    """As `<pre>`, the one element whose line breaks Outlook keeps; the language's name behind ``` goes."""
    style = Markup(' style="{}"').format(env["pre"]) if env["pre"] else ""
    content, info = tokens[at].content, tokens[at].info.strip()
    is_language = content.strip() and _LANGUAGE.fullmatch(info)
    beside = f"{info}\n" if info and not is_language else ""
    return f"<pre{style}>{escape(beside + content)}</pre>\n"
