"""Mails to guests that there is something new in a ticket; what it is they read here, signed in."""

from gateway.clock import Clock
from gateway.desk import guestnews
from gateway.desk.notices import write_notice
from gateway.store.blobs import BlobStore
from gateway.store.session import reading, transaction


def tell_of_news(article_id: int, *, blobs: BlobStore, mail_domain: str, base_url: str, clock: Clock) -> None:
    """Tell whoever is to be told of an article. A second call for the same article does nothing."""
    now = clock.now()
    with reading() as db:
        news = guestnews.find_news(db, article_id, now=now)
    notices = {}
    if news is not None:
        for guest in news.guests:
            raw = write_notice(
                "guestnews",
                to=guest.email,
                locale=guest.locale,
                mail_domain=mail_domain,
                now=now,
                person=guest.name,
                news=news,
                url=f"{base_url}/guest/{news.number}",
            )
            notices[guest.staff_id] = blobs.put(raw).sha256
    with transaction() as db:
        guestnews.tell(db, article_id, news, notices, now=now)
