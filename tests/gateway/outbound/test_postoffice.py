"""What a process sends mail with."""

from pathlib import Path

from gateway.clock import SystemClock
from gateway.desk.servers.reach import reach_of
from gateway.mail.envelope import Envelope
from gateway.outbound.postoffice import open_office
from gateway.rules.budget import Budget
from gateway.rules.retry import Sent
from gateway.settings import load
from gateway.store.blobs import BlobStore
from gateway.store.sealed import Seal
from tests.fakes.outgoing import RAW
from tests.fakes.smtp_peer import SmtpPeer


def test_it_is_opened_as_the_settings_say_and_leaves_nothing_behind(tmp_path: Path, peer: SmtpPeer) -> None:
    settings = load(
        data_dir=tmp_path,
        relay_url=peer.url,
        mail_domain="in.example",
        smtp_hostname="me.example",
        budget_account_day=3,
        budget_account_hour=2,
        budget_recipient_hour=1,
    )
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    with open_office(settings, blobs=blobs, clock=SystemClock()) as office:
        assert office.journal.path.parent == settings.journal_dir
        assert office.mail_domain == "in.example"
        assert office.seal.open(Seal(settings.key()).seal("secret")) == "secret"
        assert office.reach == reach_of(settings)
        assert office.budget == Budget(account_day=3, account_hour=2, recipient_hour=1)
        outcome = office.sender.send(
            Envelope("", ("ann@example.org",)), RAW, has_time_for=lambda _: True, on_accepted=lambda _: None
        )
        assert isinstance(outcome, Sent)
    assert peer.commands[0] == "ehlo me.example"
    assert peer.commands[-1].upper() == "QUIT"
    assert list(settings.journal_dir.iterdir()) == []
