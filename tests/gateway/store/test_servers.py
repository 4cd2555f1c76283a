"""A trouble as a row has it."""

from gateway.store.servers import Trouble


def test_a_row_has_the_code_and_what_the_server_said() -> None:
    assert Trouble.LOGIN.noted("535 no") == "login: 535 no"
    assert Trouble.LOGIN.noted() == "login"


def test_it_fits_into_its_column() -> None:
    assert len(Trouble.LOGIN.noted("x" * 1000)) == 500
