from gateway.mail.envelope import NO_CLIENT, Client, Envelope, strip_path


def test_an_empty_sender_is_the_null_reverse_path() -> None:
    assert Envelope("", ("help@desk.example",)).is_null_reverse_path
    assert not Envelope("ann@example.org", ("help@desk.example",)).is_null_reverse_path


def test_brackets_and_source_routes_are_no_part_of_an_address() -> None:
    assert strip_path(" <ann@example.org> ") == "ann@example.org"
    assert strip_path("<@a.example,@b.example:ann@example.org>") == "ann@example.org"
    assert strip_path("<>") == ""
    assert strip_path("ann@example.org") == "ann@example.org"


def test_only_smtp_knows_who_brought_it() -> None:
    assert Envelope("", ()).client == NO_CLIENT == Client("", "")
