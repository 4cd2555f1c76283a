"""What people type to get in, read and limited; what it means is the desk's business."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway.desk.signatures import MAX_TEXT_CHARS, OwnSignature
from gateway.desk.staff import Particulars

_MAX_CHARS = 1000
_MAX_SECRET = 200
_MAX_CODE = 50


@dataclass(frozen=True, slots=True)
class SignIn:
    """Login and password."""

    login: str
    password: str


@dataclass(frozen=True, slots=True)
class SignUp:
    """The owner of a new account; what the business is called is asked in the guided start."""

    login: str
    email: str
    password: str


def read_sign_in(form: MultiDict[str, str]) -> SignIn:
    """What was typed at the sign-in page."""
    return SignIn(_line(form, "login"), read_password(form))


def read_name(form: MultiDict[str, str]) -> str:
    """The login or address of who has lost their password."""
    return _line(form, "login")


def read_secret(form: MultiDict[str, str]) -> str:
    """The secret of a mailed link; the whole link will do."""
    return _line(form, "code").rpartition("#")[2].strip()[:_MAX_SECRET]


def read_code(form: MultiDict[str, str]) -> str:
    """A code of the second factor."""
    return _line(form, "code")[:_MAX_CODE]


def read_password(form: MultiDict[str, str], name: str = "password") -> str:
    """A password as it is; no more of it than is needed to refuse it."""
    return form.get(name, "")[: _MAX_CHARS + 1]


def read_signature(form: MultiDict[str, str]) -> OwnSignature:
    """What was typed as one's signature; no more of it than is needed to refuse it."""
    return OwnSignature(_text(form, "signature_en"), _text(form, "signature_de"))


def read_newcomer(form: MultiDict[str, str]) -> Particulars:
    """What was typed to accept an invitation; no more of it than is needed to refuse it."""
    return Particulars(
        login=_line(form, "login"),
        first_name=_line(form, "first_name"),
        last_name=_line(form, "last_name"),
        salutation=_line(form, "salutation"),
        company=_line(form, "company"),
        postal_address=form.get("postal_address", "").replace("\r\n", "\n")[: _MAX_CHARS + 1],
    )


def read_sign_up(form: MultiDict[str, str]) -> SignUp:
    """What was typed to create an account; who was invited types no address."""
    return SignUp(_line(form, "login"), _line(form, "email"), read_password(form))


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n")[: MAX_TEXT_CHARS + 1]


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_MAX_CHARS]
