"""What staff wrote → the two texts of a reply: plain, and HTML made from it as Markdown."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from babel.dates import format_date, format_time
from markupsafe import Markup

from gateway.i18n import _, current_locale, speaking
from gateway.mail import markdown
from gateway.mail.html import text_as_html
from gateway.templating import render

MAX_QUOTED_CHARS = 50_000
_CUT = "[…]"


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that is answered: who wrote it, when (aware), its text."""

    author: str
    date: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Bodies:
    """The same reply twice."""

    text: str
    html: str


def reply_bodies(text: str, *, signature: str, quoted: Quoted | None, locale: str) -> Bodies:
    """The reply with the mailbox's signature and, below, the quoted message under a line in `locale`.

    The HTML loads nothing and runs nothing: no HTML of the writer's, no pictures from elsewhere; its looks
    stand in its elements. A quoted message longer than 50,000 characters is cut at the end of a line.
    """
    written, signed = _tidy(text), _tidy(signature)
    old = _shortened(_tidy(quoted.text)) if quoted else ""
    with speaking(locale):
        values = {"signature": signed, "attribution": _attribution(quoted) if quoted and old else ""}
        plain = render("mail/reply/body.txt", text=written, quoted=_marked(old), **values)
        html = render(
            "mail/reply/body.html",
            content=Markup(markdown.to_html(written, styled=True)),  # noqa: S704 - sanitised
            quoted=_as_it_stands(old),
            locale=current_locale(),
            **values,
        )
    return Bodies(plain, html)


def _attribution(quoted: Quoted) -> str:
    locale = current_locale()
    zone = "UTC" if quoted.date.utcoffset() == timedelta() else quoted.date.strftime("%z")
    time = format_time(quoted.date, "short", tzinfo=quoted.date.tzinfo or UTC, locale=locale)
    return _("On %(date)s at %(time)s, %(author)s wrote:") % {
        "date": format_date(quoted.date, "long", locale=locale),
        "time": f"{time} {zone}",
        "author": " ".join(quoted.author.split()),
    }


def _as_it_stands(text: str) -> Markup:
    """Text as HTML with its lines and blanks, also in Outlook, which knows no `pre-wrap`."""
    kept = text.expandtabs(4).replace("  ", " \N{NO-BREAK SPACE}")
    return Markup(text_as_html(kept) if kept else "")  # noqa: S704 - escaped there


def _marked(text: str) -> str:
    """Each line behind `>`, as RFC 3676, 4.5 writes it."""
    lines = text.split("\n") if text else []
    return "\n".join(f">{line}" if line.startswith(">") or not line else f"> {line}" for line in lines)


def _shortened(text: str) -> str:
    if len(text) <= MAX_QUOTED_CHARS:
        return text
    start = text[:MAX_QUOTED_CHARS]
    return f"{start[: start.rfind(chr(10))] if chr(10) in start else start}\n{_CUT}"


def _tidy(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")
