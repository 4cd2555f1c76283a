"""What a message's page says of its sender, in words: warnings, and what is known in quiet."""

from gateway.i18n import _
from gateway.mail.authres import By, Result
from gateway.rules.trust import Trust
from gateway.store.queries.articles import ArticleView


def warnings(article: ArticleView) -> tuple[str, ...]:
    """What whoever reads it should know before believing it."""
    verdict = article.verdict
    if article.trust == Trust.NOBODY:
        return (_("This mail names no sender."),)
    if verdict.dmarc is Result.FAIL:
        words = _("Probably forged: %(domain)s says that this mail is not from there (DMARC failed).")
        return (words % {"domain": verdict.author},)
    if article.trust == Trust.FORGED:
        return (_("This mail is built so that its sender cannot be checked. Be careful."),)
    if article.trust == Trust.CLAIMS_STAFF and verdict.by is By.NOBODY:
        return (_("Claims to come from a colleague’s address. Whether it does was not checked."),)
    if article.trust == Trust.CLAIMS_STAFF:
        return (_("Claims to come from a colleague’s address. Nothing proves that it does."),)
    return ()


def assurance(article: ArticleView) -> str:
    """What is known of the sender; "" where nobody looked, or a warning says it."""
    verdict = article.verdict
    if verdict.by is By.NOBODY or verdict.is_forged:
        return ""
    if verdict.is_confirmed:
        return _confirmed(article) % {"domain": verdict.aligned, "proof": verdict.proof}
    if verdict.dmarc in (Result.NEUTRAL, Result.TEMPERROR):
        return _("Whether it comes from its sender could not be checked.")
    return _("Nothing proves that it comes from its sender: %(domain)s offers no proof.") % {
        "domain": verdict.author
    }


def _confirmed(article: ArticleView) -> str:
    if article.trust == Trust.FORWARDED_BY_STAFF:
        return _("Forwarded by a colleague, confirmed by %(domain)s (%(proof)s).")
    if article.trust == Trust.STAFF:
        return _("From a colleague’s address, confirmed by %(domain)s (%(proof)s).")
    return _("Sender confirmed by %(domain)s (%(proof)s).")
