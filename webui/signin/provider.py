"""Signing in by the operator's OpenID Connect provider, and linking one's profile with it.

Leaving goes by a link, never by a form: browsers hold the whole way that a form leads to against
`form-action`, and where a provider sends people on to nobody knows.
"""

import hmac

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from gateway import log
from gateway.desk import identities, secondfactor, signin
from gateway.desk.auditing import Way
from gateway.desk.knocking import Visitor
from gateway.desk.openid import questions
from gateway.desk.openid.provider import BACK_PATH, Provider
from gateway.desk.openid.questions import Purpose, Question
from gateway.desk.openid.tokens import Identity
from gateway.errors import Conflict, Invalid, NotFound, Unavailable
from gateway.store.sealed import Seal
from gateway.store.session import reading, transaction
from webui import callers, pages, sessions
from webui.office import office
from webui.sessions import actor, proven
from webui.signin import door, halfway, providerwords
from webui.signin.providerwords import Outcome

blueprint = Blueprint("provider", __name__)

_MOST_COOKIE_CHARS = 4096


@blueprint.get("/sign-in/provider")
@sessions.across_accounts
def leave() -> ResponseReturnValue:
    """Off to the provider, with a question that this browser keeps until it is back."""
    provider, onward = _provider(), sessions.safe_next(request.args.get("next"))
    if sessions.find() is not None:
        return redirect(onward, 303)
    question = questions.begin(Purpose.SIGN_IN, onward=onward, now=office().clock.now())
    try:
        return _keep(question, redirect(provider.address(question), 303))
    except Unavailable as error:
        return _over(question, Outcome.DOWN, error.detail)


@blueprint.get(BACK_PATH)
@sessions.across_accounts
def back() -> ResponseReturnValue:
    """Back from the provider, with what it says: let them in, or link them.

    The one GET that changes something, because the protocol comes back by one; it does nothing in a browser
    that did not leave from here.
    """
    provider, question = _provider(), _question()
    if question is None:
        return redirect(providerwords.address(sessions.SIGN_IN_PATH, Outcome.FAILED), 303)
    door.knock_with_secret()
    try:
        identity = provider.identify(question, request.args, now=office().clock.now())
    except Unavailable as error:
        return _over(question, Outcome.DOWN, error.detail)
    except Invalid as error:
        return _over(question, Outcome.FAILED, error.detail)
    match question.purpose:
        case Purpose.LINK:
            return _link(question, identity)
        case Purpose.SIGN_IN:
            return _let_in(question, identity)


@blueprint.post("/account/provider")
@proven
def link() -> ResponseReturnValue:
    """Off to the provider, to be linked with whoever is signed in there."""
    provider = _provider()
    question = questions.begin(Purpose.LINK, staff_id=actor().staff_id, now=office().clock.now())
    try:
        address = provider.address(question)
    except Unavailable as error:
        return _over(question, Outcome.DOWN, error.detail)
    answer = make_response(
        pages.render("web/signin/to_provider.html", address=address, provider=provider.client.name)
    )
    answer.headers["Refresh"] = f"0; url={address}"
    return _keep(question, answer)


@blueprint.post("/account/provider/remove")
@proven
def unlink() -> ResponseReturnValue:
    """Let the provider let one in no more; other sign-ins, which it may have begun, end."""
    provider = _provider()
    with transaction() as db:
        identities.unlink(db, actor(), provider.client.issuer, now=office().clock.now())
        signin.close_sessions(db, actor(), sessions.secret(), now=office().clock.now())
    return redirect(providerwords.address(sessions.SECURITY_PATH, Outcome.UNLINKED), 303)


def _let_in(question: Question, identity: Identity) -> Response:
    """Whoever the provider names is in, or shows the second factor that they have here first."""
    with transaction() as db:
        holder = identities.come_in(db, identity, now=office().clock.now())
    if holder is None:
        return _over(question, Outcome.UNKNOWN)
    door.give_back_secret()
    with reading() as db:
        owes_more = secondfactor.is_on(db, holder.staff_id) and not identity.used_factor
    if owes_more:
        return _forget(halfway.begin(holder.staff_id, question.onward))
    visitor = Visitor(holder.login, callers.address())
    # No proof: the provider may have let them through on a sign-in of this morning.
    answer = door.let_in(
        holder.staff_id,
        visitor,
        question.onward,
        Way.PROVIDER,
        is_proof=False,
        used_factor=identity.used_factor,
    )
    return _forget(answer)


def _link(question: Question, identity: Identity) -> Response:
    """Link the person who has left for it, if they are still here and have given their password."""
    person = sessions.find()
    if person is None or person.actor.staff_id != question.staff_id or not sessions.is_proven():
        return _over(question, Outcome.FAILED)
    try:
        with transaction() as db:
            identities.link(db, person.actor, identity, now=office().clock.now())
    except Conflict:
        return _over(question, Outcome.TAKEN)
    return _over(question, Outcome.LINKED)


def _over(question: Question, outcome: Outcome, detail: str = "") -> Response:
    """Back on the page from which they left, which tells how it went."""
    if detail:
        log.get("web").warning("provider.failed", outcome=outcome.value, detail=detail)
    is_linking = question.purpose is Purpose.LINK
    path = sessions.SECURITY_PATH if is_linking else sessions.SIGN_IN_PATH
    return _forget(redirect(providerwords.address(path, outcome, question.onward), 303))


def _provider() -> Provider:
    """The operator's; NotFound without one."""
    found = office().provider
    if found is None:
        raise NotFound(detail="openid: none is set")
    return found


def _question() -> Question | None:
    """With what this browser left, if that is what comes back."""
    here, kept = office(), request.cookies.get(_cookie_name(), "")[:_MOST_COOKIE_CHARS]
    question = questions.find(kept, Seal(here.settings.key()), now=here.clock.now())
    state = request.args.get("state", "")
    return question if question and hmac.compare_digest(question.state.encode(), state.encode()) else None


def _keep(question: Question, answer: ResponseReturnValue) -> Response:
    response, here = make_response(answer), office()
    response.set_cookie(
        _cookie_name(),
        questions.keep(question, Seal(here.settings.key())),
        max_age=questions.LASTS,
        secure=here.is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def _forget(answer: ResponseReturnValue) -> Response:
    response = make_response(answer)
    response.delete_cookie(_cookie_name(), secure=office().is_https, httponly=True, samesite="Lax", path="/")
    return response


def _cookie_name() -> str:
    return "__Host-provider" if office().is_https else "provider"
