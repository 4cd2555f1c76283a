"""What is worth a question before an answer goes out: it may be right, and often is not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_NOBODY = re.compile(
    r"(?:.*[-_.+])?(?:(?:no|not|do[-_.]?not|nicht|keine)[-_.]?(?:reply|antwort(?:en)?)|mailer-daemon)(?:[-_.+\d].*)?"
)
_ATTACHED = re.compile(
    r"(?<!no )(?<!without )(?<!kein )(?<!ohne )"
    r"\b(?:attached|attachments?|enclosed|anhang|anhänge|angehängt\w*|anbei|beigefügt\w*|anliegend\w*"
    r"|(?:in der|als|siehe) anlage)\b",
    re.IGNORECASE,
)


class Doubtful(StrEnum):
    """What looks wrong about an answer."""

    NOBODY_READS = "nobody_reads"
    NO_FILE = "no_file"
    SEVERAL_CUSTOMERS = "several_customers"


@dataclass(frozen=True, slots=True)
class Caution:
    """One question: what is doubtful, and about which addresses or customers."""

    what: Doubtful
    about: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same question, so that it is asked once."""
        return " ".join((self.what.value, *self.about))


def decide_cautions(
    recipients: Sequence[str], text: str, *, has_files: bool, customers: Sequence[str]
) -> tuple[Caution, ...]:
    """What to ask before this text goes to these addresses, which are those of these customers."""
    nobody = tuple(address for address in recipients if is_read_by_nobody(address))
    found = [
        Caution(Doubtful.NOBODY_READS, nobody) if nobody else None,
        Caution(Doubtful.NO_FILE) if not has_files and speaks_of_a_file(text) else None,
        Caution(Doubtful.SEVERAL_CUSTOMERS, tuple(customers)) if len(customers) > 1 else None,
    ]
    return tuple(caution for caution in found if caution is not None)


def is_read_by_nobody(address: str) -> bool:
    """Whether an address says itself that it takes no answers."""
    return _NOBODY.fullmatch(address.rpartition("@")[0].lower()) is not None


def speaks_of_a_file(text: str) -> bool:
    """Whether a text, without what it quotes, says in English or German that something is attached."""
    own = (line for line in text.splitlines() if not line.lstrip().startswith(">"))
    return any(_ATTACHED.search(line) for line in own)
