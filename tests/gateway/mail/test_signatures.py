from pathlib import Path

import pytest

from gateway.mail.signatures import is_mobile, without_signature

DEVICE_LINES = (Path(__file__).parent / "device_lines.txt").read_text("utf-8").splitlines()[1:]


def left(text: str) -> str:
    return "\n".join(without_signature(text.split("\n"))).strip()


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nExample Inc.",
        "--\nAnn",
        "—\nAnn",
        "__\nAnn",
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy s5 Octacore device",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from my iPhone\n\nSent with Airmail",
        "-----------------\nAnn Lee\nhttps://x.example\nTel. +49 30 123456",
        "_______________________________________________\nusers mailing list\nusers@lists.example",
        "Regards,\n\nJohn Doe\nCEO @ Acme !",
        "Mit freundlichen Grüßen\n\nJörg Müller\nGeschäftsführer\nBeispiel GmbH",
        "-Ann Lee",
        "Ann Lee\nvia mobile",
        "________________________________",
        "---\nAnn",
        "====\nAnn Lee\nExample",
        "-- Ann Lee",
        "-ann.",
        "Cheers,\nAnn Lee\nHead of Sales\nExample GmbH",
    ],
)
def test_a_signature_at_the_end_goes(signature: str) -> None:
    assert left(f"The printer is broken.\n\n{signature}\n") == "The printer is broken."


@pytest.mark.parametrize(
    "ending",
    [
        "Sent from my desk, is much easier than my mobile phone.",
        "Best regards\n\nAnn",
        "-----------------\nand this is the rest of what I have to say about the printer and its paper",
        "- one\n- two",
        "I sent it from Berlin",
        "-- \n" + "line\n" * 60 + "end",
        "Best regards\nAnn\n\nPS: please also send me the bill.",
        "Regards,\nAnn Lee\nPlease call me back before noon tomorrow.",
        "---\nThe second thing is that the printer smells of smoke.",
        "*********************\nPlease do call me back at +49 30 1234567 before noon.",
        "Options:\n\n- Paper\n- Toner",
        "- Paper\n-Toner",
    ],
)
def test_what_may_be_words_stays(ending: str) -> None:
    assert left(f"Hello,\n\n{ending}") == f"Hello,\n\n{ending}"


def test_nothing_but_a_signature_leaves_nothing() -> None:
    assert left("-- \nAnn") == ""


def test_an_overlong_line_is_no_phones() -> None:
    assert not is_mobile("Sent from my iPhone " + "x" * 200)


@pytest.mark.parametrize("line", DEVICE_LINES)
def test_what_a_device_adds_is_known_in_its_language(line: str) -> None:
    assert is_mobile(line)


@pytest.mark.parametrize(
    "line",
    [
        "Sent from Berlin",
        "Sent by post yesterday",
        "I sent it from my iPhone yesterday.",
        "From my point of view the printer is broken.",
        "Get the printer for me",
        "Sent the device back by post.",
        "Von mir aus gerne.",
        "From Monday on my phone is off",
        "Download the file please",
        "Von meinem Chef habe ich gehört, dass er das Gerät geschickt hat",
    ],
)
def test_what_people_write_about_sending_is_no_device(line: str) -> None:
    assert not is_mobile(line)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ja\n\n-- ann", "Ja"),
        ("Options:\n-- all", "Options:\n-- all"),
        ("Ja\n\nSent from my new toaster", "Ja"),
        ("It was sent from my office on Monday", "It was sent from my office on Monday"),
        ("Ja\n\nΣτάλθηκε από το iPhone μου", "Ja"),
        ("Item\n-----\nPaper 5\n-----", "Item\n-----\nPaper 5"),
        ("Ja\n-----\nAnn\nCologne\n-----\nSent from my iPhone", "Ja"),
    ],
)
def test_signatures_without_contact_data_need_a_sure_sign(text: str, kept: str) -> None:
    assert left(text) == kept
