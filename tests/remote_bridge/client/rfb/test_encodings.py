from remote_bridge.client.rfb.encodings import QUALITIES, Encoding


def test_numbers_are_the_registered_ones() -> None:
    assert (Encoding.RAW, Encoding.COPY_RECT, Encoding.TIGHT, Encoding.FENCE) == (0, 1, 7, -312)
    assert (QUALITIES.start, len(QUALITIES)) == (-32, 10)
