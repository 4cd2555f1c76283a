"""What people type to connect their first mailbox."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.desk.servers.finding import Origin, Server, Servers
from gateway.errors import Invalid
from gateway.store.servers import Security
from gateway.store.smtp import EnvelopeSender
from webui.start import forms
from webui.start.forms import ConnectForm

FOUND = Servers(
    Server("imap.x.example", 993, Security.TLS), Server("smtp.x.example", 587, Security.STARTTLS), Origin.DNS
)


def test_what_was_found_is_filled_in_and_read_back() -> None:
    form = forms.of_servers("help@x.example", FOUND)
    assert form.username == "help@x.example"
    incoming, sending = forms.connection(form, "sealed"), forms.outgoing(form, "sealed")
    assert sending is not None
    assert forms.servers_of(incoming, sending, FOUND) == FOUND
    assert (incoming.sealed_secret, sending.sealed_secret) == ("sealed", "sealed")
    assert sending.sender is EnvelopeSender.MAILBOX


def test_what_was_typed_otherwise_is_known_as_typed() -> None:
    incoming = forms.connection(ConnectForm("help", imap_host="h"), "s")
    assert incoming.port == 993
    assert forms.servers_of(incoming, None, FOUND) == Servers(
        Server("h", 993, Security.TLS), None, Origin.TYPED
    )


def test_without_an_smtp_server_there_is_none() -> None:
    assert forms.outgoing(ConnectForm("help", imap_host="h"), "s") is None
    assert forms.outgoing(ConnectForm("help", smtp_host="h", smtp_security="starttls"), "s") is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [("imap_port", "x"), ("imap_security", "none"), ("smtp_port", "-1"), ("smtp_security", "")],
)
def test_what_cannot_be_read_names_its_field(field: str, value: str) -> None:
    typed = {"imap_host": "h", "smtp_host": "h", "imap_security": "tls", "smtp_security": "tls"}
    form = forms.read_connect(MultiDict(typed | {field: value}))
    read = forms.connection if field.startswith("imap") else forms.outgoing
    with pytest.raises(Invalid) as refused:
        read(form, "sealed")
    assert refused.value.field == field


def test_a_password_is_taken_as_it_is_and_must_be_there() -> None:
    assert forms.read_secret(MultiDict({"secret": " x "})) == " x "
    with pytest.raises(Invalid) as refused:
        forms.read_secret(MultiDict())
    assert refused.value.field == "secret"
