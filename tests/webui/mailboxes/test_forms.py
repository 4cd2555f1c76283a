"""What people send from the mailboxes' pages."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.desk.mailboxsettings import MailboxSettings
from gateway.errors import Invalid
from gateway.store.imap import WhenDone
from gateway.store.servers import Security
from webui.mailboxes import forms
from webui.mailboxes.forms import ConnectionForm


def test_settings_are_read_and_an_unticked_box_is_a_no() -> None:
    typed = MultiDict({"name": " Desk ", "locale": "de", "reopen_days": "7", "silence_hours": "0"})
    assert forms.read_settings(typed) == MailboxSettings(
        "Desk", "", "de", 7, 0, acknowledges=False, acknowledgement=""
    )


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", "²", "1234567890"])
def test_a_number_is_a_number(number: str) -> None:
    with pytest.raises(Invalid) as caught:
        forms.read_settings(MultiDict({"reopen_days": "1", "silence_hours": number}))
    assert caught.value.field == "silence_hours"


@pytest.mark.parametrize(
    ("security", "port"), [(Security.TLS, 993), (Security.STARTTLS, 143), (Security.PLAIN, 143)]
)
def test_an_empty_port_is_the_usual_one(security: Security, port: int) -> None:
    made = forms.connection(ConnectionForm(host="h", security=security.value, username="u"), "sealed")
    assert (made.security, made.port) == (security, port)


def test_folders_are_lines() -> None:
    made = forms.connection(ConnectionForm(folders=" INBOX \r\n\r\nA, b\n"), "")
    assert (made.folders, made.when_done) == (("INBOX", "A, b"), WhenDone.SEEN)
