"""A message's text for the page: escaped, with links to click, the quoted part apart from the new."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape as escape_html
from html import unescape

from markupsafe import Markup, escape

from gateway.i18n import _, ngettext
from gateway.mail import markdown
from gateway.mail.links import addresses_in
from gateway.rules.mentions import places
from gateway.store.queries.articles import AttachmentView

MAX_SHOWN_CHARS = 60_000
"""Longer texts are shown to this length; the whole is in the original mail."""

_TAG = re.compile(r"(<[^>]*>)")
_QUIET = re.compile(r"</?(?:a|code|pre)\b")
_PICTURE = re.compile(r'<img src="cid:([^"]+)" alt="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Text:
    """The new words, what they quote, and the words to unfold that by; "" where nothing is quoted."""

    new: Markup
    quoted: Markup
    quoted_label: str


def split(text: str, new: str) -> Text:
    """The parts of a message whose whole text and new text are known. Nothing is left out of both."""
    whole, fresh = text.strip(), new.strip()
    if not whole:
        return Text(Markup("<em>%s</em>") % _("(no text)"), Markup(""), "")
    if not fresh or fresh == whole:
        return Text(linked(whole), Markup(""), "")
    is_prefix = whole.startswith(fresh)
    rest = whole[len(fresh) :].strip("\n") if is_prefix else whole
    count = rest.count("\n") + 1
    label = ngettext("Show quoted text (%(num)s line)", "Show quoted text (%(num)s lines)", count)
    whole_label = ngettext("Show whole message (%(num)s line)", "Show whole message (%(num)s lines)", count)
    return Text(linked(fresh), linked(rest), (label if is_prefix else whole_label) % {"num": count})


def written(text: str, pictures: Mapping[str, AttachmentView]) -> Markup:
    """What staff wrote, as its mail shows it: made from Markdown, `pictures` (by name) at their places."""
    shown = text[:MAX_SHOWN_CHARS]
    by_id = {file.content_id: file for file in pictures.values()}
    html = markdown.to_html(
        shown, styled=False, pictures={name: f.content_id for name, f in pictures.items()}
    )
    html = _PICTURE.sub(lambda found: _shown_picture(by_id[unescape(found[1])], found[2]), html)
    return Markup(html) + _cut_word(text)  # noqa: S704 - sanitised


def with_mentions(html: Markup, logins: Collection[str]) -> Markup:
    """What staff wrote, with those whom it names marked; not in code and in links."""
    inside, parts = 0, []
    for part in _TAG.split(html):
        if _TAG.fullmatch(part):
            named = _QUIET.match(part)
            inside += (-1 if part.startswith("</") else 1) if named else 0
        elif not inside:
            part = _marked(part, logins)  # noqa: PLW2901 - the part with its marks
        parts.append(part)
    return Markup("".join(parts))  # noqa: S704 - it was safe, and logins hold no sign of HTML


def _marked(text: str, logins: Collection[str]) -> str:
    marked, at = "", 0
    for start, end, _login in places(text, logins):
        marked += f'{text[at:start]}<span class="mention">{text[start:end]}</span>'
        at = end
    return marked + text[at:]


def _shown_picture(file: AttachmentView, name: str) -> str:
    """The picture, small where there is a preview; a click shows it in full. `name` is escaped already."""
    address = f"/attachments/{escape_html(file.public_id)}"
    small = f"{address}/preview" if file.preview_sha256 else address
    return f'<a href="{address}" data-zoom="{name}"><img src="{small}" alt="{name}" loading="lazy"></a>'


def linked(text: str) -> Markup:
    """The text escaped, web addresses as links that tell their target nothing."""
    parts: list[str] = []
    at = 0
    shown = text[:MAX_SHOWN_CHARS]
    for start, url in addresses_in(shown):
        parts += (str(escape(shown[at:start])), _anchor(url))
        at = start + len(url)
    parts.append(str(escape(shown[at:])))
    return Markup("".join(parts)) + _cut_word(text)  # noqa: S704 - every part was escaped above


def _cut_word(text: str) -> Markup:
    """What is said below a text that is not shown to its end."""
    word = _("Shortened here; the whole is in the original mail.")
    return Markup("\n… {}").format(word) if len(text) > MAX_SHOWN_CHARS else Markup("")


def _anchor(url: str) -> str:
    safe = escape(url)
    return f'<a href="{safe}" target="_blank" rel="noopener noreferrer nofollow">{safe}</a>'
