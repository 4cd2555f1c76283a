"""Who is at the browser: the session cookie, looked up at most once a request, and the guards of views.

The cookie holds a secret of which the server keeps the hash; over TLS its name has the `__Host-`
prefix, which binds it to this host, to https and to the path `/` (RFC 6265bis section 4.1.3).
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import ParamSpec, TypeVar
from urllib.parse import quote, urlsplit

from flask import Response, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from gateway.clock import Clock
from gateway.desk import signin
from gateway.desk.signin import SignedIn
from gateway.errors import NotFound, Unauthenticated
from gateway.rules.access import Actor, Permission, require
from gateway.store import binding
from gateway.store.session import reading
from gateway.store.unchanged import remembered
from webui import recent
from webui.office import office

SIGN_IN_PATH = "/sign-in"
PROVE_PATH = "/prove"
SECURITY_PATH = "/account/security"
TERMINATION_PATH = "/account/terminate"
GUEST_PATH = "/guest"
_OWN_AREA = "signin"
_MAX_SECRET = 200

P = ParamSpec("P")
T = TypeVar("T")


def cookie_name() -> str:
    """The session cookie's name."""
    return "__Host-session" if office().is_https else "session"


def find() -> SignedIn | None:
    """The person who is signed in at this browser, or None."""
    if "signed_in" not in g:
        g.signed_in = _look_up()
    found: SignedIn | None = g.signed_in
    return found


def current() -> SignedIn:
    """The person who is signed in; Unauthenticated if nobody is."""
    found = find()
    if found is None:
        raise Unauthenticated
    return found


def actor() -> Actor:
    """Who acts in this request; Unauthenticated if nobody is signed in."""
    return current().actor


def signed_in(view: Callable[P, T]) -> Callable[P, T | AnyResponse]:
    """Guard of a view: who is not signed in is sent to the sign-in page and back.

    Who owes a second factor sees only the pages about oneself, where it is set up; the owner of an account
    that ends sees besides them only where that is taken back. To guests there are only those and what
    `with_guests` opens to them: anything else answers as if it did not exist.
    """
    return _guarded(view, is_for_guests=False)


def with_guests(view: Callable[P, T]) -> Callable[P, T | AnyResponse]:
    """Guard of a view that guests have as well; it binds what it shows to what they were invited to."""
    return _guarded(view, is_for_guests=True)


def _guarded(view: Callable[P, T], *, is_for_guests: bool) -> Callable[P, T | AnyResponse]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T | AnyResponse:
        person = find()
        if person is None:
            target = request.full_path.rstrip("?") if request.method == "GET" else "/"
            return redirect(f"{SIGN_IN_PATH}?next={quote(safe_next(target))}", 303)
        if _OWN_AREA not in request.blueprints:
            if person.terminates_at is not None and not request.path.startswith(TERMINATION_PATH):
                return redirect(TERMINATION_PATH, 303)
            if person.owes_factor:
                return redirect(f"{SECURITY_PATH}?owed=1", 303)
            if person.is_guest and request.path == "/":
                return redirect(GUEST_PATH, 303)
            if person.is_guest and not is_for_guests:
                raise NotFound
        return view(*args, **kwargs)

    return guarded


def everywhere(view: Callable[P, T]) -> Callable[P, T | AnyResponse]:
    """Guard of a view that is not about one customer: Denied for who sees some of them only."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T | AnyResponse:
        require(actor(), Permission.WORK_EVERYWHERE)
        return view(*args, **kwargs)

    return signed_in(guarded)


def proven(view: Callable[P, T]) -> Callable[P, T | AnyResponse]:
    """Guard of a view that does something sensitive: the password is asked for again, unless it was lately.

    After that one is back at the page, or at that whose form was sent.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T | AnyResponse:
        if is_proven():
            return view(*args, **kwargs)
        target = request.full_path.rstrip("?") if request.method == "GET" else _page_before()
        return redirect(f"{PROVE_PATH}?next={quote(safe_next(target))}", 303)

    return signed_in(guarded)


def across_accounts(view: Callable[P, T]) -> Callable[P, T]:
    """For views of those who come in: whose rows they need is known only when they were found."""

    @wraps(view)
    def opened(*args: P.args, **kwargs: P.kwargs) -> T:
        find()  # now, because it binds to the account of whoever is signed in
        with binding.everywhere():
            return view(*args, **kwargs)

    return opened


def is_proven() -> bool:
    """Whether the person at the browser has given their password lately."""
    person = find()
    return person is not None and person.has_proven(office().clock.now())


def safe_next(target: str | None) -> str:
    """A path of ours to go on to; anything that could lead elsewhere becomes `/`."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return "/"
    if any(ord(c) < 0x21 or c in "\\\x7f" for c in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def begin(answer: ResponseReturnValue, secret: str) -> Response:
    """The answer with the cookie of a new session; the form token of before is worth nothing any more."""
    session.clear()
    response = make_response(answer)
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=signin.SESSION_LASTS,
        secure=office().is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def end(answer: ResponseReturnValue) -> Response:
    """The answer that takes the cookie away."""
    session.clear()
    response = make_response(answer)
    response.delete_cookie(cookie_name(), secure=office().is_https, httponly=True, samesite="Lax", path="/")
    recent.forget(response)
    return response


def secret() -> str:
    """What the browser's cookie holds, or nothing."""
    return request.cookies.get(cookie_name(), "")


def look_up(held: str, clock: Clock) -> SignedIn | None:
    """Whose secret this is, now; also outside a request."""
    if not held or len(held) > _MAX_SECRET:
        return None
    now = clock.now()
    with binding.everywhere():
        return remembered(("session", held, now.replace(microsecond=0)), partial(_find_session, held, now))


def _find_session(held: str, now: datetime) -> SignedIn | None:
    with reading() as db:
        return signin.find_session(db, held, now=now)


def _page_before() -> str:
    """The page of ours whose form was sent."""
    before = urlsplit(request.referrer or "")
    return before.path if before.netloc == request.host else "/"


def _look_up() -> SignedIn | None:
    found = look_up(secret(), office().clock)
    if found is not None:
        binding.bind(found.actor.account_id)
    return found
