"""Looking in the DNS whether the records of signing keys are there, as those who get our mail will."""

from collections.abc import Sequence

from gateway.desk.dkimkeys import DkimView
from gateway.inbound.authentication.resolver import Resolver
from gateway.mail.dkimsigning import Seen, judge_records
from gateway.mail.dmarc import UnresolvedError

_TRIES = 3


def look_for_keys(servers: str, keys: Sequence[DkimView]) -> dict[str, Seen]:
    """What stands at each key's name now, by selector; `servers` are those of the setting.

    Takes six seconds a key at most.
    """
    return {key.selector: _look(servers, key) for key in keys}


def _look(servers: str, key: DkimView) -> Seen:
    """Each try has a resolver of its own: what was not there a moment ago may be there now."""
    for _ in range(_TRIES):
        try:
            return judge_records(Resolver(servers).questions().texts(key.name), key.public_key)
        except UnresolvedError:
            continue
    return Seen.UNKNOWN
