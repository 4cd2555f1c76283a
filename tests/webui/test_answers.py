"""What became of a try, in words: ours are translated, a server's stay."""

import ast

import pytest

from gateway.i18n import speaking
from gateway.store.servers import Trouble
from gateway.store.troublewords import words_for
from tests.house.tree import ROOT
from webui.answers import in_words

_SAYING = ("connection.py", "answers.py", "opening.py", "submission.py")


@pytest.mark.parametrize(
    ("answer", "german"),
    [
        ("The server did not answer in time.", "Der Server antwortete nicht rechtzeitig."),
        (
            "Given up after 5 days. Last answer: The server did not answer in time.",
            "Nach 5 Tagen aufgegeben. Letzte Antwort: Der Server antwortete nicht rechtzeitig.",
        ),
        (
            "Given up after 5 days. Last answer: 450 4.7.1 %(size)s later",
            "Nach 5 Tagen aufgegeben. Letzte Antwort: 450 4.7.1 %(size)s later",
        ),
        (
            "The mail has 5 bytes, and the server takes no more than 3.",
            "Die E-Mail hat 5 Bytes, und der Server nimmt höchstens 3.",
        ),
        (
            "The server did not accept user name and password. (535 5.7.8 no (really))",
            "Der Server hat Benutzername und Passwort nicht angenommen. (535 5.7.8 no (really))",
        ),
        (
            "Given up after 5 days. Last answer: The server took too long to answer.",
            "Nach 5 Tagen aufgegeben. Letzte Antwort: Der Server hat zu lange nicht geantwortet.",
        ),
        ("550 5.1.1 The server did not answer in time.", "550 5.1.1 The server did not answer in time."),
        ("", ""),
    ],
)
def test_germans_read_our_words_in_german_and_a_servers_as_it_said_them(answer: str, german: str) -> None:
    with speaking("de"):
        assert in_words(answer) == german
    with speaking("en"):
        assert in_words(answer) == answer


def test_whatever_the_sender_says_of_a_try_is_listed() -> None:
    said = {
        text for name in _SAYING for text in _sentences((ROOT / "gateway/outbound" / name).read_text("utf-8"))
    }
    assert len(said) > 10
    with speaking("de"):
        assert {text for text in said if in_words(text) == text} == set()


def _sentences(source: str) -> set[str]:
    """What a module gives to an outcome or an exception of its own; values are filled in."""
    found = set()
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args):
        name = ast.unparse(call.func).rpartition(".")[2]
        if name in {"Deferred", "Failed", "Refused", "BadAnswer"} and (text := _text(call.args[0])):
            found.add(text)
    return found


def _text(node: ast.expr) -> str:
    """The text with `7` for each value; nothing where it is all value."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "7" for part in node.values]
        return "".join(map(str, parts))
    return (
        _text(node.func.value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
    )


@pytest.mark.parametrize("trouble", Trouble)
def test_whatever_is_wrong_with_a_mailboxs_own_server_is_told_in_german(trouble: Trouble) -> None:
    english = words_for(trouble.noted("535 no"))
    with speaking("de"):
        assert in_words(english) == words_for(trouble.noted("535 no")) != english
