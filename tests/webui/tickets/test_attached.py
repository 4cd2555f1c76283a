"""Attachments in words, and the warning where name and content disagree."""

import pytest

from gateway.store.queries.articles import AttachmentView
from webui.tickets.attached import disagrees, file, is_picture


def view(filename: str, declared: str, detected: str) -> AttachmentView:
    return AttachmentView("a" * 24, filename, declared, detected, 2048, "0" * 64, inline=False, content_id="")


@pytest.mark.parametrize(
    ("filename", "declared", "detected"),
    [
        ("offer.docx", "application/octet-stream", "application/zip"),
        ("old.doc", "application/msword", "application/CDFV2"),
        ("photo.jpg", "image/jpeg", "image/png"),
        ("notes.txt", "text/plain", "text/html"),
        ("data.bin", "application/octet-stream", "application/octet-stream"),
        ("readme", "text/plain", "text/x-python"),
        ("a.zip", "application/x-zip-compressed", "application/zip"),
    ],
)
def test_related_formats_agree(filename: str, declared: str, detected: str) -> None:
    assert not disagrees(filename, declared, detected)


@pytest.mark.parametrize(
    ("filename", "declared", "detected"),
    [
        ("photo.jpg", "image/jpeg", "application/x-dosexec"),
        ("invoice.pdf", "application/pdf", "application/zip"),
        ("unknown", "application/octet-stream", "application/vnd.microsoft.portable-executable"),
        ("song.mp3", "audio/mpeg", "application/pdf"),
    ],
)
def test_foreign_content_is_noticed(filename: str, declared: str, detected: str) -> None:
    assert disagrees(filename, declared, detected)


def test_a_program_in_disguise_is_called_one() -> None:
    assert "really a program" in file(view("photo.jpg", "image/jpeg", "application/x-dosexec")).mismatch
    assert "does not fit" in file(view("a.pdf", "application/pdf", "image/png")).mismatch


def test_a_file_is_told_by_kind_and_size() -> None:
    shown = file(view("Report 2.pdf", "application/pdf", "application/pdf"))
    assert (shown.kind, shown.size, shown.icon, shown.mismatch) == ("PDF", "2.0 kB", "file", "")


def test_a_file_without_ending_is_told_by_its_content() -> None:
    shown = file(view("", "application/pdf", "application/x-tar"))
    assert (shown.name, shown.kind) == ("unnamed", "tar")


def test_only_pictures_that_cannot_act_are_shown_in_place() -> None:
    assert is_picture(view("a.png", "image/png", "image/png"))
    assert not is_picture(view("a.svg", "image/svg+xml", "image/svg+xml"))
