"""Links that were mailed: to confirm one's address, and to choose a new password when the old one is lost.

Their secret stands behind `#`, which no browser sends: the page's script puts it into the form and takes it
out of the address bar; without script it can be pasted. Opening such a page uses nothing up.
"""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from gateway.desk import knocking, mailedlinks, passwords
from gateway.desk.knocking import Visitor
from gateway.desk.mailedlinks import Purpose, Reader
from gateway.errors import DeskError, Invalid, NotFound
from gateway.store.session import reading, transaction
from webui import callers, complaints, pages, proving, sessions
from webui.later import Afterwards
from webui.office import Office, office
from webui.sessions import actor, current, signed_in
from webui.signin import door, forms

blueprint = Blueprint("letters", __name__)


def mail_link(reader: Reader, purpose: Purpose, here: Office) -> bool:
    """Mail a link to a person; False if they have enough of them."""
    now, settings = here.clock.now(), here.settings
    letter = mailedlinks.write(
        reader,
        purpose,
        base_url=settings.effective_base_url,
        blobs=here.blobs,
        mail_domain=settings.mail_domain,
        now=now,
    )
    with transaction() as db:
        return mailedlinks.send(db, letter, now=now)


@blueprint.get("/confirm")
def confirm_form() -> ResponseReturnValue:
    """Where the link leads that confirms an address; `sent` tells what came of asking for another one."""
    return _confirm_page(request.args.get("sent", ""))


@blueprint.post("/confirm")
@sessions.across_accounts
def confirm() -> ResponseReturnValue:
    """The address is theirs."""
    door.knock_with_secret()
    try:
        with transaction() as db:
            mailedlinks.confirm(db, forms.read_secret(request.form), now=office().clock.now())
    except NotFound as error:
        return _confirm_page(wrong=complaints.in_words(error)), error.http
    person = sessions.find()
    if person is not None and person.is_starting:
        return redirect("/start?confirmed=1", 303)
    return redirect("/account?confirmed=1" if person else f"{sessions.SIGN_IN_PATH}?confirmed=1", 303)


@blueprint.post("/confirm/again")
@signed_in
def confirm_again() -> ResponseReturnValue:
    """Mail another link to who has not confirmed their address yet."""
    if actor().is_confirmed:
        return redirect("/account", 303)
    with reading() as db:
        reader = mailedlinks.reader_of(db, actor())
    is_sent = mail_link(reader, Purpose.CONFIRM, office())
    return redirect(f"/confirm?sent={int(is_sent)}", 303)


@blueprint.get("/forgotten")
def forgotten_form() -> ResponseReturnValue:
    """For who has lost their password."""
    return pages.render("web/signin/forgotten.html", asked=False)


@blueprint.post("/forgotten")
@sessions.across_accounts
def forgotten() -> ResponseReturnValue:
    """Mail links to whoever is meant. The answer is the same for all: nobody is looked up before it went."""
    said, here = forms.read_name(request.form), office()
    proving.knock(said)

    def work() -> None:
        with reading() as db:
            readers = mailedlinks.find_readers(db, said)
        for reader in readers:
            mail_link(reader, Purpose.RESET, here)

    return Afterwards(pages.render("web/signin/forgotten.html", asked=True), work)


@blueprint.get("/reset")
def reset_form() -> ResponseReturnValue:
    """Where the link leads with which a new password is chosen."""
    return _reset_page("")


@blueprint.post("/reset")
@sessions.across_accounts
def reset() -> ResponseReturnValue:
    """A new password; slips with the old one count no more. Nobody is signed in: a factor may be owed."""
    door.knock_with_secret()
    secret = forms.read_secret(request.form)
    try:
        password_hash = passwords.hash_password(forms.read_password(request.form))
        with transaction() as db:
            login = mailedlinks.set_password(db, secret, password_hash, now=office().clock.now())
            visitor = Visitor(login, callers.address())
            knocking.pardon(db, visitor, key=office().settings.key())
    except (Invalid, NotFound) as error:
        return _reset_page(secret, error), error.http
    return sessions.end(redirect(f"{sessions.SIGN_IN_PATH}?reset=1", 303))


def _confirm_page(sent: str = "", *, wrong: str = "") -> str:
    person = sessions.find()
    email = current().email if person and not person.actor.is_confirmed else ""
    return pages.render("web/signin/confirm.html", sent=sent if email else "", email=email, wrong=wrong)


def _reset_page(secret: str, error: DeskError | None = None) -> str:
    wrong, field = (complaints.in_words(error), "password") if error else ("", "")
    if isinstance(error, NotFound):
        field = "code"
    return pages.render("web/signin/reset.html", secret=secret, wrong=wrong, field=field)
