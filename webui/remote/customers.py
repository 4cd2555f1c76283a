"""The page of a session's link: no account, no trace, and nothing used up by looking.

The secret stands behind `#`, which browsers send to nobody. The page's script derives the token from it and
shows that: `POST`s without it (a scanner that follows links, a browser without scripts) are told nothing.
Nothing here puts a token, a code or a secret into an address, so that no log has it.
"""

import base64
import binascii
import hashlib
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from gateway.desk import knocking, remotelinks
from gateway.desk.remotelinks import Offer
from gateway.errors import Gone, NotFound
from gateway.i18n import _
from gateway.rules.remote import Scope, State, Why
from gateway.store.session import reading, transaction
from webui import callers, complaints, csp, pages, remotewords, sessions
from webui.office import office
from webui.remote import meeting, texts
from webui.signin import door
from webui.wording import moment

blueprint = Blueprint("remote_customers", __name__)

PATH = "/remote"
_TOKEN_BYTES = 32
_MAX_TOKEN_CHARS = 60


@blueprint.get(PATH)
def page() -> ResponseReturnValue:
    """Where a link leads, and where the digits from the phone are typed."""
    return _framed("web/remote/link.html")


@blueprint.post(PATH)
@sessions.across_accounts
def look() -> ResponseReturnValue:
    """What a token leads to; the page shows it in place."""
    door.knock_with_secret()
    try:
        with reading() as db:
            offer = remotelinks.look(db, token_hash=_token_hash(), now=office().clock.now())
    except NotFound as error:
        return _framed("web/remote/unknown.html"), error.http
    door.give_back_secret()
    if offer.state is State.ENDED:
        return _over(offer)
    return _offered(offer)


@blueprint.get(f"{PATH}/relay")
@sessions.across_accounts
def relay() -> ResponseReturnValue:
    """Where to meet, for whoever has a link: with its token as a bearer, the relay of its session.

    Not counted as a try: an unknown token is told what anybody is told. No header is in an access log.
    """
    try:
        token_hash = _hash_of(request.authorization.token if request.authorization else None)
        with reading() as db:
            settled = remotelinks.find_relay(db, token_hash=token_hash)
    except NotFound:
        settled = None
    return _unkept(jsonify(relay=meeting.relay_of(settled)))


@blueprint.post(f"{PATH}/code")
@sessions.across_accounts
def exchange() -> ResponseReturnValue:
    """The secret for the digits, once. Tries are counted before they are looked at."""
    here, address = office(), callers.address()
    key, now = here.settings.key(), here.clock.now()
    with transaction() as db:
        knocking.knock_with_digits(db, address, key=key, now=now)
    try:
        with transaction() as db:
            secret = remotelinks.exchange(db, request.form.get("code", "")[:100], key=key, now=now)
            knocking.give_back_digits(db, address, key=key, now=now)
    except NotFound as error:
        return jsonify(wrong=complaints.in_words(error)), error.http
    return _unkept(jsonify(secret=secret))


@blueprint.post(f"{PATH}/not-me")
@sessions.across_accounts
def not_me() -> ResponseReturnValue:
    """Whoever has the link says that it was not meant for them: it ends at once."""
    door.knock_with_secret()
    try:
        with transaction() as db:
            remotelinks.not_me(db, token_hash=_token_hash(), now=office().clock.now())
    except Gone:
        pass  # what they wanted has happened
    except NotFound as error:
        return _framed("web/remote/unknown.html"), error.http
    door.give_back_secret()
    return _framed("web/remote/ended.html")


def _offered(offer: Offer) -> ResponseReturnValue:
    who = offer.who or offer.business
    return _framed(
        "web/remote/offer.html",
        offer=offer,
        who=who,
        scopes=[(scope, name) for scope, name in remotewords.scope_names().items() if scope in offer.asked],
        asks_for_more=offer.asked != (Scope.VIEW,),
        until=moment(offer.expires_at, office().clock.now()) if offer.expires_at else None,
        download=office().settings.client_download_url,
        texts=texts.of_host(),
    )


def _over(offer: Offer) -> ResponseReturnValue:
    """That it is over, with a mail ready to be sent to the ticket that asks for another link."""
    subject = _("New link for the remote session, please [#%(number)s]") % {"number": offer.number}
    body = _("Hello, the link for the remote session has expired. Please send me a new one.")
    to = f"{offer.reply_local}@{office().settings.mail_domain}"
    return (
        _framed(
            "web/remote/over.html",
            business=offer.business,
            is_expired=offer.why is Why.EXPIRED,
            mail=f"mailto:{quote(to, safe='@+')}?subject={quote(subject)}&body={quote(body)}",
        ),
        Gone.http,
    )


def _framed(template: str, **values: object) -> Response:
    """A page that may talk to the relays and capture a screen, which no other may."""
    answer = _unkept(make_response(pages.render(template, **values)))
    answer.headers["Content-Security-Policy"] = csp.with_relays(office().settings.relay_urls)
    answer.headers["Permissions-Policy"] = csp.WITH_SCREEN
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _unkept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _token_hash() -> bytes:
    """The hash of the token that was shown; NotFound for what is none."""
    return _hash_of(request.form.get("token"))


def _hash_of(shown: str | None) -> bytes:
    token = (shown or "")[:_MAX_TOKEN_CHARS]
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _TOKEN_BYTES:
        raise NotFound
    return hashlib.sha256(raw).digest()
