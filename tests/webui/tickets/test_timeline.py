"""The timeline of a ticket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from gateway.i18n import speaking
from gateway.mail.address import Address
from gateway.rules.status import ArticleKind, Status
from gateway.store.queries.articles import ArticleView, AttachmentView, DeliveryView, EventView, TicketDetail
from gateway.store.queries.tickets import TicketRow
from webui.tickets.timeline import (
    Event,
    Fold,
    Message,
    Reader,
    can_be_taken_back,
    entries,
    message,
    timeline,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READER = Reader(NOW, timedelta(seconds=10), {"ann": "Ann Berger"})
TICKET = TicketRow(
    1, 1, "S", Status.OPEN, NOW, NOW, "Max", "max@x.example", None, None, (), "", 1, 0, None, None
)
MAIL = ArticleView(
    public_id="a" * 24,
    kind=ArticleKind.INBOUND,
    created_at=NOW - timedelta(hours=1),
    author=None,
    from_=Address("Max", "max@x.example"),
    to=(Address("", "help@o.example"),),
    cc=(),
    bcc=(),
    reply_to=(),
    subject="S",
    message_id="m@x",
    text="Hello",
    reply_text="Hello",
    html=None,
    has_html=False,
    has_remote=False,
    auto=None,
    trust="known",
    defects=(),
    attachments=(),
    deliveries=(),
    raw_sha256="a" * 64,
)


def delivery(state: str, answer: str = "", attempts: int = 0) -> DeliveryView:
    next_try_at = NOW + timedelta(minutes=5) if state == "deferred" else None
    return DeliveryView("max@x.example", state, answer, attempts, next_try_at)


def reply(*deliveries: DeliveryView, ago: timedelta = timedelta(seconds=5)) -> ArticleView:
    return replace(MAIL, kind=ArticleKind.OUTBOUND, author="ann", created_at=NOW - ago, deliveries=deliveries)


def show(article: ArticleView) -> Message:
    return message(article, READER)


def test_messages_and_events_stand_in_the_order_in_which_they_happened() -> None:
    between = EventView("status", NOW - timedelta(minutes=30), "ann", {"to": "closed"})
    made = EventView("created", NOW - timedelta(hours=1), None, {})
    told = timeline(TicketDetail(TICKET, (MAIL, reply()), (made, between)), READER)
    assert [type(entry) for entry in told] == [ArticleView, Event, ArticleView]


def test_a_customer_is_named_and_their_address_stands_below() -> None:
    assert (show(MAIL).name, show(MAIL).people) == ("Max", "max@x.example")


def test_staff_are_named_by_their_name_not_by_their_login() -> None:
    shown = show(reply())
    assert (shown.name, shown.people) == ("Ann Berger", "to help@o.example")


def test_copies_are_told() -> None:
    assert show(replace(MAIL, cc=(Address("", "c@x.example"),))).people == "max@x.example · Cc c@x.example"


@pytest.mark.parametrize(
    ("article", "label"),
    [
        (replace(MAIL, kind=ArticleKind.NOTE, author="ann"), "Note"),
        (replace(MAIL, auto="auto-reply"), "Automatic reply"),
        (replace(MAIL, auto="bounce"), "Delivery report"),
        (replace(MAIL, kind=ArticleKind.AUTOMATIC), "Automatic message"),
        (replace(MAIL, trust="first_contact"), "First contact"),
        (MAIL, ""),
    ],
)
def test_what_is_special_about_a_message_is_labelled(article: ArticleView, label: str) -> None:
    assert show(article).label == label


def test_mail_that_claims_to_come_from_a_colleague_is_called_a_claim() -> None:
    assert "not checked" in show(replace(MAIL, trust="claims_staff")).warnings[0]
    assert show(replace(MAIL, trust="nobody")).warnings == ("This mail names no sender.",)


def test_defects_are_told_without_alarm() -> None:
    shown = show(replace(MAIL, defects=("date is missing",)))
    assert shown.defects == "Not in order: date is missing"
    assert shown.warnings == ()


@pytest.mark.parametrize(
    ("way", "word", "detail"),
    [
        (delivery("queued"), "Waiting to be sent to", ""),
        (delivery("sent", "250 Ok"), "Sent to", "250 Ok"),
        (delivery("failed", "550 No"), "Not delivered to", "550 No"),
        (delivery("bounced", "5.1.1"), "Came back from", "5.1.1"),
        (delivery("withdrawn"), "Taken back, not sent to", ""),
        (delivery("odd"), "odd", ""),
    ],
)
def test_a_delivery_is_told_in_words(way: DeliveryView, word: str, detail: str) -> None:
    (shown,) = show(reply(way)).deliveries
    assert (shown.word, shown.recipient, shown.detail) == (word, "max@x.example", detail)


def test_a_delayed_delivery_says_why_and_when_it_is_tried_again() -> None:
    (shown,) = show(reply(delivery("deferred", "451 Later", 1))).deliveries
    assert shown.detail.startswith("451 Later · next try 24 Nov 2026")


def test_a_reply_can_be_taken_back_within_the_window_while_nothing_was_tried() -> None:
    assert can_be_taken_back(reply(delivery("queued")), READER)
    held = delivery("held", "account_hour:9")
    assert can_be_taken_back(reply(delivery("queued"), held), READER)
    assert can_be_taken_back(reply(held, ago=timedelta(hours=1)), READER)
    assert not can_be_taken_back(reply(delivery("sent"), held), READER)
    assert not can_be_taken_back(reply(delivery("queued"), ago=timedelta(seconds=11)), READER)
    assert not can_be_taken_back(reply(delivery("queued", attempts=1)), READER)
    assert not can_be_taken_back(reply(delivery("queued"), delivery("sent")), READER)
    assert not can_be_taken_back(MAIL, READER)


def test_a_message_taken_back_is_marked() -> None:
    assert show(reply(delivery("withdrawn"))).withdrawn
    assert not show(reply(delivery("withdrawn"), delivery("sent"))).withdrawn


def test_a_forward_says_so_and_shows_no_picture_twice() -> None:
    files = (
        AttachmentView("f1", "a.png", "image/png", "image/png", 9, "0" * 64, inline=True, content_id="a@x"),
        AttachmentView(
            "f2", "b.pdf", "application/pdf", "application/pdf", 9, "1" * 64, inline=False, content_id=""
        ),
    )
    ours = replace(reply(), attachments=files, text="", reply_text="")
    seen = show(replace(ours, forward_of="b" * 24))
    assert (seen.label, seen.people, seen.forward_of) == (
        "Forwarded",
        "Forwarded to help@o.example",
        "b" * 24,
    )
    assert [file.id for file in seen.files] == ["f2"]
    assert (seen.text, show(ours).text) == ("", "<em>(no text)</em>")
    assert (show(ours).label, show(ours).people) == ("", "to help@o.example")
    assert [file.id for file in show(ours).files] == ["f1", "f2"]


def test_what_may_leave_again_can_be_forwarded() -> None:
    assert show(MAIL).may_forward
    assert show(reply()).may_forward
    assert not show(replace(MAIL, kind=ArticleKind.NOTE)).may_forward
    assert not show(reply(delivery("withdrawn"))).may_forward


def test_only_mail_of_others_offers_its_original() -> None:
    rich = replace(MAIL, has_html=True)
    assert (show(rich).has_html, show(rich).has_raw) == (True, True)
    ours = replace(reply(), has_html=True)
    assert (show(ours).has_html, show(ours).has_raw) == (False, False)


def test_a_sender_without_name_is_shown_by_address_and_none_as_unknown() -> None:
    assert show(replace(MAIL, from_=Address("", "max@x.example"))).name == "max@x.example"
    assert show(replace(MAIL, from_=Address("", ""))).name == "unknown sender"


def test_our_own_words_are_shown_as_formatted_and_others_as_they_stand() -> None:
    typed = replace(MAIL, text="**Hi**", reply_text="**Hi**")
    ours = replace(typed, kind=ArticleKind.OUTBOUND, author="ann")
    assert (show(ours).text, show(ours).is_rich) == ("<p><strong>Hi</strong></p>\n", True)
    assert "<strong>" in show(replace(typed, kind=ArticleKind.NOTE)).text
    assert (show(typed).text, show(typed).is_rich) == ("**Hi**", False)


def test_a_picture_in_our_words_stands_there_and_not_below_again() -> None:
    files = tuple(
        AttachmentView(
            name, f"{name}.png", "image/png", "image/png", 9, "0" * 64, inline=inline, content_id=cid
        )
        for name, inline, cid in (("in", True, "1@x"), ("out", False, ""))
    )
    ours = replace(reply(), text="![in.png] ![out.png]", reply_text="![in.png] ![out.png]", attachments=files)
    shown = show(ours)
    assert '<img src="/attachments/in"' in shown.text
    assert "![out.png]" in shown.text
    assert [file.name for file in shown.files] == ["out.png"]


def page_of(app: Flask, *articles: ArticleView, reader: Reader = READER) -> str:
    with app.app_context():
        return "".join(entries(TicketDetail(TICKET, articles, ()), reader))


def test_a_message_on_the_page_is_as_old_as_it_is_now(app: Flask) -> None:
    later = replace(READER, at=NOW + timedelta(hours=1))
    assert ">1 h</time>" in page_of(app, MAIL)
    assert ">2 h</time>" in page_of(app, MAIL, reader=later)


def test_a_message_on_the_page_changes_with_everything_it_shows(app: Flask) -> None:
    first = page_of(app, reply(delivery("queued")))
    assert "/undo" in first
    assert "/undo" not in page_of(app, reply(delivery("sent")))
    late = replace(READER, at=NOW + timedelta(seconds=20))
    assert "/undo" not in page_of(app, reply(delivery("queued")), reader=late)
    renamed = replace(READER, names={"ann": "Ann Meier"})
    assert "Ann Meier" in page_of(app, reply(delivery("queued")), reader=renamed)
    with speaking("de"):
        assert "Zurückholen" in page_of(app, reply(delivery("queued")))
    assert page_of(app, reply(delivery("queued"))) == first


def test_the_mails_of_a_storm_stand_together_in_one_line() -> None:
    folded = [
        replace(MAIL, public_id=str(n), is_folded=True, created_at=NOW - timedelta(minutes=50 - n / 2))
        for n in range(60)
    ]
    told = timeline(TicketDetail(TICKET, (MAIL, *folded, reply()), ()), READER)
    assert [type(entry) for entry in told] == [ArticleView, Fold, ArticleView]
    fold = told[1]
    assert isinstance(fold, Fold)
    assert (fold.folded, fold.more, len(fold.mails)) == ("60 further mails of this storm", 10, 50)
    assert fold.mails[-1].id == "59"


def test_at_a_recipient_who_got_nothing_the_next_step_is_named() -> None:
    (way,) = show(reply(delivery("failed", "550 5.1.1 unknown"))).deliveries
    assert (way.can_resend, way.is_to_change, way.detail) == (True, True, "550 5.1.1 unknown")
    assert way.step.startswith("There is no such address")
    (sent,) = show(reply(delivery("sent", "250 ok"))).deliveries
    assert (sent.can_resend, sent.step) == (False, "")


def test_what_a_newer_message_replaced_is_not_sent_again() -> None:
    (way,) = show(reply(replace(delivery("bounced"), settled="replaced"))).deliveries
    assert (way.can_resend, way.step) == (False, "A newer message has replaced it.")


def test_a_reply_that_waits_for_a_later_moment_says_so_and_can_be_taken_back_until_then() -> None:
    waiting = replace(delivery("queued"), next_try_at=NOW + timedelta(days=2))
    article = reply(waiting, ago=timedelta(hours=1))
    shown = show(article)
    assert (shown.later.iso if shown.later else "", shown.undo) == ("2026-11-26T12:00:00Z", True)
    passed = replace(READER, at=NOW + timedelta(days=2))
    assert not can_be_taken_back(article, passed)
    assert message(article, passed).later is None


def test_the_undo_window_is_no_later_moment() -> None:
    queued = replace(delivery("queued"), next_try_at=NOW + timedelta(seconds=5))
    assert show(reply(queued)).later is None
