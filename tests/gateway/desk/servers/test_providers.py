"""The list of well-known providers holds together."""

from collections import Counter

import pytest

from gateway.desk.servers.providers import PROVIDERS, Provider
from gateway.store.servers import Security

_USUAL = {(993, Security.TLS), (465, Security.TLS), (587, Security.STARTTLS)}


@pytest.mark.parametrize("one", PROVIDERS, ids=lambda one: f"{one.name} {one.imap[0]}")
def test_each_is_reached_by_something_and_never_unprotected(one: Provider) -> None:
    assert one.domains or one.exchangers
    for host, port, security in (one.imap, one.smtp):
        assert host == host.lower().strip(".")
        assert (port, security) in _USUAL
    assert one.imap[1] == 993
    assert all(name == name.lower().strip(".") for name in (*one.domains, *one.exchangers))


def test_no_domain_and_no_exchanger_belongs_to_two() -> None:
    told = Counter(name for one in PROVIDERS for name in one.domains)
    told += Counter(f"MX {name}" for one in PROVIDERS for name in one.exchangers)
    assert [name for name, times in told.items() if times > 1] == []
