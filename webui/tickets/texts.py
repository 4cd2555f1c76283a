"""A message's text for the page: escaped, with links to click, the quoted part apart from the new."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from gateway.i18n import _, ngettext

MAX_SHOWN_CHARS = 60_000
"""Longer texts are shown to this length; the whole is in the original mail."""

_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]{3,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?)]}*_"


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


def linked(text: str) -> Markup:
    """The text escaped, web addresses as links that tell their target nothing."""
    cut = len(text) > MAX_SHOWN_CHARS
    parts: list[str] = []
    at = 0
    shown = text[:MAX_SHOWN_CHARS]
    for found in _LINK.finditer(shown):
        url = found[0].rstrip(_TRAILING)
        parts += (str(escape(shown[at : found.start()])), _anchor(url))
        at = found.start() + len(url)
    parts.append(str(escape(shown[at:])))
    if cut:
        parts.append(f"\n… {escape(_('Shortened here; the whole is in the original mail.'))}")
    return Markup("".join(parts))  # noqa: S704 - every part was escaped above


def _anchor(url: str) -> str:
    safe = escape(url)
    return f'<a href="{safe}" target="_blank" rel="noopener noreferrer nofollow">{safe}</a>'
