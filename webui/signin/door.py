"""The door: every try is counted before it is looked at, whatever page it comes from."""

from flask import Response, redirect, request

from gateway.desk import knocking, signin
from gateway.desk.auditing import Way
from gateway.desk.ceremonies import relying_party
from gateway.desk.knocking import Visitor
from gateway.store.session import transaction
from webui import callers, pages, sessions
from webui.office import office


def knock_with_secret() -> None:
    """Likewise where a mailed secret is shown instead of a name."""
    here = office()
    with transaction() as db:
        address, key = callers.address(), here.settings.key()
        knocking.knock_with_secret(db, address, key=key, now=here.clock.now())


def give_back_secret() -> None:
    """What they showed was right: a whole office may come in by one address."""
    here = office()
    with transaction() as db:
        address, key = callers.address(), here.settings.key()
        knocking.give_back_secret(db, address, key=key, now=here.clock.now())


def give_back(visitor: Visitor) -> None:
    """Their password was right: the try was no guess."""
    here = office()
    with transaction() as db:
        knocking.give_back(db, visitor, key=here.settings.key(), now=here.clock.now())


def has_passkeys() -> bool:
    """Whether the desk has an address at which browsers know passkeys."""
    return relying_party(office().settings.effective_base_url) is not None


def provider_name() -> str:
    """Of the provider by which linked people may sign in; "" where the operator has set none."""
    provider = office().provider
    return provider.client.name if provider else ""


def sign_in_page(onward: str, *, login: str = "", wrong: str = "", told: str = "", trouble: str = "") -> str:
    """Where one signs in. `wrong` is about what was typed, `trouble` about another way in."""
    values = {"login": login, "wrong": wrong, "told": told, "onward": onward, "trouble": trouble}
    ways = {"has_passkeys": has_passkeys(), "provider": provider_name()}
    return pages.render("web/signin/sign_in.html", **ways, **values)


def let_in(
    staff_id: int,
    visitor: Visitor,
    onward: str,
    way: Way = Way.PASSWORD,
    *,
    is_proof: bool = True,
    used_factor: bool = False,
) -> Response:
    """Begin a session in this browser, forget the visitor's slips, and go on.

    What `way`, `is_proof` and `used_factor` mean says `signin.open_session`.
    """
    browser, here = request.headers.get("User-Agent", ""), office()
    with transaction() as db:
        knocking.welcome(db, visitor, key=here.settings.key())
        secret = signin.open_session(
            db,
            staff_id,
            browser=browser,
            now=here.clock.now(),
            way=way,
            is_proof=is_proof,
            used_factor=used_factor,
        )
    return sessions.begin(redirect(onward, 303), secret)
