"""What staff wrote → the two texts of a reply or a forward: plain, and HTML made from it as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from babel.dates import format_date, format_time
from markupsafe import Markup

from gateway.i18n import _, current_locale, speaking
from gateway.mail import markdown
from gateway.mail.address import Address
from gateway.mail.html import for_a_mail, text_as_html
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
class Forwarded:
    """The message that is handed on: who wrote it to whom, when (aware), what. `html` None is text alone."""

    author: Address
    date: datetime
    subject: str
    to: Sequence[Address]
    cc: Sequence[Address]
    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class Bodies:
    """The same mail twice."""

    text: str
    html: str


def reply_bodies(
    text: str,
    *,
    signature: str,
    quoted: Quoted | None,
    locale: str,
    pictures: Mapping[str, str] | None = None,
) -> Bodies:
    """The reply with the mailbox's signature and, below, the quoted message under a line in `locale`.

    `![name]` is the picture with the Content-ID that `pictures` has for the name; the plain text names it.

    The HTML loads nothing and runs nothing: no HTML of the writer's, no pictures from elsewhere; its looks
    stand in its elements. A quoted message longer than 50,000 characters is cut at the end of a line.
    """
    old = _shortened(_tidy(quoted.text)) if quoted else ""
    with speaking(locale):
        above = _Above(_tidy(text), _tidy(signature), pictures or {})
        attribution = _attribution(quoted) if quoted and old else ""
        return Bodies(
            above.as_text("reply", attribution=attribution, quoted=_marked(old)),
            above.as_html("reply", attribution=attribution, quoted=_as_it_stands(old)),
        )


def forward_bodies(
    text: str,
    *,
    signature: str,
    forwarded: Forwarded,
    locale: str,
    pictures: Mapping[str, str] | None = None,
) -> Bodies:
    """What was written, which may be nothing, with the signature; below its head the whole message.

    Its HTML keeps its own looks and its own pictures (`cid:`); those in the Internet are words.
    """
    with speaking(locale):
        above = _Above(_tidy(text), _tidy(signature), pictures or {})
        head = list(_head(forwarded))
        rich = for_a_mail(forwarded.html) if forwarded.html is not None else ""
        content = Markup(rich) or _as_it_stands(_tidy(forwarded.text))  # noqa: S704 - sanitised
        return Bodies(
            above.as_text("forward", head=head, content=_tidy(forwarded.text)).lstrip("\n"),
            above.as_html("forward", head=head, content=content),
        )


@dataclass(frozen=True, slots=True)
class _Above:
    """What stands above the older message: the text that was written, and the signature."""

    text: str
    signature: str
    pictures: Mapping[str, str]

    def as_text(self, template: str, **below: object) -> str:
        told = markdown.with_told_pictures(self.text, frozenset(self.pictures), _("Picture"))
        return render(f"mail/{template}/body.txt", text=told, signature=self.signature, **below)

    def as_html(self, template: str, **below: object) -> str:
        written = markdown.to_html(self.text, styled=True, pictures=self.pictures)
        return render(
            f"mail/{template}/body.html",
            text=Markup(written),  # noqa: S704 - sanitised
            signature=self.signature,
            locale=current_locale(),
            **below,
        )


def _head(forwarded: Forwarded) -> Iterator[tuple[str, str]]:
    """The lines that say what is forwarded, in the order in which mail programs write them."""
    date, time = _moment(forwarded.date)
    lines = (
        (_("From"), _people([forwarded.author])),
        (_("Date"), f"{date}, {time}"),
        (_("Subject"), " ".join(forwarded.subject.split())),
        (_("To"), _people(forwarded.to)),
        (_("Cc"), _people(forwarded.cc)),
    )
    return ((name, value) for name, value in lines if value)


def _people(people: Sequence[Address]) -> str:
    return ", ".join(f"{' '.join(who.name.split())} <{who.address}>".lstrip() for who in people)


def _attribution(quoted: Quoted) -> str:
    date, time = _moment(quoted.date)
    return _("On %(date)s at %(time)s, %(author)s wrote:") % {
        "date": date,
        "time": time,
        "author": " ".join(quoted.author.split()),
    }


def _moment(at: datetime) -> tuple[str, str]:
    """A date, and a time with its zone, in the current language."""
    locale = current_locale()
    zone = "UTC" if at.utcoffset() == timedelta() else at.strftime("%z")
    time = format_time(at, "short", tzinfo=at.tzinfo or UTC, locale=locale)
    return format_date(at, "long", locale=locale), f"{time} {zone}"


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
