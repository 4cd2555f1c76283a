import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from remote_bridge.client.acts import Phase
from remote_bridge.client.transfers import Transfers
from remote_bridge.protocol import files
from remote_bridge.protocol.errors import Misplaced
from remote_bridge.protocol.files import FileMessage

DATA = b"what the customer gets" * 1000


class Ends:
    """Transfers and all that they have said."""

    def __init__(self, folder: Path) -> None:
        self.said: list[FileMessage] = []
        self.folder = folder
        self.transfers = Transfers(3, folder, self.said.append)

    def phases(self) -> list[Phase]:
        return [one.phase for one in self.transfers.told()]


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    one = Ends(tmp_path / "Downloads")
    yield one
    one.transfers.close()


def test_a_file_is_written_after_consent_and_only_whole(ends: Ends) -> None:
    ends.transfers.receive(files.Offer(1, "../a.txt", len(DATA)))
    assert (ends.said, ends.folder.exists()) == ([], False)
    ends.transfers.accept(1)
    half = len(DATA) // 2
    ends.transfers.receive(files.Piece(1, DATA[:half]))
    assert [path.name for path in ends.folder.glob("a*")] == []
    ends.transfers.receive(files.Piece(1, DATA[half:]))
    ends.transfers.receive(files.Done(1, hashlib.sha256(DATA).digest()))
    assert ends.said == [files.Accept(1), files.Arrived(1, half), files.Arrived(1, len(DATA))]
    assert [path.name for path in ends.folder.iterdir()] == ["a.txt"]
    assert (ends.folder / "a.txt").read_bytes() == DATA
    assert ends.transfers.told()[0].saved_as == str(ends.folder / "a.txt")


def test_a_file_of_another_hash_or_length_is_removed(ends: Ends) -> None:
    for id_, digest, data in ((1, bytes(32), DATA), (3, hashlib.sha256(b"").digest(), b"x")):
        ends.transfers.receive(files.Offer(id_, "a", len(DATA)))
        ends.transfers.accept(id_)
        ends.transfers.receive(files.Piece(id_, data))
        ends.transfers.receive(files.Done(id_, digest))
        assert ends.said[-1] == files.Cancel(id_)
    assert list(ends.folder.iterdir()) == []
    assert ends.phases() == [Phase.BROKEN, Phase.BROKEN]


def test_nothing_comes_without_consent_and_no_more_than_offered(ends: Ends) -> None:
    ends.transfers.receive(files.Offer(1, "a", 10))
    with pytest.raises(Misplaced):
        ends.transfers.receive(files.Piece(1, b"x"))
    ends.transfers.accept(1)
    with pytest.raises(Misplaced):
        ends.transfers.receive(files.Piece(1, bytes(11)))


def test_an_id_is_odd_and_new(ends: Ends) -> None:
    ends.transfers.receive(files.Offer(1, "a", 10))
    for id_ in (1, 2):
        with pytest.raises(Misplaced):
            ends.transfers.receive(files.Offer(id_, "a", 10))


def test_the_ninth_file_at_once_is_refused(ends: Ends) -> None:
    for id_ in range(1, 19, 2):
        ends.transfers.receive(files.Offer(id_, "a", 10))
    assert ends.said == [files.Reject(17)]
    assert len(ends.transfers.told()) == 8


def test_refused_and_cancelled_files_leave_nothing(ends: Ends) -> None:
    for id_ in (1, 3, 5):
        ends.transfers.receive(files.Offer(id_, "a", 10))
    ends.transfers.drop(1)
    ends.transfers.accept(3)
    ends.transfers.accept(5)
    ends.transfers.drop(3)
    ends.transfers.receive(files.Piece(3, b"late"))
    ends.transfers.receive(files.Cancel(5))
    assert ends.said == [files.Reject(1), files.Accept(3), files.Accept(5), files.Cancel(3)]
    assert ends.phases() == [Phase.REFUSED, Phase.BROKEN, Phase.BROKEN]
    assert list(ends.folder.iterdir()) == []


def test_without_a_place_the_offer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Downloads").write_text("a file")
    ends = Ends(tmp_path / "Downloads")
    ends.transfers.receive(files.Offer(1, "a", 10))
    with pytest.raises(OSError, match=r"exists|directory"):
        ends.transfers.accept(1)
    assert ends.said == [files.Reject(1)]


def send_all(ends: Ends) -> bytes:
    """What arrives of the first file of ours when the far side reads on."""
    got = b""
    while True:
        ends.transfers.pump()
        pieces = [m.data for m in ends.said if isinstance(m, files.Piece)]
        done = [m for m in ends.said if isinstance(m, files.Done)]
        ends.said.clear()
        assert len(b"".join(pieces)) <= files.MOST_UNDER_WAY_BYTES
        got += b"".join(pieces)
        ends.transfers.receive(files.Arrived(2, len(got)))
        if done:
            assert done == [files.Done(2, hashlib.sha256(got).digest())]
            return got


@pytest.mark.parametrize("size", [0, 1, 65536, 3_000_000])
def test_a_file_of_ours_is_sent_after_consent_in_bounded_pieces(
    ends: Ends, tmp_path: Path, size: int
) -> None:
    path, data = tmp_path / "out.bin", os.urandom(size)
    path.write_bytes(data)
    ends.transfers.offer(path)
    assert ends.said == [files.Offer(2, "out.bin", size)]
    assert not ends.transfers.pump()
    ends.transfers.receive(files.Accept(2))
    ends.said.clear()
    assert send_all(ends) == data
    assert ends.phases() == [Phase.DONE]


def test_no_more_than_a_mebibyte_is_under_way(ends: Ends, tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(bytes(3_000_000))
    ends.transfers.offer(path)
    ends.transfers.receive(files.Accept(2))
    while ends.transfers.pump():
        pass
    assert sum(len(m.data) for m in ends.said if isinstance(m, files.Piece)) <= files.MOST_UNDER_WAY_BYTES
    with pytest.raises(Misplaced):
        ends.transfers.receive(files.Arrived(2, 2_000_000))


def test_a_file_that_became_shorter_is_cancelled(ends: Ends, tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(bytes(1000))
    ends.transfers.offer(path)
    path.write_bytes(b"")
    ends.transfers.receive(files.Accept(2))
    ends.transfers.pump()
    assert ends.said[-1] == files.Cancel(2)


def test_a_refused_file_of_ours_is_over_and_a_ninth_not_offered(ends: Ends, tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(b"x")
    for _ in range(8):
        ends.transfers.offer(path)
    with pytest.raises(Misplaced):
        ends.transfers.offer(path)
    ends.transfers.receive(files.Reject(2))
    ends.transfers.offer(path)
    ends.transfers.close()
    assert set(ends.phases()) == {Phase.REFUSED, Phase.BROKEN}


def test_who_has_no_longer_the_control_is_told_that_files_are_over(ends: Ends, tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(b"x")
    ends.transfers.offer(path)
    ends.transfers.receive(files.Offer(1, "a", 10))
    ends.transfers.drop_all()
    assert ends.said[1:] == [files.Cancel(2), files.Reject(1)]


def test_old_files_are_forgotten_and_an_odd_word_about_none_says_nothing(ends: Ends) -> None:
    for id_ in range(1, 101, 2):
        ends.transfers.receive(files.Offer(id_, "a", 10))
        ends.transfers.receive(files.Cancel(id_))
    assert len(ends.transfers.told()) == 20
    for message in (files.Accept(7), files.Reject(7), files.Piece(9, b"x"), files.Done(9, bytes(32))):
        ends.transfers.receive(message)
    ends.transfers.accept(8)
    ends.transfers.drop(8)
