import pytest

from gateway.rules.scans import Scan, may_open


@pytest.mark.parametrize("scan", [Scan.PENDING, Scan.INFECTED, Scan.REFUSED])
def test_what_was_not_found_clean_stays_closed(scan: Scan) -> None:
    assert not may_open(scan)


@pytest.mark.parametrize("scan", [Scan.CLEAN, Scan.UNSCANNED])
def test_what_was_found_clean_or_came_without_a_scanner_is_open(scan: Scan) -> None:
    assert may_open(scan)


def test_every_verdict_fits_its_column() -> None:
    assert all(len(scan.value) <= 12 for scan in Scan)
