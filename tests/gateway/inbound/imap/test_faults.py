from gateway.inbound.imap.faults import ImapFault
from gateway.store.imap import Trouble


def test_what_a_server_said_is_kept_short_and_printable() -> None:
    fault = ImapFault(Trouble.LOGIN, "no\r\nway\x00\x1b[31m" + "x" * 1000)
    assert fault.detail.startswith("no way [31mxxx")
    assert len(fault.detail) == 300


def test_its_text_names_the_trouble_alone() -> None:
    assert str(ImapFault(Trouble.LOGIN, "secret words")) == "login"
