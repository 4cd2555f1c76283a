import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.quotes import MAX_LINES, reply_text

LINES = st.sampled_from(
    [
        "",
        "word",
        "> quoted",
        "On 3 May 2024 Ann <a@x.example> wrote:",
        "From: a@x.example",
        "Sent: Monday",
        "-- ",
        "Ann",
        "-----Original Message-----",
        "Sent from my iPhone",
        "Regards,",
        "_____________",
        "  ",
        "> > x",
        "\xa0",
    ]
)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Yes.\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n\n> Is it?\n> Really?\n", "Yes."),
        ("Yes.\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n\nIs it?", "Yes."),
        ("Ja.\n\nVon: Ann\nGesendet: Montag\nAn: Bob\nBetreff: x\n\nStimmt das?", "Ja."),
        ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Ann\nStimmt das?", "Ja."),
        ("Yes.\n-- \nBob\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> Is it?\n", "Yes."),
        ("On 3 May 2024, Ann <a@x.example> wrote:\n> Is it?\n\nYes, it is.", "Yes, it is."),
        ("Hi,\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> Is it?\n\nYes, it is.\n", "Hi,\n\n\nYes, it is."),
        ("Yes.\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> Is it?\n-- \nBob\n", "Yes."),
        ("Yes.\n\n> Is it?\n\n> Really?", "Yes."),
        ("> Is it?\n\nYes.", "Yes."),
        ("bla--- On Wed, Apr 4, 2012 at 3:59 PM, me@x.example wrote:\n> Hi", "bla"),
        (
            "Fine.\n\n> On 3 May 2024, at 10:00, Ann <a@x.example> wrote:\n>\n> How?\n\nBye.",
            "Fine.\n\n\nBye.",
        ),
        ("Blah\n\nOn 3 May 2024, Ann wrote:\n\n> one\n (http://x.example/1) >\n> two", "Blah"),
        (
            "FYI\n-- \nBob\n\n---- Forwarded message ----\nFrom: a@x\n\n-- \nAnn",
            "FYI\n\n---- Forwarded message ----\nFrom: a@x\n\n-- \nAnn",
        ),
        ("no history at all", "no history at all"),
    ],
)
def test_only_new_words_are_left(text: str, reply: str) -> None:
    assert reply_text(text) == reply


def test_answers_between_quotes_keep_their_questions() -> None:
    text = "On 3 May 2024, Ann <a@x.example> wrote:\n> one?\n\nyes\n\n> two?\n\nno\n\n-- \nBob"
    found = reply_text(text)
    assert [line for line in found.split("\n") if line][1:] == ["> one?", "yes", "> two?", "no"]


def test_a_quote_amid_the_text_is_the_writers_own() -> None:
    text = "It says\n\n> paper jam\n\nand stops."
    assert "> paper jam" in reply_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "> nothing but a quote",
        "-- \nnothing but a signature",
        "From: a@x.example\nSent: Monday\nTo: b@x.example\n\nforwarded words",
        "Sent from my iPhone",
        "On 3 May 2024, Ann <a@x.example> wrote:",
    ],
)
def test_what_would_leave_nothing_stays_whole(text: str) -> None:
    assert reply_text(text) == text


def test_a_flood_of_lines_is_left_as_it_is() -> None:
    text = "> a\n" * (MAX_LINES + 1)
    assert reply_text(text) == text.strip()


@given(st.lists(LINES, max_size=40).map("\n".join) | st.text(max_size=300))
def test_there_is_new_text_wherever_there_is_text(text: str) -> None:
    assert bool(reply_text(text).strip()) == bool(text.strip())
