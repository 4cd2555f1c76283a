import pytest

from gateway.desk.attachments import check_scan
from gateway.errors import Conflict, Denied
from gateway.rules.scans import Scan
from gateway.store.queries.articles import AttachmentView


def file(scan: Scan) -> AttachmentView:
    kind = "text/plain"
    return AttachmentView("id", "a", kind, kind, 1, "0" * 64, inline=False, content_id="", scan=scan)


@pytest.mark.parametrize(
    ("scan", "error"), [(Scan.PENDING, Conflict), (Scan.INFECTED, Denied), (Scan.REFUSED, Denied)]
)
def test_what_the_scanner_keeps_closed_is_refused(scan: Scan, error: type[Exception]) -> None:
    with pytest.raises(error, match="virus"):
        check_scan(file(scan))


@pytest.mark.parametrize("scan", [Scan.UNSCANNED, Scan.CLEAN])
def test_an_open_file_may_leave(scan: Scan) -> None:
    check_scan(file(scan))
