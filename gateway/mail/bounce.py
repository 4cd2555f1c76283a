"""Delivery status notifications (RFC 3464)."""

from gateway.mail.body import Body
from gateway.mail.message import Bounce
from gateway.mail.mime import Part


def find_bounce(tree: Part, body: Body, text: str) -> Bounce | None:
    """The report in the mail, or None."""
    return None
