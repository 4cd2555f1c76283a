"""What became of a try to deliver, in the person's language.

A server's own words stay as they are. What the desk says of a server that answered nothing usable is English
in the database, because whoever sends knows no person; those sentences are listed here to be translated.
"""

import re
from functools import cache

from gateway.i18n import DEFAULT_LOCALE, _, speaking
from gateway.store.servers import Trouble
from gateway.store.troublewords import words_for
from webui.complaints import N_

_SAID = (
    N_("Given up after 5 days. Last answer: %(rest)s"),
    N_("No outgoing mail server is configured."),
    N_("The time for this try ran out before the mail was handed over."),
    N_("The mail has %(size)s bytes, and the server takes no more than %(limit)s."),
    N_("An address has letters outside ASCII, and the server does not offer SMTPUTF8."),
    N_("The connection broke while the mail was handed over. %(rest)s"),
    N_("The server answered before the mail had ended. %(rest)s"),
    N_("The server spoke out of turn or hung up. %(rest)s"),
    N_("The server spoke out of turn or hung up."),
    N_("The server's answer is not SMTP: %(rest)s"),
    N_("The server's answer is longer than %(limit)s bytes."),
    N_("The server did not answer in time."),
    N_("The server does not offer STARTTLS, which the settings demand."),
    N_("The connection is not encrypted, so the password was not sent."),
    N_("The connection is closed."),
    N_("This is not a valid e-mail address."),
)


def in_words(answer: str) -> str:
    """What was said, translated where the desk said it; what is not listed stays as it stands."""
    for sentence, form in _forms():
        if found := form.fullmatch(answer):
            values = found.groupdict()
            if "rest" in values:
                values["rest"] = in_words(values["rest"])
            return _(sentence) % values
    for sentence, trouble in _troubles():
        if answer == sentence:
            return words_for(trouble.value)
        if answer.startswith(f"{sentence} (") and answer.endswith(")"):
            return words_for(trouble.noted(answer[len(sentence) + 2 : -1]))
    return answer


@cache
def _troubles() -> tuple[tuple[str, Trouble], ...]:
    """What is said of the server of a mailbox's account."""
    with speaking(DEFAULT_LOCALE):
        return tuple((words_for(trouble.value), trouble) for trouble in Trouble)


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sentence, _form(sentence)) for sentence in _SAID)


def _form(sentence: str) -> re.Pattern[str]:
    """The sentence with anything in the place of its values."""
    parts = re.split(r"%\((\w+)\)s", sentence)
    values = [f"(?P<{name}>.+)" if at % 2 else re.escape(name) for at, name in enumerate(parts)]
    return re.compile("".join(values), re.DOTALL)
