"""Files of articles: which of them may leave the desk."""

from gateway.errors import Conflict, Denied
from gateway.rules.scans import Scan
from gateway.store.queries.articles import AttachmentView


def check_scan(file: AttachmentView) -> None:
    """Conflict while a file waits for the virus scanner, Denied when that did not find it clean."""
    if file.scan is Scan.PENDING:
        raise Conflict("This file has not been scanned for viruses yet. Please try again in a moment.")
    if file.scan is Scan.REFUSED:
        raise Denied("The virus scanner could not look into this file, so it stays closed.")
    if not file.is_open:
        raise Denied("The virus scanner found something in this file, so it stays closed.")
