import pytest

from gateway.clock import SystemClock
from gateway.desk.servers.faults import ServerFault
from gateway.inbound.imap.session import Access
from gateway.inbound.imap.trying import try_access, try_source
from gateway.store.servers import Auth, Security, Trouble
from tests.fakes.dovecot import PASSWORD, USER, Dovecot
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


@pytest.mark.parametrize("secret", [PASSWORD, "wrong"])
def test_an_account_that_is_kept_nowhere_is_tried_likewise(
    fetching: Fetching, dovecot: Dovecot, secret: str
) -> None:
    dovecot.append(mail())
    access = Access("localhost", dovecot.port, Security.PLAIN, Auth.PASSWORD, USER, secret)
    if secret == PASSWORD:
        assert try_access(access, ["INBOX"], fetching.reach).folders == (("INBOX", 1),)
        return
    with pytest.raises(ServerFault) as caught:
        try_access(access, ["INBOX"], fetching.reach)
    assert caught.value.trouble is Trouble.LOGIN
