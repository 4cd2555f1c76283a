"""Mails that the installation itself writes to its people, from `templates/mail/<template>`."""

from datetime import UTC, datetime

from babel.dates import format_datetime

from gateway import ids
from gateway.i18n import DEFAULT_LOCALE, current_locale, speaking
from gateway.mail.address import Address
from gateway.mail.compose import OutgoingFile, OutgoingMail, compose
from gateway.rules.hours import zone_named
from gateway.templating import render


def write_notice(
    template: str,
    *,
    to: str,
    locale: str,
    mail_domain: str,
    now: datetime,
    zone: str = "",
    files: tuple[OutgoingFile, ...] = (),
    **values: object,
) -> bytes:
    """The bytes of a notice to one person, in their language (`locale` "" is English), by their clock.

    `deliveries.queue_notice` sends it, once they are a blob.
    """
    with speaking(locale or DEFAULT_LOCALE):
        subject = render(f"mail/{template}/subject.txt", **values).strip()
        text = render(f"mail/{template}/body.txt", **values)
    return compose(
        OutgoingMail(
            message_id=f"notice.{ids.new_public_id()}@{mail_domain}",
            date=now.astimezone(zone_named(zone) or UTC),
            from_=Address("manage4all", f"no-reply@{mail_domain}"),
            to=(Address("", to),),
            subject=subject,
            text=text,
            attachments=files,
            auto_submitted="auto-generated",
        )
    )


def by_the_clock(at: datetime, zone: str) -> str:
    """A moment by the clock of a person's zone; by UTC, and saying so, for whoever has chosen none."""
    known = zone_named(zone)
    told = format_datetime(at, "short", tzinfo=known or UTC, locale=current_locale())
    return told if known else f"{told} UTC"
