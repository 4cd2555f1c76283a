from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from gateway import clock
from gateway.rules.scans import Scan
from gateway.rules.status import ArticleKind
from gateway.store.queries.articles import ArticleView, DeliveryView, TicketDetail
from tests.webui.cast import World
from webui.tickets import forms, forwards


@pytest.fixture(autouse=True)
def in_application(app: Flask, world: World) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.fixture
def article(world: World) -> ArticleView:
    return world.ours.ticket.articles[0]


def detail(world: World, *articles: ArticleView) -> TicketDetail:
    return replace(world.ours.ticket, articles=articles)


def shown(world: World, source: ArticleView, composer: forms.Composer | None = None) -> forwards.Forwarding:
    typed = composer or forms.forwarding(source)
    return forwards.shown(source, typed, clock.now(), world.ours.blobs.size_bytes)


def withdrawn(article: ArticleView) -> ArticleView:
    way = DeliveryView("a@x.example", "withdrawn", "", 0, None)
    return replace(article, kind=ArticleKind.OUTBOUND, deliveries=(way,))


def test_notes_and_what_was_taken_back_are_not_forwarded(world: World, article: ArticleView) -> None:
    note = replace(article, kind=ArticleKind.NOTE)
    for kept in (note, withdrawn(article)):
        assert not forwards.may_be_forwarded(kept)
        assert forwards.find_source(detail(world, kept), article.public_id) is None
        assert forwards.newest(detail(world, kept)) == ""
    assert forwards.find_source(detail(world, note, article), article.public_id) == article
    assert forwards.find_source(detail(world, article), "nothing") is None


def test_where_none_is_named_the_last_that_came_in_is_forwarded(world: World, article: ArticleView) -> None:
    first, last, ours = (
        replace(article, public_id="first"),
        replace(article, public_id="last"),
        replace(article, public_id="ours", kind=ArticleKind.OUTBOUND),
    )
    assert forwards.newest(detail(world, first, last, ours)) == "last"
    assert forwards.newest(detail(world, ours)) == "ours"


def test_every_file_is_ticked_at_first_and_the_original_is_not(world: World, article: ArticleView) -> None:
    found = shown(world, article)
    assert (found.id, found.who) == (article.public_id, "Ann Example")
    assert [(one.name, one.ticked, one.closed) for one in found.files] == [
        ("unnamed", True, ""),
        ("Übersicht “1”.html", True, ""),
    ]
    assert [one.size_bytes for one in found.files] == [one.size_bytes for one in article.attachments]
    assert found.original is not None
    assert not found.original.ticked
    assert found.original.size_bytes == world.ours.blobs.size_bytes(article.raw_sha256 or "")
    assert found.size_bytes == len(article.text)


def test_ticks_are_kept_as_they_were_set(world: World, article: ArticleView) -> None:
    chosen = (article.attachments[1].public_id,)
    typed = replace(forms.forwarding(article), forwarded=chosen, with_original=True)
    found = shown(world, article, typed)
    assert [one.ticked for one in found.files] == [False, True]
    assert found.original is not None
    assert found.original.ticked


@pytest.mark.parametrize("scan", [Scan.PENDING, Scan.INFECTED, Scan.REFUSED])
def test_a_closed_file_is_named_and_cannot_be_ticked(world: World, article: ArticleView, scan: Scan) -> None:
    closed = replace(article.attachments[1], scan=scan)
    found = shown(world, replace(article, attachments=(article.attachments[0], closed)))
    assert [one.ticked for one in found.files] == [True, False]
    assert "virus" in found.files[1].closed
    assert found.original is None


def test_a_message_without_original_offers_none(world: World, article: ArticleView) -> None:
    assert shown(world, replace(article, raw_sha256=None)).original is None
