"""Asking the provider: where people are sent, and whose code came back. Nothing of it inside a transaction.

What it says of itself is kept for a minute, so that nobody is sent to a provider that has gone since, and its
keys for an hour. One that does not answer is left alone for some seconds, so that it does not hold up the
pages of all who try.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

from gateway import clock
from gateway.desk.openid import tokens
from gateway.desk.openid.metadata import WELL_KNOWN, Metadata, read_metadata
from gateway.desk.openid.questions import Question
from gateway.desk.openid.tokens import Expected, Identity, UnknownKey
from gateway.desk.servers.asking import Answer, ask
from gateway.desk.servers.faults import ServerFault
from gateway.desk.servers.reach import Reach
from gateway.errors import Invalid, Unavailable
from gateway.settings import Settings

if TYPE_CHECKING:
    from joserfc.jwk import Key

BACK_PATH = "/sign-in/provider/back"
"""Where the provider sends people back to; it knows this address beforehand."""

METADATA_SECONDS = 60.0
KEYS_SECONDS = 3600.0
PAUSE_SECONDS = 10.0
_MOST_BYTES = 256 * 1024
_OURS = {"invalid_client", "unauthorized_client"}


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at which provider."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    name: str


class Provider:
    """One for all threads of a process. Times are seconds of `monotonic`."""

    def __init__(
        self,
        client: Client,
        *,
        reach: Reach | None = None,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:
        self.client = client
        # The operator named it, so it may be in their own network.
        self._reach = reach or Reach(allows_private=True, connect_seconds=4.0, read_seconds=5.0)
        self._monotonic, self._lock = monotonic, Lock()
        self._metadata: Metadata | None = None
        self._keys: Sequence[Key] = ()
        self._metadata_at = self._keys_at = self._silent_at = -KEYS_SECONDS

    def address(self, question: Question) -> str:
        """Where the browser is sent with a question; Unavailable when the provider does not answer."""
        endpoint = self.metadata().authorization_endpoint
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": "openid",  # who they are, and nothing about them
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": question.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def identify(self, question: Question, said: Mapping[str, str], *, now: datetime) -> Identity:
        """Who came back, by what the address of the way back says (its `state` has been looked at).

        Invalid for whatever proves nothing, Unavailable when the provider does not answer.
        """
        metadata = self.metadata()
        named = said.get("iss", None if metadata.names_itself else self.client.issuer)
        if named != self.client.issuer:
            raise Invalid(detail="openid: iss of another provider")
        if "code" not in said:
            raise Invalid(detail=f"openid: {_code(said.get('error'))}")
        token = self._redeem(metadata, question, said["code"])
        expected = Expected(self.client.issuer, self.client.client_id, question.nonce)
        try:
            return tokens.check(token, self._signing_keys(metadata), expected, now=now)
        except UnknownKey:
            pass
        try:
            return tokens.check(token, self._signing_keys(metadata, anew=True), expected, now=now)
        except UnknownKey:
            raise Invalid(detail="openid: unknown key") from None

    def metadata(self) -> Metadata:
        """What the provider says of itself; Unavailable, in words for the operator, when it does not."""
        self._check_silence()
        known = self._metadata
        if known is not None and not self._is_older(self._metadata_at, METADATA_SECONDS):
            return known
        # One asks anew, and holds up nobody who can do with what was said a while ago.
        if not self._lock.acquire(blocking=known is None) and known is not None:
            return known
        try:
            return self._read_metadata()
        finally:
            self._lock.release()

    def check_secret(self) -> None:
        """Unavailable, in words for the operator, unless the provider knows our name and secret.

        It is asked for a code that it never gave: what it says against that tells whom it took us for.
        """
        metadata = self.metadata()
        answer = self._post(metadata, {"code": "none", "code_verifier": "x" * 43})
        if answer.status == 401 or _error(answer) in _OURS:
            raise Unavailable(
                "The provider does not know this client id and secret;"
                " check M4A_OIDC_CLIENT_ID and M4A_OIDC_CLIENT_SECRET."
            )

    def _read_metadata(self) -> Metadata:
        """Ask for it, unless another thread just has."""
        self._check_silence()
        if self._metadata is None or self._is_older(self._metadata_at, METADATA_SECONDS):
            found = self._ask(self.client.issuer.rstrip("/") + WELL_KNOWN)
            self._metadata = read_metadata(found.body if found.status == 200 else b"", self.client.issuer)
            self._metadata_at = self._monotonic()
        return self._metadata

    def _redeem(self, metadata: Metadata, question: Question, code: str) -> str:
        """The ID token for a code."""
        answer = self._post(metadata, {"code": code, "code_verifier": question.verifier})
        if answer.status >= 500:
            raise Unavailable(detail=f"openid: HTTP {answer.status}")
        token = _body(answer).get("id_token")
        if answer.status != 200 or not isinstance(token, str):
            raise Invalid(detail=f"openid: {_error(answer)}")
        return token

    def _post(self, metadata: Metadata, form: Mapping[str, str]) -> Answer:
        us, headers = self.client, {}
        form = {"grant_type": "authorization_code", "redirect_uri": us.redirect_uri, **form}
        if metadata.takes_basic:
            pair = f"{quote_plus(us.client_id)}:{quote_plus(us.client_secret)}"  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        else:
            form = {**form, "client_id": us.client_id, "client_secret": us.client_secret}
        return self._ask(metadata.token_endpoint, form=form, headers=headers)

    def _signing_keys(self, metadata: Metadata, *, anew: bool = False) -> "Sequence[Key]":
        with self._lock:
            if self._is_older(self._keys_at, PAUSE_SECONDS if anew else KEYS_SECONDS):
                found = self._ask(metadata.jwks_uri)
                self._keys = tokens.read_keys(found.body)
                self._keys_at = self._monotonic()
            return self._keys

    def _ask(
        self, url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        self._check_silence()
        try:
            return ask(url, self._reach, form=form, headers=headers, most_bytes=_MOST_BYTES)
        except ServerFault as fault:
            self._silent_at = self._monotonic()
            raise Unavailable(
                f"The provider at {self.client.issuer} does not answer ({fault.noted});"
                " check M4A_OIDC_ISSUER, and whether it can be reached from here."
            ) from None

    def _check_silence(self) -> None:
        if not self._is_older(self._silent_at, PAUSE_SECONDS):
            raise Unavailable(detail="openid: silent a moment ago")

    def _is_older(self, moment: float, seconds: float) -> bool:
        return self._monotonic() - moment >= seconds


def provider_of(settings: Settings) -> Provider | None:
    """The one that the operator has set; None without."""
    if not settings.oidc_issuer:
        return None
    return Provider(
        Client(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            redirect_uri=settings.effective_base_url + BACK_PATH,
            name=settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or "",
        )
    )


def _body(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _error(answer: Answer) -> str:
    return _code(_body(answer).get("error"))


def _code(said: object) -> str:
    """An error's code (RFC 6749, 4.1.2.1), if it is one: it goes to the log."""
    is_code = isinstance(said, str) and said.replace("_", "").isalnum() and said.isascii() and len(said) <= 60
    return str(said) if is_code else "no code"
