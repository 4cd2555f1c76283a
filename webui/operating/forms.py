"""What the operator types, read and limited."""

from werkzeug.datastructures import MultiDict

from gateway.store.bounds import Limits
from webui.fields import number

_MIB = 1024 * 1024


def read_limits(form: MultiDict[str, str]) -> Limits:
    """How much an account may have; nothing typed is no limit. Invalid names the field at fault."""
    return Limits(_most(form, "staff"), _most(form, "megabytes") * _MIB, _most(form, "mails"))


def megabytes(size_bytes: int) -> int:
    """A limit as the form shows it; one of less than a megabyte counts as one."""
    return -(-size_bytes // _MIB)


def _most(form: MultiDict[str, str], name: str) -> int:
    typed = form.get(name, "").strip()
    return number(typed, name) if typed else 0
