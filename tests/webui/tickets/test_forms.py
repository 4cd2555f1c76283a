"""What people send from a ticket's page."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import MultiDict

from gateway.desk.replying import Draft
from gateway.errors import Invalid
from gateway.i18n import speaking
from gateway.mail.address import Address, parse_addresses
from gateway.rules.cautions import Caution, Doubtful
from gateway.rules.status import ArticleKind, Status
from tests.webui.cast import World
from webui.tickets import forms


def read(**fields: str) -> forms.Composer:
    return forms.read(MultiDict(fields))


def test_a_line_of_addresses_survives_its_way_through_the_form() -> None:
    people = (
        Address('Meier, "Max"', "max@x.example"),
        Address("Ann", "a@x.example"),
        Address("", "b@x.example"),
    )
    assert parse_addresses(forms.line(people)) == people


def test_a_line_that_names_nobody_is_refused_where_it_stands() -> None:
    with pytest.raises(Invalid) as refused:
        forms.draft(read(to="a@x.example", cc="somebody", text="x"), ())
    assert refused.value.field == "cc"


def test_an_empty_copy_line_means_no_copy() -> None:
    draft = forms.draft(read(to="a@x.example", text="x"), ())
    assert (draft.to, draft.cc, draft.bcc) == ((Address("", "a@x.example"),), (), ())


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
@pytest.mark.parametrize("more", [-1, 0, 1, 100_000])
def test_a_line_of_addresses_is_taken_whole_or_refused(field: str, more: int) -> None:
    address = " <b@x.example>"
    name = "x" * (forms.MAX_ADDRESS_LINE_CHARS + more - len(address))
    typed = {"to": "a@x.example", field: name + address}
    composer = read(text="x", **typed)
    assert len(getattr(composer, field)) <= forms.MAX_ADDRESS_LINE_CHARS + 1
    if more <= 0:
        assert getattr(forms.draft(composer, ()), field) == (Address(name, "b@x.example"),)
        return
    with pytest.raises(Invalid) as refused:
        forms.draft(composer, ())
    assert refused.value.field == field


def test_what_is_neither_reply_nor_note_is_a_reply() -> None:
    assert not read(kind="bulletin").is_note
    assert read(kind="note").is_note


def test_the_pressed_button_names_the_state() -> None:
    assert read(then="closed").status is Status.CLOSED
    assert read().status is None


@pytest.mark.parametrize("name", ["new", "", "whatever"])
def test_a_state_that_nobody_may_choose_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        forms.status_of(name)


def test_a_fresh_composer_is_addressed_without_our_own_mailboxes(world: World) -> None:
    composer = forms.fresh(world.ours.ticket, frozenset({"help@ours.example"}))
    assert composer.to == "Ann Example <ann@customer.example>"
    assert composer.to_names == "Ann Example"
    assert composer.cc_names == ""


def test_a_refused_message_keeps_its_text_and_opens_the_line_at_fault() -> None:
    refused = forms.refused(read(text="Dear Ann"), "Wrong.", "to")
    assert refused.text == "Dear Ann"
    assert refused.wrong == "Wrong."
    assert refused.show_recipients


def test_a_message_taken_back_returns_with_its_recipients(world: World) -> None:
    (article,) = world.ours.ticket.articles
    composer = forms.again(article)
    assert composer.to == "help@ours.example"
    assert composer.kept == article.attachments
    assert "Taken back" in composer.notice


def test_a_message_that_did_not_arrive_says_whom_it_reached_and_what_it_replaces(world: World) -> None:
    draft = Draft("Hello", to=(Address("", "a@x.example"), Address("", "b@x.example")))
    world.ours.answer_in_vain(draft, "b@x.example")
    article = world.ours.ticket.articles[-1]
    reached = replace(article.deliveries[0], state="sent")
    composer = forms.anew(replace(article, deliveries=(reached, article.deliveries[1])))
    assert (composer.to, composer.text) == ("a@x.example, b@x.example", "Hello")
    assert composer.notice.endswith("It has reached these already: a@x.example")
    assert (composer.replaces, composer.show_recipients) == (article.public_id, True)
    assert "reached" not in forms.anew(article).notice


def test_a_forward_taken_back_returns_with_what_was_chosen(world: World) -> None:
    (source,) = world.ours.ticket.articles
    picture, page = source.attachments
    original = replace(page, public_id="raw", sha256=source.raw_sha256 or "")
    new = replace(page, public_id="new", sha256="f" * 64)
    sent = replace(source, public_id="sent", attachments=(page, original, new), text="Look")
    composer = forms.again(sent, source)
    assert (composer.kind, composer.forward, composer.text) == ("forward", source.public_id, "Look")
    assert (composer.forwarded, composer.with_original) == ((page.public_id,), True)
    assert composer.kept == (new,)
    without = forms.anew(replace(sent, attachments=(picture,)), source)
    assert (without.forwarded, without.with_original, without.kept) == ((picture.public_id,), False, ())
    assert without.replaces == "sent"


def test_a_forward_is_read_with_what_was_ticked() -> None:
    form = MultiDict([("kind", "forward"), ("forward", "a"), ("forwarded", "b"), ("forwarded", "c")])
    composer = forms.read(form)
    assert (composer.is_forward, composer.forward) == (True, "a")
    assert (composer.forwarded, composer.with_original) == (("b", "c"), False)
    assert composer.takes_files_along
    form.add("original", "1")
    assert forms.read(form).with_original
    many = MultiDict([("forwarded", str(number)) for number in range(200)])
    assert len(forms.read(many).forwarded or ()) == 101  # one more than may be sent, so that it is said
    assert forms.refused(composer, "Wrong.", "text").show_recipients


def test_an_answer_to_a_third_party_says_so(world: World) -> None:
    detail = world.ours.ticket
    (first,) = detail.articles
    bob = Address("Bob", "bob@supplier.example")
    handed_on = replace(first, kind=ArticleKind.OUTBOUND, to=(bob,), forward_of=first.public_id)
    answered = replace(detail, articles=(first, handed_on, replace(first, from_=bob, reply_to=())))
    composer = forms.fresh(answered, frozenset())
    assert (composer.to, composer.show_recipients) == ("Bob <bob@supplier.example>", True)
    assert "The last message is from Bob, to whom one was forwarded." in composer.notice
    assert forms.fresh(replace(detail, articles=(first, handed_on)), frozenset()).notice == ""


def test_a_number_is_read_with_and_without_its_mark() -> None:
    assert [forms.number_of(text) for text in ("7", " #7 ", "#000000007")] == [7, 7, 7]
    for wrong in ("", "#", "x", "-1", "1234567890", "²"):
        with pytest.raises(Invalid):
            forms.number_of(wrong)


@pytest.mark.parametrize(
    "fields",
    [
        {"send_at": "2026-12-01T09:00", "instant": "2026-12-01T00:00:00.000Z"},
        {"send_at": datetime(2026, 12, 1, tzinfo=UTC).astimezone().strftime("%Y-%m-%dT%H:%M")},
    ],
)
def test_a_later_moment_is_the_browsers_or_else_the_servers(fields: dict[str, str]) -> None:
    composer = read(to="a@x.example", text="x", then="later", **fields)
    assert forms.draft(composer, ()).send_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert composer.status is None
    assert forms.draft(replace(composer, then="closed"), ()).send_at is None


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-01T00:00"])
def test_no_moment_is_refused_where_it_stands(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        forms.draft(read(to="a@x.example", text="x", then="later", send_at=typed, instant=""), ())
    assert refused.value.field == "send_at"


def test_a_question_is_asked_once_and_a_new_one_brings_all_again() -> None:
    nobody = Caution(Doubtful.NOBODY_READS, ("noreply@x.example",))
    first = forms.ask(read(), [nobody])
    assert first.questions == ("Probably nobody reads mail to noreply@x.example.",)
    assert first.show_recipients
    answered = forms.read(MultiDict([("asked", key) for key in first.asked]))
    assert forms.ask(answered, [nobody]).questions == ()
    assert len(forms.ask(answered, [nobody, Caution(Doubtful.NO_FILE)]).questions) == 2
    assert forms.ask(read(), []).questions == ()


@pytest.mark.parametrize("what", Doubtful)
def test_every_doubt_has_its_words(what: Doubtful) -> None:
    with speaking("de"):
        (german,) = forms.ask(read(), [Caution(what, ("a", "b"))]).questions
    (english,) = forms.ask(read(), [Caution(what, ("a", "b"))]).questions
    assert german != english
