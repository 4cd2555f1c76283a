import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.quotemarks import ATTRIBUTES, IN_INDENT, IN_QUOTE, OLDER
from gateway.mail.quotes import MAX_LINES, reply_text, without_structure


def _lines(path: str, section: int) -> list[str]:
    """The lines of a part of a file whose parts begin with `#`."""
    parts: list[list[str]] = []
    for line in (Path(__file__).parent / path).read_text("utf-8").splitlines():
        if line.startswith("# "):
            parts.append([])
        else:
            parts[-1].append(line.replace("\\n", "\n").replace("\\t", "\t"))
    return parts[section]


SURE_MARKS, SHY_MARKS = _lines("quote_marks.txt", 0), _lines("quote_marks.txt", 1)
OLDER_MAIL = "Older words, about the printer.\n\nAnn"
QUOTED = "> " + OLDER_MAIL.replace("\n", "\n> ")
NEW = "Thank you, it works again.\n\nKlaus"
SENTENCES = st.sampled_from(
    [
        "The printer number {} is broken again.",
        "yes {}",
        "Nein, {} geht nicht.",
        "On Monday {} I wrote to you.",
        "On {} May we met and I wrote:",
        "- item {}",
        "{}) first",
        "PS: bill {} is missing.",
        "Am 3.6. habe ich {} geschrieben: bitte melden.",
        "Thanks, {}",
        "Sent the device {} back by post.",
        "Von {} bis 9 Uhr",
        "I got your mail from ann@x.example about {}:",
        "Le prix est de {} euros.",
        "Regards to your team, {}",
        "From {} to 9 we are closed",
        "see http://x.example/{}",
    ]
)
OLD_LINES = st.sampled_from(
    ["older words", "", "is it on?", "From: Bob <b@x.example>", "Sent: Monday", "-- ", "Ann", "> deeper"]
)
QUOTES = st.lists(OLD_LINES.map("> {}".format), min_size=1, max_size=5).map("\n".join)


