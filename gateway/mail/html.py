"""HTML that a stranger sent: made safe to show, in linear time and bounded in depth."""

import re
from dataclasses import dataclass, field
from html import unescape

import nh3

from gateway.mail.htmltext import strip_tags
from gateway.mail.links import with_targets
from gateway.mail.message import REMOTE_SOURCE
from gateway.mail.quotemarks import ATTRIBUTES, IN_INDENT, IN_QUOTE, OLDER, STRUCTURE

MAX_HTML_CHARS = 2_000_000
MAX_NESTING = 400
MAX_REFERENCES = 100_000
MAX_ATTRIBUTES = 2_000  # of one tag
MAX_MISPLACED = 1_000  # tags in a table outside its cells
MAX_REPEATED = 500_000  # elements that formatting that is left open may become
_FEW_TAGS = MAX_NESTING
_FEW_CHARS = 8_000

_SHARED = {"align", "class", "dir", "id", "lang", "style", "valign", "width", "height", "bgcolor"}
_ATTRIBUTES = {
    "*": _SHARED,
    "a": {"href"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "border", "hspace", "vspace"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"type"},
}
_TAG_NAMES = """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn
    div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p
    pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt
    u ul var wbr
"""
_DROPPED_WITH_CONTENT = {"script", "style", "title", "template", "object", "iframe", "svg", "math"}
_STYLE_NAMES = """
    background-color border border-bottom border-collapse border-color border-left border-right border-spacing
    border-style border-top border-width color direction font-family font-size font-style font-variant
    font-weight height letter-spacing line-height margin margin-bottom margin-left margin-right margin-top
    max-width padding padding-bottom padding-left padding-right padding-top text-align text-decoration
    text-indent text-transform vertical-align white-space width word-break word-spacing word-wrap
"""
_DATA_IMAGE = re.compile(
    r"data:image/(?:png|gif|jpeg|jpg|webp|bmp);base64,[A-Za-z0-9+/=\s]*\Z", re.IGNORECASE
)
_LOADING_STYLE = re.compile(r"url|image|expression|\\|/\*|@|behavior|binding", re.IGNORECASE)
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_HINTS = {
    "gmail_quote": IN_INDENT,
    "gmail_attr": ATTRIBUTES,
    "moz-cite-prefix": ATTRIBUTES,
    "divRplyFwdMsg": OLDER,
    "OLK_SRC_BODY_SECTION": OLDER,
    "OutlookMessageHeader": OLDER,
    "mail-editor-reference-message-container": OLDER,
    "yahoo_quoted": OLDER,
}
_HINT = re.compile(f' (?:class|id)="[{IN_QUOTE}-{OLDER}]"')
_QUERY = re.compile(r"[?#]")
_TAG = (
    re.compile(  # as browsers find tags (13.2.5), so that nothing in a comment or an attribute counts as one
        r"""
        <!--(?:-?>|.*?(?:--!?>|\Z))
        |<(?:[!?]|/[^a-zA-Z>])[^>]*+
        |<(/?)([a-zA-Z][^\s/>]*+)
        ((?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+)*+)
    """,
        re.VERBOSE | re.DOTALL,
    )
)
# Where an end tag may be none, or may close nothing: then none is believed, and every tag counts.
_HIDES_ENDS = re.compile(
    r"<(?:(?:svg|math|select|template|textarea|xmp|iframe|noembed|noframes|plaintext|noscript|frameset)\b"
    r"|(title|script|style)\b[^>]*+>(?![^<]*+</\1))",
    re.IGNORECASE,
)
_SPACES_OR_QUOTES = re.compile(r"[\s/\"'=]+")
_TABLE_PARTS = frozenset(("table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup", "col"))
_CELLS = frozenset(("td", "th", "caption"))
_NO_LEVEL_NAMES = """
    area base body br col embed head hr html img input link meta param source track wbr p li td tr th option
"""
_FORMATTING_NAMES = "a b big code em font i nobr s small strike strong tt u"
_FORMATTING = frozenset(_FORMATTING_NAMES.split())  # go on behind what they stand in until they are closed
_BARRIERS = frozenset(("applet", "caption", "marquee", "object", "table", "template"))  # no end tag crosses
_BLOCK_NAMES = """
    address article aside blockquote button center dd details dir div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hgroup iframe listing main menu nav ol pre section select summary tbody
    textarea tfoot thead ul xmp
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())  # the end tag of a smaller thing does not close them
_NO_LEVEL = frozenset(_NO_LEVEL_NAMES.split())  # empty, there once, or closed by the next of their kind


def _filtered(_tag: str, attribute: str, value: str) -> str | None:
    """The value an attribute may keep; None drops it. Names go; known ones leave a hint behind."""
    if attribute == "style":
        return None if _LOADING_STYLE.search(value) else value
    if attribute == "src":
        return _image_source(value)
    if attribute == "href":
        return _absolute(value, ("http:", "https:", "mailto:", "tel:"))
    if attribute in ("class", "id"):
        return next((_HINTS[name] for name in value.split(" ", 4)[:4] if name in _HINTS), None)
    return value


def _image_source(value: str) -> str | None:
    """Where an image may come from: a part of this mail, its own data, or the web (that is marked later)."""
    if value.strip()[:5].lower() == "data:":
        return value.strip() if _DATA_IMAGE.match(value.strip()) else None
    return _absolute(value, ("http:", "https:", "cid:"))


def _absolute(value: str, schemes: tuple[str, ...]) -> str | None:
    """An address with one of the schemes, as a browser reads it; None for others, and for a relative one."""
    address = "".join(char for char in value.strip() if char not in "\t\r\n")
    if address.startswith("//"):
        address = f"https:{address}"
    scheme, colon, rest = address.partition(":")
    if f"{scheme.lower()}{colon}" not in schemes:
        return None
    if scheme.lower() not in ("http", "https"):
        return address
    query = _QUERY.search(rest)
    end = query.start() if query else len(rest)
    path = rest[:end].replace("\\", "/")
    return f"{scheme.lower()}://{path.lstrip('/')}{rest[end:]}" if path.startswith("//") else None


_CLEANER = nh3.Cleaner(
    tags=set(_TAG_NAMES.split()),
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_filtered,
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    filter_style_properties=set(_STYLE_NAMES.split()),
)


def sanitise(html: str) -> str:
    """HTML that cannot run, load or leave anything.

    Images keep a `cid:` or `data:` source; a remote one has its address in `data-remote-src` (absolute, http
    or https) and no `src`. Links are absolute, open in a new page and tell it nothing; one that names another
    host than it leads to has that host shown behind it. Past the limits of size and nesting the text alone
    comes back, as HTML.
    """
    return finished(sanitise_marked(html))


def sanitise_marked(html: str) -> str:
    """Safe HTML for `html_to_text`: with hints about quotes in `class` and `id`, links as they came."""
    if is_too_much(html):
        return text_as_html(strip_tags(html[: 2 * MAX_HTML_CHARS]))
    own = html if html.isascii() else STRUCTURE.sub("", html)
    clean = _CLEANER.clean(own.replace("\0", ""))
    return _IMAGE.sub(_without_remote_source, clean)


def finished(marked: str) -> str:
    """What `sanitise_marked` made, as it is kept and shown: no hints, and links say where they lead."""
    return with_targets(marked if marked.isascii() else _HINT.sub("", marked))


def for_a_mail(html: str) -> str:
    """HTML to stand in a mail of ours: `sanitise` without what that adds for a page.

    A picture in the Internet is its words alone, as no mail of ours makes anybody's program fetch anything.
    """
    clean = sanitise_marked(html)
    return _HINT.sub("", sanitise_marked(clean) if REMOTE_SOURCE in clean else clean)


def is_too_much(html: str) -> bool:
    """Whether the sanitiser would need more than its share of time.

    Nesting costs it quadratic time, and so do references in one long text, attributes of one tag, and what
    stands in a table outside its cells; formatting that is never closed is written again in each block.
    """
    if len(html) > MAX_HTML_CHARS or html.count("&") > MAX_REFERENCES:
        return True
    return (html.count("<") > _FEW_TAGS or len(html) > _FEW_CHARS) and _costs_too_much(html)


def _costs_too_much(html: str) -> bool:
    open_tags = _OpenTags(believes_ends=_HIDES_ENDS.search(html) is None)
    return any(
        _has_many_attributes(found[3]) or open_tags.are_too_many_with(found[2].lower(), is_end=bool(found[1]))
        for found in _TAG.finditer(html)
        if found[2] is not None
    )


def _has_many_attributes(attributes: str) -> bool:
    return len(attributes) > _FEW_CHARS and len(_SPACES_OR_QUOTES.findall(attributes)) > MAX_ATTRIBUTES


@dataclass(slots=True)
class _OpenTags:
    """What is open at a place, as the tags would nest by HTML's own rules (13.2.6.4.7); rather too much."""

    believes_ends: bool
    names: list[str] = field(default_factory=list)
    lasting: int = 0  # formatting that is not closed, in them or behind what it stood in
    repeated: int = 0
    misplaced: int = 0
    is_between_cells: bool = False

    def are_too_many_with(self, name: str, *, is_end: bool) -> bool:
        """Take the next tag; whether a limit is passed."""
        if name in _TABLE_PARTS:
            self.is_between_cells = (is_end or name not in _CELLS) and not (is_end and name == "table")
        elif self.is_between_cells:
            self.misplaced += 1
        self.repeated += self.lasting
        if name not in _NO_LEVEL or not self.believes_ends:
            take = self._close if is_end else self._open
            take(name)
        depth = max(len(self.names), self.lasting)
        return depth > MAX_NESTING or self.misplaced > MAX_MISPLACED or self.repeated > MAX_REPEATED

    def _open(self, name: str) -> None:
        self.names.append(name)
        self.lasting += name in _FORMATTING

    def _close(self, name: str) -> None:
        if not self.believes_ends:
            return
        at = _closed_by(self.names, name)
        self.lasting -= self.lasting > 0 and name in _FORMATTING
        if at >= 0 and (name in _FORMATTING or name == "form"):
            del self.names[at]  # what stands in it stays open
        elif at >= 0:
            del self.names[at:]  # formatting in it lasts


def _closed_by(open_tags: list[str], name: str) -> int:
    """Where the tag stands that an end tag closes; -1 where it closes nothing."""
    stops = _BARRIERS if name in _FORMATTING or name in _BLOCKS else _BARRIERS | _BLOCKS
    for at in range(len(open_tags) - 1, -1, -1):
        if open_tags[at] == name:
            return at
        if open_tags[at] in stops:
            return -1
    return -1


def _without_remote_source(match: re.Match[str]) -> str:
    attributes = match[1]
    at = attributes.find(' src="')
    if at < 0 or attributes[at + 6 : at + 11].lower().startswith(("cid:", "data:")):
        return match[0]
    return f'<img{attributes[:at]} {REMOTE_SOURCE}="{attributes[at + 6 :]}>'


def text_as_html(text: str) -> str:
    """Plain text as paragraphs of HTML that show it as it stands."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>\n")
    return f"<div>{safe}</div>"


def cids_of(html: str) -> frozenset[str]:
    """The Content-IDs that HTML shows in place (RFC 2392)."""
    if "cid:" not in html and "CID:" not in html:
        return frozenset()
    return frozenset(unescape(found) for found in re.findall(r"""(?i)\bcid:([^"'\s>)]{1,300})""", html))
