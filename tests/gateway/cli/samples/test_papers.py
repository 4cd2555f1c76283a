"""The files of the sample mails are what they say they are."""

import zipfile
from io import BytesIO

from lxml import etree

from gateway.cli.samples import papers
from gateway.store.filetypes import detect_type

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_a_pdf_has_its_lines_and_a_table_that_fits() -> None:
    file = papers.pdf(("First (1)", "Größe"))
    assert detect_type(file) == "application/pdf"
    assert b"(First \\(1\\)) Tj" in file
    assert "(Größe) Tj".encode("latin-1") in file
    begins = int(file.rpartition(b"startxref\n")[2].split()[0])
    assert file[begins:].startswith(b"xref\n0 6\n")
    offsets = [int(line.split()[0]) for line in file[begins:].split(b"\n")[3:8]]
    assert [file[offset:].startswith(b"%d 0 obj" % n) for n, offset in enumerate(offsets, 1)] == [True] * 5


def test_a_word_document_has_its_paragraphs() -> None:
    file = papers.word(("A & B", "Second"))
    assert detect_type(file) == _WORD
    with zipfile.ZipFile(BytesIO(file)) as archive:
        text = etree.fromstring(archive.read("word/document.xml"))
    assert [str(piece) for piece in text.itertext()] == ["A & B", "Second"]
    assert papers.word(("A & B", "Second")) == file
