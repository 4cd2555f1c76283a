"""The operator of the pictures: appointed, with accounts beside their own."""

import os
from pathlib import Path

import pytest

from tests.fakes.command import answer, command
from tools.operator_scene import appoint


@pytest.mark.timeout(300)  # eight programs are started, one after the other
def test_an_account_is_the_operators_and_others_are_there(tmp_path: Path) -> None:
    call = command(tmp_path)
    call(
        "account",
        "create",
        "--login=nora",
        "--email=nora@office.example",
        "--password-stdin",
        stdin="a long enough one\n",
    )
    appoint("nora", {**os.environ, "M4A_DATA_DIR": str(tmp_path)})
    assert answer(call("operator", "show", "--json"))["login"] == "nora"
    assert len(answer(call("operator", "accounts", "--json"))["accounts"]) == 5