@st.composite
def mails(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A mail with new words above, between and below quotes, and the words that must stay."""
    kept: list[str] = []

    def new() -> str:
        sentences = draw(st.lists(SENTENCES, min_size=1, max_size=3))
        kept.extend(f"u{len(kept) + n}q" for n in range(len(sentences)))
        numbered = [s.format(word) for s, word in zip(sentences, kept[-len(sentences) :], strict=True)]
        return draw(st.sampled_from(["\n", "\n\n"])).join(numbered)

    gap = draw(st.sampled_from(["\n", "\n\n"]))
    parts = [new()] if draw(st.booleans()) else []
    parts.append(draw(st.sampled_from(SURE_MARKS + SHY_MARKS)))
    for _ in range(draw(st.integers(1, 3))):
        parts += (draw(QUOTES), new())
    if draw(st.booleans()):
        parts.append("-- \nAnn\nExample")
    return gap.join(parts), kept


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
        ("Hi,\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> Is it?\n\nYes, it is.\n", "Hi,\n\nYes, it is."),
        ("Yes.\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> Is it?\n-- \nBob\n", "Yes."),
        ("Yes.\n\n> Is it?\n\n> Really?", "Yes."),
        ("> Is it?\n\nYes.", "> Is it?\n\nYes."),
        ("bla--- On Wed, Apr 4, 2012 at 3:59 PM, me@x.example wrote:\n> Hi", "bla"),
        (
            "Fine.\n\n> On 3 May 2024, at 10:00, Ann <a@x.example> wrote:\n>\n> How?\n\nBye.",
            "Fine.\n\nBye.",
        ),
        ("Blah\n\nOn 3 May 2024, Ann wrote:\n\n> one\n (http://x.example/1) >\n> two", "Blah"),
        (
            "FYI\n-- \nBob\n\n---- Forwarded message ----\nFrom: a@x\n\n-- \nAnn",
            "FYI\n\n---- Forwarded message ----\nFrom: a@x\n\n-- \nAnn",
        ),
        ("no history at all", "no history at all"),
        ("Yes.\n---\nBob", "Yes."),
        ("Yes.\n\n> paper jam\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> Is it?", "Yes.\n\n> paper jam"),
        ("Hi\n\n-----Original Message-----\nFrom: Ann\n\n> Is it?\n\nYes, it is.", "Hi\n\nYes, it is."),
        ("-----Original Message-----\nFrom: Ann\nSent: Monday\n\n> Is it?\n\nYes, it is.", "Yes, it is."),
        ("Yes.\n\n> Is it?\n\n-- \nBob", "Yes."),
        ("Yes.\n\n>>> Ann Lee 03.06.2024 10:00 >>>\nIs it?", "Yes."),
    ],
)
def test_only_new_words_are_left(text: str, reply: str) -> None:
    assert reply_text(text) == reply


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("mark", SURE_MARKS)
def test_the_marks_of_all_programs_and_languages_end_the_new_text(mark: str, gap: str) -> None:
    assert reply_text(f"{NEW}{gap}{mark}\n\n{OLDER_MAIL}\n") == NEW
    assert reply_text(f"{NEW}{gap}{mark}\n\n{QUOTED}\n") == NEW


@pytest.mark.parametrize("mark", SHY_MARKS)
def test_a_mark_that_could_be_somebodys_words_needs_a_quote_below(mark: str) -> None:
    assert reply_text(f"{NEW}\n\n{mark}\n\n{QUOTED}\n") == NEW
    assert OLDER_MAIL in reply_text(f"{NEW}\n\n{mark}\n\n{OLDER_MAIL}\n")


def test_a_forward_by_its_subject_keeps_what_it_hands_on() -> None:
    text = "See below.\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nIt is broken."
    assert reply_text(text, hands_on=True) == text
    assert reply_text(text) == "See below."


@given(mails())
def test_no_new_word_is_lost(mail: tuple[str, list[str]]) -> None:
    text, kept = mail
    found = reply_text(text)
    assert [word for word in kept if word not in found] == []


def test_what_html_quotes_is_set_in() -> None:
    assert without_structure(f"a\n{IN_QUOTE}\n{IN_QUOTE}{IN_INDENT} b\n{ATTRIBUTES}c") == "a\n\n    b\nc"
    assert without_structure("> a") == "> a"


def test_what_html_calls_an_attribution_or_an_older_mail_is_one() -> None:
    assert reply_text(f"Igen.\n\n{ATTRIBUTES}Ann ezt:\n{IN_QUOTE} a") == "Igen."
    assert reply_text(f"Igen.\n\n{OLDER}Xyz: Ann\nAbc: 2024\n\na") == "Igen."
    assert reply_text(f"Igen.\n{ATTRIBUTES}---- Forwarded message ----\na") == (
        "Igen.\n\n---- Forwarded message ----\na"
    )


def test_words_set_in_by_their_writer_stay() -> None:
    assert reply_text(f"Steps:\n{IN_INDENT} turn it on") == "Steps:\n\n  turn it on"
    assert reply_text(f"Yes.\n{IN_QUOTE} is it?") == "Yes."


def _flood(*lines: str) -> Callable[[int], str]:
    """As many characters as wanted, in lines long enough that they are not too many."""
    whole = "".join(f"{line.ljust(MAX_TEXT // MAX_LINES + 5)}\n" for line in lines)
    return lambda chars: whole * (chars // len(whole))


MAX_TEXT = 1_000_000
FLOODS: dict[str, Callable[[int], str]] = {
    "open attributions": _flood("On 3 May 2024 Ann <a@x>"),
    "attributions": _flood("> a", "On 3 May 2024 10:00 Ann <a@x.y> wrote:"),
    "answers": _flood("word and more words", "> a question of somebody"),
    "fields": _flood("From: a@x.y and a long line of words"),
    "separators": _flood("-----Original Message-----", "> a"),
    "greetings": _flood("Regards,", "", "-- "),
    "colons": _flood(":" * 399),
    "verbs": _flood("On 3 May 2024 10:00 " + "wrote " * 60),
    "dashes": lambda chars: "- " * (chars // 2),
    "one quote": lambda chars: ">" * chars,
    "phones": lambda chars: "Sent from " * (chars // 10),
}


@pytest.mark.parametrize("name", FLOODS)
def test_twice_the_text_costs_twice_the_time(name: str) -> None:
    def seconds(chars: int) -> float:
        text = FLOODS[name](chars)
        began = time.process_time()
        reply_text(text)
        return time.process_time() - began

    half = min(seconds(MAX_TEXT // 2) for _ in range(3))
    assert min(seconds(MAX_TEXT) for _ in range(2)) < 4 * half + 0.1


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
