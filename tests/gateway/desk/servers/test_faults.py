from gateway.desk.servers.faults import ServerFault
from gateway.store.servers import Trouble


def test_what_a_server_said_is_kept_short_and_printable() -> None:
    fault = ServerFault(Trouble.LOGIN, "no\r\nway\x00\x1b[31m" + "x" * 1000)
    assert fault.detail.startswith("no way [31mxxx")
    assert len(fault.detail) == 300


def test_its_text_names_the_trouble_alone() -> None:
    assert str(ServerFault(Trouble.LOGIN, "secret words")) == "login"


def test_a_row_has_it_with_what_was_said() -> None:
    assert ServerFault(Trouble.LOGIN, "no").noted == "login: no"
    assert ServerFault(Trouble.LOGIN).noted == "login"
