"""`manage4all mailbox dkim`: from the key to the first signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.command import Command, answer, command
from tests.fakes.dns_server import DnsServer, serving

ADDRESS = "help@a.example"


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with serving({("a.example", "A"): ["192.0.2.1"]}) as server:
        yield server


@pytest.fixture
def run(tmp_path: Path, dns: DnsServer) -> Command:
    return command(tmp_path / "data", mail_domain="in.example", dns_servers=dns.address)


@pytest.fixture
def mine(run: Command) -> tuple[str, ...]:
    new = ("account", "create", "--login", "anna", "--email", "a@a.example", "--password-stdin", "--json")
    account = str(answer(run(*new, stdin="correct horse battery\n"))["id"])
    answer(run("mailbox", "add", "--account", account, "--address", ADDRESS, "--json"))
    return ("mailbox", "dkim", "--account", account, "--mailbox", ADDRESS)


def test_a_key_is_made_seen_replaced_and_removed(run: Command, mine: tuple[str, ...], dns: DnsServer) -> None:
    assert "There is no key yet." in run(*mine, "--check").stderr
    made = answer(run(*mine, "--json"))
    assert (made["state"], made["domain"], made["type"]) == ("waiting", "a.example", "TXT")
    assert made["name"] == f"{made['selector']}._domainkey.a.example"
    assert made["value"].startswith("v=DKIM1; k=rsa; p=MIIB")
    assert answer(run(*mine, "--json")) == made
    assert "PRIVATE" not in str(made)
    waiting = answer(run(*mine, "--check", "--json"))
    assert (waiting["state"], waiting["seen"], waiting["signs"]) == ("waiting", "missing", "")
    dns.zones[made["name"], "TXT"] = [made["value"]]
    active = answer(run(*mine, "--check", "--json"))
    assert (active["state"], active["signs"]) == ("active", made["selector"])
    replaced = answer(run(*mine, "--replace", "--json"))
    assert (replaced["state"], replaced["signs"]) == ("waiting", made["selector"])
    assert replaced["selector"] != made["selector"]
    assert answer(run(*mine, "--remove", "--json")) == {"state": "none"}
    assert made["value"] not in run(*mine).stdout


def test_one_thing_at_a_time_and_a_mailbox_of_ones_own(run: Command, mine: tuple[str, ...]) -> None:
    both = run(*mine, "--check", "--remove")
    assert (both.returncode != 0, "one at a time" in both.stderr) == (True, True)
    assert "no such mailbox" in run(*mine[:-1], "x@y.example").stderr
