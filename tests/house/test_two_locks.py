"""Who lets a web request see all accounts: few, before it is known whose request it is, and the operator."""

import ast

from tests.house.tree import name_of, python_files

ALLOWED = {
    "webui/api/access.py": ("authenticate",),
    "webui/app.py": ("_end",),  # when the request is over
    "webui/errorreports/views.py": ("form", "report"),  # from anybody, to the operator
    "webui/later.py": ("Later", "Afterwards"),  # as the request was
    "webui/operating/views.py": ("index", "account", "limit", "suspend", "resume"),  # counts, to the operator
    "webui/ops.py": ("metrics",),
    "webui/remote/customers.py": ("look", "relay", "exchange", "not_me"),
    "webui/remote/systems.py": ("enrol",),
    "webui/sessions.py": ("across_accounts", "look_up"),
    "webui/signin/halfway.py": ("code_form", "code"),
    "webui/signin/letters.py": ("confirm", "forgotten", "reset"),
    "webui/signin/passkeys.py": ("alone_options", "sign_in_alone", "second_options", "sign_in_second"),
    "webui/signin/invited.py": ("look", "go_on", "accept"),
    "webui/signin/provider.py": ("leave", "back"),
    "webui/signin/signup.py": ("sign_up", "invited"),
    "webui/signin/views.py": ("sign_in", "sign_out"),
    "webui/suggestions/views.py": ("form", "suggest"),  # from nobody, to the operator
}
_GUARD = "across_accounts"


def openers(source: str) -> list[str]:
    """The functions and classes that open all accounts, by themselves or by a guard around them."""
    outermost = (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef))
    return [
        one.name for one in outermost if one.name == _GUARD or any(_is_opener(node) for node in ast.walk(one))
    ]


def _is_opener(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="binding"), attr="everywhere" | "held" | "release"):
            return True
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name == _GUARD
        case _:
            return False


def test_all_accounts_are_opened_only_where_nobody_is_known_yet() -> None:
    found = {name_of(path): openers(path.read_text("utf-8")) for path in python_files("webui")}
    assert {name: tuple(names) for name, names in found.items() if names} == ALLOWED


def test_a_planted_opening_is_found() -> None:
    assert openers("def a():\n    with binding.everywhere():\n        pass\n") == ["a"]
    assert openers("@sessions.across_accounts\ndef b(): pass\n") == ["b"]
    assert openers("def c():\n    with reading() as db:\n        pass\n") == []
