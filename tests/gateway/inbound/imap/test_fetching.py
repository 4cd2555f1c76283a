"""A look into a folder: what is taken, how it is marked, and what a server may say of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.inbound.imap.fetching import MOST_A_LOOK, return_path
from gateway.inbound.imap.session import BLOCK_BYTES
from gateway.inbound.imap.setbacks import GIVE_UP_AFTER
from gateway.store import session
from gateway.store.imap import WhenDone
from gateway.store.intake import Fate
from gateway.store.models import Mailbox, Offer
from gateway.store.servers import Trouble
from tests.fakes.dovecot import Dovecot
from tests.fakes.fetching import Fetching
from tests.fakes.imap_server import Folder, ImapServer, Message
from tests.world import mail

LONG_AGO = datetime(2020, 1, 2, tzinfo=UTC)


def big(size: int) -> bytes:
    return mail("x" * 70 + "\r\n" + "\r\n".join(["line " * 14] * (size // 72)))


def reasons() -> list[tuple[str, str]]:
    with session.reading() as db:
        return [(row.fate, row.reason) for row in db.scalars(select(Offer).order_by(Offer.id))]


def test_each_mail_is_taken_byte_for_byte_and_marked_as_seen(fetching: Fetching, dovecot: Dovecot) -> None:
    mails = [mail(f"Number {number}") for number in range(40)]
    dovecot.append(*mails)
    fetching.begin()
    assert fetching.look() is None
    assert fetching.raws() == mails
    assert fetching.fates() == {"ticket": 40}
    assert dovecot.seen() == 40
    assert fetching.unmarked() == []


def test_a_large_mail_comes_in_blocks_and_is_whole(fetching: Fetching, dovecot: Dovecot) -> None:
    mails = [big(BLOCK_BYTES * 3), mail("small"), big(BLOCK_BYTES)]
    exact = mail("y")
    mails.append(exact + b"z" * (BLOCK_BYTES * 2 - len(exact)))
    dovecot.append(*mails)
    fetching.begin()
    assert fetching.look() is None
    assert fetching.raws() == mails


@pytest.mark.parametrize(
    ("when_done", "in_inbox", "seen", "elsewhere"),
    [
        (WhenDone.KEEP, 3, 0, -1),
        (WhenDone.SEEN, 3, 3, -1),
        (WhenDone.MOVE, 0, 0, 3),
        (WhenDone.DELETE, 0, 0, -1),
    ],
)
def test_what_becomes_of_it_there_is_as_was_asked(
    fetching: Fetching, dovecot: Dovecot, when_done: WhenDone, in_inbox: int, seen: int, elsewhere: int
) -> None:
    dovecot.append(mail(), mail(), mail())
    fetching.begin(when_done=when_done, move_to="Done/2026 & more" if when_done is WhenDone.MOVE else "")
    assert fetching.look() is None
    assert len(fetching.raws()) == 3
    assert (dovecot.count(), dovecot.seen()) == (in_inbox, seen)
    assert dovecot.count("Done/2026 &- more") == elsewhere
    assert fetching.look() is None
    assert len(fetching.raws()) == 3


def test_without_move_it_is_copied_and_only_our_own_mails_are_expunged(
    scripted: Fetching, server: ImapServer
) -> None:
    server.capabilities = ("IMAP4rev1", "UIDPLUS", "AUTH=PLAIN")
    server.inbox.add(mail(), mail())
    scripted.begin(when_done=WhenDone.MOVE, move_to="Done")
    theirs = Message(90, mail("deleted by somebody else"), {"\\Deleted"})
    server.inbox.messages.append(theirs)
    scripted.look()
    assert [message.uid for message in server.folders["Done"].messages] == [1, 2, 3]
    assert server.inbox.messages == []


def test_without_uidplus_a_mail_stays_marked_as_deleted(scripted: Fetching, server: ImapServer) -> None:
    server.capabilities = ("IMAP4rev1", "AUTH=PLAIN")
    server.inbox.add(mail())
    scripted.begin(when_done=WhenDone.DELETE)
    scripted.look()
    assert [message.flags for message in server.inbox.messages] == [{"\\Deleted"}]
    assert not any("EXPUNGE" in command for command in server.commands)


def test_marking_that_fails_is_tried_again_and_nothing_is_fetched_anew(
    scripted: Fetching, server: ImapServer
) -> None:
    server.inbox.add(mail(), mail())
    scripted.begin()
    server.faults.answer["UID STORE"] = b"TAG NO not now\r\n"
    assert scripted.look() is Trouble.MARKING
    assert scripted.source().last_error == "marking: not now"
    assert scripted.unmarked() == [1, 2]
    server.faults.answer.clear()
    fetches = sum("UID FETCH" in command for command in server.commands)
    assert scripted.look() is None
    assert sum("UID FETCH" in command for command in server.commands) == fetches
    assert scripted.unmarked() == []
    assert all(message.flags == {"\\Seen"} for message in server.inbox.messages)


def test_old_mail_is_left_alone_when_only_new_mail_is_wanted(fetching: Fetching, dovecot: Dovecot) -> None:
    dovecot.append(*(mail() for _ in range(5)), at=LONG_AGO)
    fetching.connect()
    fetching.look()
    between = mail("arrived after it was counted, before it began")
    dovecot.append(between)
    fetching.start(import_old=False)
    new = mail("new")
    dovecot.append(new)
    assert fetching.look() is None
    assert fetching.raws() == [between, new]
    assert dovecot.seen() == 2


def test_mail_older_than_the_connection_counts_as_imported(fetching: Fetching, dovecot: Dovecot) -> None:
    dovecot.append(mail("old"), at=LONG_AGO)
    fetching.begin(import_old=True)
    dovecot.append(mail("new"), at=datetime.now(UTC) + timedelta(seconds=2))
    fetching.look()
    assert [row.source for row in fetching.intakes()] == ["import", "imap"]


def test_a_new_uidvalidity_offers_everything_again_and_makes_duplicates_only(
    fetching: Fetching, dovecot: Dovecot
) -> None:
    dovecot.append(*(mail(f"{number}") for number in range(7)))
    fetching.begin()
    fetching.look()
    assert fetching.fates() == {"ticket": 7}
    before = fetching.source().trial
    dovecot.forget_uids()
    assert fetching.look() is None
    assert fetching.fates() == {"ticket": 7, "duplicate": 7}
    assert before is not None
    assert fetching.look() is None
    assert fetching.fates() == {"ticket": 7, "duplicate": 7}


def test_a_new_uidvalidity_does_not_bring_the_old_mail_that_nobody_wanted(
    scripted: Fetching, server: ImapServer
) -> None:
    old = [mail("old") for _ in range(MOST_A_LOOK + 5)]
    server.inbox.add(*old, at=LONG_AGO)
    yesterday = datetime.now(UTC) - timedelta(hours=3)
    server.inbox.add(*(mail("yesterday") for _ in range(MOST_A_LOOK + 5)), at=yesterday)
    scripted.begin(import_old=False)
    server.inbox.add(mail("new"))
    scripted.look()
    messages = server.inbox.messages
    server.folders["INBOX"] = Folder(uidvalidity=2)
    for message in messages:
        server.inbox.add(message.raw, at=message.arrived_at)
    server.inbox.add(mail("newest"))
    assert scripted.look() is None
    assert scripted.fates() == {"ticket": 2, "duplicate": 1}
    server.inbox.add(mail("a mail that was moved here"), at=LONG_AGO)
    scripted.look()
    assert scripted.fates() == {"ticket": 2, "duplicate": 1}


def test_a_mail_beyond_the_limit_is_not_fetched_but_has_its_fate(
    scripted: Fetching, server: ImapServer
) -> None:
    scripted.max_message_bytes = 2000
    server.inbox.add(mail("fits"), big(5000), mail("fits, too"))
    scripted.begin()
    assert scripted.look() is None
    assert len(scripted.raws()) == 2
    assert reasons() == [("pending", ""), ("refused", "too-large"), ("pending", "")]
    assert [message.flags for message in server.inbox.messages] == [{"\\Seen"}, set(), {"\\Seen"}]
    assert not any("FETCH 2 (BODY" in command for command in server.commands)
    scripted.look()
    assert len(reasons()) == 3


def test_a_size_that_was_a_lie_is_found_while_reading(scripted: Fetching, server: ImapServer) -> None:
    scripted.max_message_bytes = BLOCK_BYTES + 1000
    server.inbox.add(big(BLOCK_BYTES * 2))
    server.faults.size = lambda _: 100
    scripted.begin()
    assert scripted.look() is None
    assert reasons() == [("refused", "too-large")]


@pytest.mark.parametrize("said", [1, 50_000])
def test_a_wrong_size_neither_cuts_a_mail_nor_holds_it_up(
    scripted: Fetching, server: ImapServer, said: int
) -> None:
    mails = [mail("whole"), big(BLOCK_BYTES + 5)]
    server.inbox.add(*mails)
    server.faults.size = lambda _: said
    scripted.begin()
    assert scripted.look() is None
    assert scripted.raws() == mails


def test_a_mail_that_the_server_does_not_give_holds_up_no_other_and_is_given_up_at_last(
    scripted: Fetching, server: ImapServer
) -> None:
    mails = [mail("before"), mail("broken"), mail("behind")]
    server.inbox.add(*mails)
    server.faults.body = lambda message, body: None if message.uid == 2 else body
    scripted.begin()
    assert scripted.look() is Trouble.MESSAGE
    assert scripted.raws() == [mails[0], mails[2]]
    later = mail("later")
    server.inbox.add(later)
    scripted.look()
    assert scripted.raws() == [mails[0], mails[2], later]
    for _ in range(GIVE_UP_AFTER):
        scripted.setbacks["INBOX"].wake()
        scripted.look()
    assert reasons()[-1] == (Fate.REFUSED, "unreadable")
    assert scripted.look() is None


def test_a_mail_that_the_server_gives_later_is_taken_then(scripted: Fetching, server: ImapServer) -> None:
    mails = [mail("late"), mail("early")]
    server.inbox.add(*mails)
    server.faults.body = lambda message, body: None if message.uid == 1 else body
    scripted.begin()
    scripted.look()
    server.faults.body = lambda _, body: body
    scripted.setbacks.clear()
    assert scripted.look() is None
    assert scripted.raws() == [mails[1], mails[0]]
    assert scripted.unmarked() == []


def test_a_mail_on_which_the_connection_ends_each_time_holds_up_no_other(
    scripted: Fetching, server: ImapServer
) -> None:
    mails = [mail("before"), mail("poison"), mail("behind")]
    server.inbox.add(*mails)

    def poison(message: Message, body: bytes) -> bytes:
        if message.uid == 2:
            raise ConnectionResetError
        return body

    server.faults.body = poison
    scripted.begin()
    for _ in range(4):
        scripted.look()
    assert scripted.raws() == [mails[0], mails[2]]
    assert scripted.source().last_error.startswith("message")
    server.faults.body = lambda _, body: body
    scripted.setbacks.clear()
    scripted.look()
    assert sorted(scripted.raws()) == sorted(mails)


def test_several_folders_are_each_looked_into(fetching: Fetching, dovecot: Dovecot) -> None:
    dovecot.append(mail("in the inbox"))
    dovecot.append(mail("in another"), folder="Web/Forms")
    fetching.begin(folders=("INBOX", "Web/Forms"))
    assert fetching.look() is None
    assert fetching.fates() == {"ticket": 2}
    assert (dovecot.seen(), dovecot.seen("Web/Forms")) == (1, 1)


def test_a_folder_that_is_missing_stops_no_other(scripted: Fetching, server: ImapServer) -> None:
    server.folders["Gone"] = Folder()
    server.inbox.add(mail())
    scripted.begin(folders=("Gone", "INBOX"))
    del server.folders["Gone"]
    assert scripted.look() is Trouble.FOLDER
    assert scripted.source().last_error == "folder: Gone"
    assert len(scripted.raws()) == 1


def test_more_mails_than_one_look_takes_are_all_taken(scripted: Fetching, server: ImapServer) -> None:
    server.inbox.add(*(mail() for _ in range(MOST_A_LOOK * 2 + 3)))
    scripted.begin()
    assert scripted.look() is None
    assert scripted.uids() == list(range(1, MOST_A_LOOK * 2 + 4))
    assert all(message.flags == {"\\Seen"} for message in server.inbox.messages)


def test_nothing_of_a_mail_is_ever_in_a_command(scripted: Fetching, server: ImapServer) -> None:
    secret = "xyzzy-of-the-mail"
    server.inbox.add(mail(secret, subject=secret, message_id=f"{secret}@x.example", references=[secret]))
    scripted.begin(when_done=WhenDone.MOVE, move_to="Done")
    scripted.look()
    assert len(scripted.raws()) == 1
    assert secret not in " ".join(server.commands)


def test_a_mailbox_that_has_gone_keeps_its_mail_on_the_server(scripted: Fetching, server: ImapServer) -> None:
    server.inbox.add(mail())
    scripted.begin()
    with session.transaction() as db:
        mailbox = db.execute(select(Mailbox).where(Mailbox.account_id == 1)).scalars().first()
        assert mailbox is not None
        mailbox.address = "renamed@ours.example"
    source = scripted.lease()
    with session.transaction() as db:
        mailbox = db.execute(select(Mailbox).where(Mailbox.account_id == 1)).scalars().first()
        assert mailbox is not None
        mailbox.address = "renamed-again@ours.example"
    assert source is not None
    assert scripted.watch(source) is Trouble.OURS
    assert scripted.raws() == []
    assert server.inbox.messages[0].flags == set()


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        (b"Return-Path: <ann@acme.example>\r\nFrom: x\r\n\r\nbody", "ann@acme.example"),
        (b"Return-Path:\r\n <ann@acme.example>\r\n\r\n", "ann@acme.example"),
        (b"return-path: <>\r\n\r\n", ""),
        (b"From: eve@evil.example\r\n\r\nReturn-Path: <eve@evil.example>\r\n", ""),
        (b"Return-Path: <a b@x>\r\n\r\n", ""),
        (b"Return-Path: <\xff@x.example>\r\n\r\n", ""),
        (b"", ""),
    ],
)
def test_the_envelopes_sender_is_what_the_last_server_noted(header: bytes, sender: str) -> None:
    assert return_path(header) == sender
