"""Attachments in words, and the warning where name and content disagree."""

from dataclasses import replace

import pytest

from gateway.rules.scans import Scan
from gateway.store.queries.articles import AttachmentView
from webui.tickets.attached import File, brought, disagrees, is_mail, is_picture


def view(filename: str, declared: str, detected: str) -> AttachmentView:
    return AttachmentView("a" * 24, filename, declared, detected, 2048, "0" * 64, inline=False, content_id="")


def file(found: AttachmentView) -> File:
    (shown,) = brought([found]).files
    return shown


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


def test_only_pictures_of_which_a_preview_was_made_are_shown_in_place() -> None:
    picture = view("a.png", "image/png", "image/png")
    assert not is_picture(picture)
    assert is_picture(replace(picture, preview_sha256="1" * 64))
    assert not is_picture(replace(picture, preview_sha256="1" * 64, scan=Scan.PENDING))


def test_a_picture_in_the_text_is_no_file_beside_it() -> None:
    logo = replace(view("a.png", "image/png", "image/png"), preview_sha256="1" * 64, inline=True)
    photo = replace(logo, inline=False)
    told = brought([logo, photo, replace(logo, preview_sha256=None)])
    assert [one.name for one in told.pictures] == ["a.png", "a (2).png"]
    assert [one.name for one in told.files] == ["a (2).png", "a (3).png"]


@pytest.mark.parametrize(
    ("filename", "name", "warning"),
    [
        ("Rechnung.pdf.exe", "Rechnung.pdf.exe", "really ends in “.exe”"),
        ("Rechnung\u202efdp.exe", "Rechnungfdp.exe", "invisible letters"),
        ("in\u200bvoice.pdf", "invoice.pdf", "invisible letters"),
        ("../../a.pdf", "_.._a.pdf", ""),
        ("CON.pdf", "_CON.pdf", ""),
        ("a.pdf", "a.pdf", ""),
    ],
)
def test_names_that_deceive_are_shown_as_what_they_are(filename: str, name: str, warning: str) -> None:
    shown = file(view(filename, "application/octet-stream", "application/octet-stream"))
    assert shown.name == name
    assert (warning in shown.mismatch) if warning else shown.mismatch == ""


@pytest.mark.parametrize(
    ("scan", "words"),
    [(Scan.PENDING, "Is being scanned"), (Scan.REFUSED, "could not look"), (Scan.INFECTED, "found Eicar")],
)
def test_a_file_that_is_closed_says_why(scan: Scan, words: str) -> None:
    closed = replace(view("a.eml", "message/rfc822", "message/rfc822"), scan=scan, scan_found="Eicar")
    assert (words in file(closed).closed, file(closed).mail) == (True, "")


@pytest.mark.parametrize(
    ("name", "stem", "ending"),
    [
        ("a.pdf", "a", ".pdf"),
        ("a.b.exe", "a.b", ".exe"),
        ("a", "a", ""),
        ("a." + "b" * 20, "a." + "b" * 20, ""),
    ],
)
def test_an_ending_stands_apart_so_that_it_stays_in_sight(name: str, stem: str, ending: str) -> None:
    shown = file(view(name, "application/octet-stream", "application/octet-stream"))
    assert (shown.stem, shown.ending) == (stem, ending)


def test_an_attached_mail_is_told_by_its_subject() -> None:
    mail = view("Re: Printer.eml", "message/rfc822", "text/plain")
    assert is_mail(mail)
    assert (file(mail).mail, file(mail).icon, file(mail).closed) == ("Re: Printer", "mail", "")
