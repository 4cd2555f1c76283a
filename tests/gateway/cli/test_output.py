"""How commands answer."""

import json

import pytest

from gateway.cli.output import answer, table

ROWS = [{"id": "1", "name": "Müller"}, {"id": "22", "name": "B"}]


def test_values_are_one_object_or_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    answer({"id": "1", "address": "ä@x"}, as_json=True)
    assert capsys.readouterr().out == '{"id": "1", "address": "ä@x"}\n'
    answer({"id": "1", "address": "ä@x"}, as_json=False)
    assert capsys.readouterr().out == "id       1\naddress  ä@x\n"
    answer({}, as_json=False)
    assert capsys.readouterr().out == ""


def test_rows_are_one_object_or_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    table(ROWS, name="customers", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"customers": ROWS}
    table(ROWS, name="customers", as_json=False)
    assert capsys.readouterr().out == "1\tMüller\n22\tB\n"


def test_columns_are_named_for_people_alone_and_where_there_are_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table(ROWS, name="customers", as_json=False, with_head=True)
    assert capsys.readouterr().out == "id\tname\n1\tMüller\n22\tB\n"
    table(ROWS, name="customers", as_json=True, with_head=True)
    assert json.loads(capsys.readouterr().out) == {"customers": ROWS}
    table([], name="customers", as_json=False, with_head=True)
    assert capsys.readouterr().out == ""
