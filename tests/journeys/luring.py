"""Mails that want a server or a reader to come: whatever loads in HTML, in headers, in files they bring."""

from email.message import EmailMessage
from email.policy import SMTP

from tests import hostile_html

FAR = f"https://{hostile_html.EVIL}"
_CALLERS = {
    "Disposition-Notification-To": "spy@evil.example",
    "Return-Receipt-To": "spy@evil.example",
    "X-Confirm-Reading-To": "spy@evil.example",
    "List-Unsubscribe": "<{near}/leave>, <https://evil.example/leave>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "BIMI-Location": "v=BIMI1; l=https://evil.example/logo.svg",
    "X-Image-Url": "{near}/face.png",
    "Face-Url": "{near}/face",
    "OpenPGP": "url={near}/key.asc",
}
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{near}/in.svg"/>'
    '<style>@import "{near}/in.css";</style></svg>'
)
_MEETING = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@evil.example\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20300101T100000Z\r\nDTEND:20300101T110000Z\r\nSUMMARY:Come\r\n"
    "ORGANIZER:mailto:spy@evil.example\r\nURL:{near}/meet\r\nATTACH:{near}/agenda\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_PLACE = (
    "%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI({near}/pdf)>>>>endobj\ntrailer<</Root 1 0 R>>"
)


def luring(sender: str, to: str, subject: str, *, near: str, encloses: bool = True) -> bytes:
    """A mail of this kind. `near` is the address of a server that would answer; `FAR` is none."""
    mail = EmailMessage()
    for name, value in {"From": sender, "To": to, "Subject": subject, **_CALLERS}.items():
        mail[name] = value.format(near=near)
    mail["Message-ID"] = f"<{subject.replace(' ', '-')}@evil.example>"
    mail.set_content(f"Please look at {near}/plain and {FAR}/plain")
    everything = "".join(f"<div>{one}</div>" for one in hostile_html.LOADS)
    pixel = f'<img src="{near}/pixel.gif?of={to}" width="1" height="1"><a href="{near}/link">our shop</a>'
    mail.add_alternative(f"<p>Hello</p>{pixel}{everything.replace(FAR, near)}{everything}", subtype="html")
    files = (
        ("image", "svg+xml", "face.svg", _PICTURE),
        ("text", "calendar", "meet.ics", _MEETING),
        ("application", "pdf", "price.pdf", _PLACE),
        ("text", "html", "page.html", f"{pixel}{everything}"),
    )
    for kind, subtype, name, content in files:
        written = content.replace("{near}", near).encode()
        mail.add_attachment(written, maintype=kind, subtype=subtype, filename=name)
    if encloses:
        inner = luring(sender, to, f"enclosed in {subject}", near=near, encloses=False)
        mail.add_attachment(inner, maintype="application", subtype="octet-stream", filename="more.eml")
    return mail.as_bytes(policy=SMTP)
