"""A mail that brings one of each: pictures, files that deceive, another mail, an invitation."""

import io
from email.message import EmailMessage

from PIL import Image
from sqlalchemy import select, update

from gateway.rules.scans import Scan
from gateway.store import session
from gateway.store.models import Article, Attachment
from tests.webui.cast import Business, mail

INVITATION = {
    "method": "REQUEST",
    "summary": "Maintenance of the server room",
    "starts_at": "2026-12-01T09:00:00Z",
    "ends_at": "2026-12-01T10:30:00Z",
    "is_all_day": False,
    "location": "Cellar, first door on the left",
    "organizer": {"name": "Ann Example", "address": "ann@customer.example"},
    "attendees": [{"name": "", "address": "help@ours.example"}, {"name": "Bob", "address": "bob@x.example"}],
}


def picture(colour: str, size: tuple[int, int]) -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").point(lambda v: v).save(made, "PNG")
    tinted = Image.blend(Image.open(made), Image.new("RGB", size, colour), 0.6)
    made = io.BytesIO()
    tinted.save(made, "PNG")
    return made.getvalue()


def rich_mail() -> EmailMessage:
    made = mail("One of each", "Hello,\n\nhere is everything at once.\n\nAnn\n")
    html = '<p>Hello, here is everything.</p><img src="https://pics.example/a.png" alt="Our building">'
    made.add_alternative(html, subtype="html")
    made.add_attachment(picture("teal", (1600, 900)), "image", "png", filename="screen shot.png")
    made.add_attachment(picture("coral", (600, 900)), "image", "png", filename="photo.png")
    made.add_attachment(b"%PDF-1.4\n", "application", "pdf", filename="offer.pdf")
    made.add_attachment(b"%PDF-1.4\n2", "application", "pdf", filename="offer.pdf")
    made.add_attachment(b"harmless", "application", "octet-stream", filename="Rechnung.pdf.exe")
    made.add_attachment(b"%PDF-1.4\n", "image", "jpeg", filename=f"{'long name ' * 12}.jpg")
    made.add_attachment(b"pending", "application", "octet-stream", filename="pending.bin")
    made.add_attachment(b"virus", "application", "octet-stream", filename="invoice.doc")
    inner = mail("Re: The printer, again and again and again", "It burns.\n\nhttps://printer.example/\n")
    inner["Date"] = "Mon, 2 Mar 2026 13:00:00 +0100"
    made.add_attachment(inner)
    return made


def receive(business: Business) -> None:
    """The mail with its previews, two of its files closed by a scanner, as ticket 2."""
    business.receive(rich_mail())
    business.make_previews()
    with session.transaction() as db:
        newest = select(Article.id).order_by(Article.id.desc()).limit(1).scalar_subquery()
        article = update(Article).where(Article.id == newest)
        db.execute(article.values(protection="smime-signed", invitation=INVITATION))
        for name, scan in (("pending.bin", Scan.PENDING), ("invoice.doc", Scan.INFECTED)):
            file = update(Attachment).where(Attachment.filename == name)
            db.execute(file.values(scan=scan.value, scan_found="Win.Test.Eicar"))
