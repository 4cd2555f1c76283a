"""A look into a folder of a real Dovecot."""

from datetime import UTC, datetime

from tests.fakes.dovecot import Dovecot
from tests.fakes.fetching import Fetching
from tests.world import mail

LONG_AGO = datetime(2020, 1, 2, tzinfo=UTC)


def test_each_mail_is_taken_byte_for_byte_and_marked_as_seen(fetching: Fetching, dovecot: Dovecot) -> None:
    mails = [mail(f"Number {number}") for number in range(40)]
    dovecot.append(*mails)
    fetching.begin()
    assert fetching.look() is None
    assert fetching.raws() == mails
    assert fetching.fates() == {"ticket": 40}
    assert dovecot.seen() == 40
    assert fetching.unmarked() == []
