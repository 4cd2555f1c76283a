"""Which local parts accounts may take on the installation's own mail domain."""

import re

_FORM = re.compile(r"[a-z0-9](?:[a-z0-9]|[._-](?=[a-z0-9])){1,39}")
_OURS = ("in-", "reply", "bounce", "probe", "notice")
"""What the installation's own addresses begin with."""

_CUSTOMARY = """
abuse ftp hostmaster noc news postmaster security trouble usenet uucp webmaster www
admin administrator root ssladmin ssladministrator sslwebmaster
daemon donotreply mail mailer-daemon manage4all no-reply nobody noreply operator system
"""
"""By RFC 2142; those to which authorities write before they give a certificate; and those whom people take
for the installation itself, or for nobody."""
_RESERVED = frozenset(_CUSTOMARY.split())


def is_free_to_choose(local: str) -> bool:
    """Whether an account may have this local part, in small letters: sane, and nobody else's by custom."""
    return bool(_FORM.fullmatch(local)) and local not in _RESERVED and not local.startswith(_OURS)
