"""The dry run: counted on a real Dovecot, and nothing touched."""

from tests.fakes.dovecot import Dovecot
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import ImapServer
from tests.world import mail


def test_mails_and_threads_are_counted_and_nothing_is_fetched_or_marked(
    fetching: Fetching, dovecot: Dovecot
) -> None:
    dovecot.append(
        mail(message_id="a@x.example"),
        mail(message_id="b@x.example", in_reply_to="a@x.example"),
        mail(message_id="c@x.example", references=["a@x.example", "b@x.example"]),
        mail(message_id="other@x.example"),
    )
    dovecot.append(mail(in_reply_to="other@x.example"), mail(), folder="Sales")
    fetching.connect(folders=("INBOX", "Sales"))
    assert fetching.look() is None
    trial = fetching.source().trial
    assert trial is not None
    counted = [(folder["name"], folder["mails"], folder["threads"]) for folder in trial["folders"]]
    assert counted == [("INBOX", 4, 2), ("Sales", 2, 2)]
    assert (trial["mails"], trial["threads"], trial["sent"]) == (6, 3, 0)
    assert trial["at"].endswith("+00:00")
    assert (fetching.raws(), dovecot.seen()) == ([], 0)


def test_it_is_counted_again_only_when_something_has_changed(scripted: Fetching, server: ImapServer) -> None:
    server.inbox.add(mail())
    scripted.connect()
    scripted.look()
    first = scripted.source().trial
    server.commands.clear()
    scripted.look()
    assert not any("FETCH" in command for command in server.commands)
    assert scripted.source().trial == first
    server.inbox.add(mail())
    scripted.look()
    second = scripted.source().trial
    assert second is not None
    assert second["mails"] == 2


def test_many_mails_are_counted_in_batches(scripted: Fetching, server: ImapServer) -> None:
    server.inbox.add(*(mail() for _ in range(450)))
    scripted.connect()
    scripted.look()
    trial = scripted.source().trial
    assert trial is not None
    assert (trial["mails"], trial["threads"]) == (450, 450)
    assert sum("HEADER.FIELDS" in command for command in server.commands) == 3


def test_a_mail_without_header_fields_counts(scripted: Fetching, server: ImapServer) -> None:
    server.inbox.add(b"\r\nno header at all", b"References: \xff\xfe <a@b\r\n\r\n")
    scripted.connect()
    scripted.look()
    trial = scripted.source().trial
    assert trial is not None
    assert (trial["mails"], trial["threads"]) == (2, 2)
