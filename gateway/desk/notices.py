"""Mails that the installation itself writes to its people, from `templates/mail/<template>`."""

from datetime import datetime

from gateway import ids
from gateway.i18n import DEFAULT_LOCALE, speaking
from gateway.mail.address import Address
from gateway.mail.compose import OutgoingMail, compose
from gateway.templating import render


def write_notice(
    template: str, *, to: str, locale: str, mail_domain: str, now: datetime, **values: object
) -> bytes:
    """The bytes of a notice to one person, in their language (`locale` "" is English).

    `deliveries.queue_notice` sends it, once they are a blob.
    """
    with speaking(locale or DEFAULT_LOCALE):
        subject = render(f"mail/{template}/subject.txt", **values).strip()
        text = render(f"mail/{template}/body.txt", **values)
    return compose(
        OutgoingMail(
            message_id=f"notice.{ids.new_public_id()}@{mail_domain}",
            date=now,
            from_=Address("manage4all", f"no-reply@{mail_domain}"),
            to=(Address("", to),),
            subject=subject,
            text=text,
            auto_submitted="auto-generated",
        )
    )
