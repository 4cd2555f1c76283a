import pytest

from gateway.clock import SystemClock
from gateway.desk.servers.faults import ServerFault
from gateway.inbound.imap.trying import try_source
from gateway.store.servers import Trouble
from tests.fakes.dovecot import Dovecot
from tests.fakes.fetching import SEAL, Fetching
from tests.world import mail


def test_it_says_what_lies_in_each_folder(fetching: Fetching, dovecot: Dovecot) -> None:
    dovecot.append(mail(), mail())
    dovecot.append(mail(), folder="Sales")
    fetching.connect(folders=("INBOX", "Sales"))
    source = fetching.lease()
    assert source is not None
    seen = try_source(source, seal=SEAL, reach=fetching.reach, clock=SystemClock())
    assert seen.folders == (("INBOX", 2), ("Sales", 1))
    assert seen.can_idle
    assert dovecot.seen() == 0


def test_a_refusal_is_told(fetching: Fetching) -> None:
    fetching.connect(sealed_secret=SEAL.seal("wrong"))
    source = fetching.lease()
    assert source is not None
    with pytest.raises(ServerFault) as caught:
        try_source(source, seal=SEAL, reach=fetching.reach, clock=SystemClock())
    assert caught.value.trouble is Trouble.LOGIN
