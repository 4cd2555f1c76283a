"""The application as the demo runs it: a door that takes mail, and a postbox with one mail in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.samples.people import LARS
from gateway.mail.address import Address
from gateway.mail.compose import OutgoingFile, OutgoingMail, compose
from gateway.settings import Settings, load
from gateway.store.postbox import Postbox
from tests.fakes.smtp_peer import SmtpPeer

REPLY_TO = "reply+1.abc@desk.localhost"


@pytest.fixture
def peer() -> Iterator[SmtpPeer]:
    with SmtpPeer() as listening:
        yield listening


@pytest.fixture
def settings(tmp_path: Path, peer: SmtpPeer) -> Settings:
    made = load(
        data_dir=tmp_path / "data",
        demo=True,
        postbox_port=1,
        smtp_port=peer.port,
        redis_url="redis://127.0.0.1:1/0",
    )
    return made.with_values(relay_url=made.postbox_url)


@pytest.fixture
def key(settings: Settings) -> str:
    """An answer of the desk in the mailbox of Lars."""
    mail = OutgoingMail(
        message_id="m.1.x@desk.localhost",
        date=datetime(2026, 3, 1, 9, tzinfo=UTC),
        from_=Address("Desk", "support@nordlicht-it.example"),
        to=(LARS.address,),
        reply_to=(Address("Desk", REPLY_TO),),
        subject="Re: Drucker [#1]",
        text="Ist er <b>an</b>?\n\nAm 1. März schrieb Lars Hansen:\n> Er druckt nicht.\n",
        html="<p>Ist er an?</p><script>alert(1)</script>",
        references=("0@hansen-logistik.example",),
        attachments=(OutgoingFile("Übersicht.pdf", "application/pdf", b"%PDF-1.4\n\0\xff"),),
    )
    return Postbox(settings.postbox_dir).keep(LARS.email, compose(mail))
