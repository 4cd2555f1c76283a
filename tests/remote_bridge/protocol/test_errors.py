from remote_bridge.protocol.errors import CloseCode, Malformed, Misplaced, ProtocolError, Tampered, TooLarge


def test_each_error_knows_how_its_socket_closes() -> None:
    assert {kind: kind.code for kind in (Malformed, Misplaced, Tampered, TooLarge)} == {
        Malformed: CloseCode.MALFORMED,
        Misplaced: CloseCode.MALFORMED,
        Tampered: CloseCode.MALFORMED,
        TooLarge: CloseCode.TOO_LARGE,
    }
    assert all(issubclass(kind, ProtocolError) for kind in (Malformed, Misplaced, Tampered, TooLarge))


def test_codes_of_our_own_are_in_the_range_for_applications() -> None:
    assert {code for code in CloseCode if not 4000 <= code < 5000} == {CloseCode.NORMAL, CloseCode.RESTART}
