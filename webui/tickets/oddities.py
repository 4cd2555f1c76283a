"""What is broken about a mail, in the person's language.

The parser speaks English and knows no catalogue; what it may find is listed here so that it is translated.
"""

import re

from gateway.i18n import _
from webui.complaints import N_

_NAMED = re.compile(r"(.*)'(.*)'(.*)", re.DOTALL)

_FOUND = (
    N_("HTML hides its text"),
    N_("HTML is too large or too deep to be shown"),
    N_("a file lies elsewhere: it was not fetched"),
    N_("a line in the header is no field"),
    N_("base64 goes on after its end"),
    N_("base64 is cut off or damaged"),
    N_("boundary is missing or wrong"),
    N_("charset %(name)s does not fit"),
    N_("charset %(name)s is really utf-8"),
    N_("charset is not declared"),
    N_("content type cannot be read"),
    N_("date cannot be read"),
    N_("date is missing"),
    N_("line ends are CR CR LF"),
    N_("line ends are CR alone"),
    N_("message is a piece of a longer one"),
    N_("message is encrypted: it is kept, and cannot be read here"),
    N_("multipart is not closed"),
    N_("multipart without parts"),
    N_("no blank line between header and body"),
    N_("parts are nested too deeply"),
    N_("sender is missing"),
    N_("several From fields: the first sender counts"),
    N_("signed mails are nested too deeply: the inner one is a file"),
    N_("text is too long to be shown in full: all of it is in an attachment"),
    N_("too many addresses: not all of them were read"),
    N_("too many files: not all of their types were looked at"),
    N_("too many header fields"),
    N_("too many parts"),
    N_("unknown transfer encoding %(name)s"),
    N_("uuencoded part is damaged"),
    N_("uuencoded part without a begin line"),
    N_("winmail.dat could not be unpacked in full"),
)


def in_words(defect: str) -> str:
    """A defect as the parser named it, translated; one of a newer version stays as it is."""
    named = _NAMED.fullmatch(defect)
    if named is None:
        return _(defect)
    before, name, after = named.groups()
    text = f"{before}%(name)s{after}"
    return _(text).replace("%(name)s", name)
