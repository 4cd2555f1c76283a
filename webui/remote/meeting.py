"""At which relay the two sides of a remote session meet."""

import secrets

from webui.office import office


def relay_of(settled: str | None) -> str:
    """Where a session's first side has joined (`settled`); any relay as long as none has.

    Any: whoever comes again because one did not answer is soon sent to another.
    """
    return settled or secrets.choice(office().settings.relay_urls)
