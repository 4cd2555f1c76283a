"""What is wrong with an account at a server, in words. Small, because senders of mail say it, too."""

from gateway.i18n import _
from gateway.store.servers import Trouble

PREFIX = ": "
"""Stands in a row between the code and what the server said."""


def words_for(last_error: str) -> str:
    """A trouble as its row has it (`code` or `code: what the server said`), in words."""
    code, _separator, said = last_error.partition(PREFIX)
    try:
        words = _words(Trouble(code))
    except ValueError:
        return last_error  # of a newer version
    return f"{words} ({said})" if said else words


def _words(trouble: Trouble) -> str:
    """One sentence each: what is wrong, and what to do."""
    return {
        Trouble.UNRESOLVED: _("The server's name is not known. Check how it is spelled."),
        Trouble.FORBIDDEN_HOST: _(
            "This server is in a private network, which this installation does not enter."
        ),
        Trouble.UNREACHABLE: _("The server cannot be reached. Check its name and port."),
        Trouble.TIMEOUT: _("The server took too long to answer."),
        Trouble.CERTIFICATE_EXPIRED: _(
            "The server's certificate has expired. Until it is renewed, no mail goes over this server."
        ),
        Trouble.CERTIFICATE_NAME: _(
            "The server's certificate is for another name. Use the name that it is for."
        ),
        Trouble.CERTIFICATE_UNTRUSTED: _(
            "The server's certificate is not from an authority that is trusted here."
        ),
        Trouble.TLS: _("No protected connection could be made. Check port and kind of protection."),
        Trouble.NO_TLS: _("The server offers no protection, and without it no mail goes over it."),
        Trouble.LOGIN: _("The server did not accept user name and password."),
        Trouble.NO_LOGIN: _("Without a user name only a server in your own network can be used."),
        Trouble.TOKEN: _("The permission to use this account has ended. Connect it again."),
        Trouble.TOKEN_SERVER: _("The server that gives access tokens does not answer as it should."),
        Trouble.FOLDER: _("A folder cannot be opened. Check how it is spelled."),
        Trouble.DROPPED: _("The connection was lost. It is made again by itself."),
        Trouble.BUSY: _("The server puts us off for now. It is asked again by itself."),
        Trouble.PROTOCOL: _("The server said something that makes no sense."),
        Trouble.TOO_MUCH: _("The server announced more than it may send."),
        Trouble.MESSAGE: _("The server does not hand out every mail. It is asked again."),
        Trouble.MARKING: _("Mails were fetched, but could not be marked or moved on the server."),
        Trouble.OURS: _("Something is wrong on our side. It is tried again by itself."),
    }[trouble]
