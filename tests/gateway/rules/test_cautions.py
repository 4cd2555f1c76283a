"""What is worth a question before an answer goes out."""

import pytest

from gateway.rules.cautions import (
    Caution,
    Doubtful,
    decide_cautions,
    is_read_by_nobody,
    speaks_of_a_file,
)

ANN = "ann@acme.example"


@pytest.mark.parametrize(
    "local",
    [
        "noreply",
        "No-Reply",
        "no_reply",
        "no.reply",
        "donotreply",
        "do-not-reply",
        "noreply+1a2b",
        "noreply2",
        "orders-noreply",
        "accounts.no-reply-de",
        "keine-antwort",
        "nicht-antworten",
        "mailer-daemon",
    ],
)
def test_addresses_say_themselves_that_nobody_reads_them(local: str) -> None:
    assert is_read_by_nobody(f"{local}@shop.example")


@pytest.mark.parametrize("local", ["ann", "reply", "noah", "noreplyer", "casino.reply", "antwort", ""])
def test_others_are_read(local: str) -> None:
    assert not is_read_by_nobody(f"{local}@no-reply.example")


@pytest.mark.parametrize(
    "text",
    [
        "See the attached plan.",
        "Both attachments.",
        "Enclosed you find it",
        "Siehe Anhang.",
        "Anbei die Rechnung.",
        "Ich habe sie angehängt.",
        "Die beigefügten Fotos",
        "siehe Anlage",
        "> quoted\nIs ATTACHED",
    ],
)
def test_a_text_speaks_of_a_file_in_both_languages(text: str) -> None:
    assert speaks_of_a_file(text)


@pytest.mark.parametrize(
    "text", ["Thank you.", "> see the attached plan", "There was no attachment.", "Ihre Anlage läuft.", ""]
)
def test_other_texts_do_not(text: str) -> None:
    assert not speaks_of_a_file(text)


def test_each_doubt_is_one_question_and_nothing_doubtful_is_none() -> None:
    nobody = "no-reply@shop.example"
    asked = decide_cautions([ANN, nobody], "See attached", has_files=False, customers=["Acme", "Shop"])
    assert asked == (
        Caution(Doubtful.NOBODY_READS, (nobody,)),
        Caution(Doubtful.NO_FILE),
        Caution(Doubtful.SEVERAL_CUSTOMERS, ("Acme", "Shop")),
    )
    assert decide_cautions([ANN], "See attached", has_files=True, customers=["Acme"]) == ()
    assert decide_cautions([ANN], "Hello", has_files=False, customers=[]) == ()


def test_another_address_is_another_question() -> None:
    keys = {Caution(Doubtful.NOBODY_READS, (f"noreply@{host}.example",)).key for host in "aba"}
    assert len(keys) == 2
