"""What people type to get in, read and limited; what it means is the desk's business."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from gateway.desk.signatures import MAX_TEXT_CHARS, OwnSignature
from gateway.errors import Invalid

_MAX_CHARS = 1000


@dataclass(frozen=True, slots=True)
class SignIn:
    """Login and password."""

    login: str
    password: str


@dataclass(frozen=True, slots=True)
class SignUp:
    """A new business and its owner."""

    business: str
    login: str
    email: str
    password: str


def read_sign_in(form: MultiDict[str, str]) -> SignIn:
    """What was typed at the sign-in page."""
    return SignIn(_line(form, "login"), form.get("password", "")[: _MAX_CHARS + 1])


def read_sign_up(form: MultiDict[str, str]) -> SignUp:
    """What was typed to create an account; Invalid when the business has no name."""
    typed = typed_sign_up(form)
    if not typed.business:
        raise Invalid("Please name your business.", field="business")
    return typed


def read_signature(form: MultiDict[str, str]) -> OwnSignature:
    """What was typed as one's signature; no more of it than is needed to refuse it."""
    return OwnSignature(_text(form, "signature_en"), _text(form, "signature_de"))


def typed_sign_up(form: MultiDict[str, str]) -> SignUp:
    """The same without judging it, to show it again."""
    return SignUp(
        _line(form, "business")[:200],
        _line(form, "login"),
        _line(form, "email"),
        form.get("password", "")[: _MAX_CHARS + 1],
    )


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n")[: MAX_TEXT_CHARS + 1]


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_MAX_CHARS]
