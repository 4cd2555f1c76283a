"""What every view works with: the settings, the blob store and the clock of the running application."""

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask, current_app

from gateway.clock import Clock
from gateway.desk import replying
from gateway.desk.openid.provider import Provider
from gateway.inbound.networks import Network
from gateway.outbound.relayurl import server_name
from gateway.outbound.remoteimage import RemoteImages
from gateway.settings import Settings
from gateway.store.blobs import BlobStore
from gateway.store.sealed import Seal

_KEY = "manage4all"


@dataclass(frozen=True, slots=True)
class Office:
    """Fixed when the application is made; views reach it by `office()`.

    `proxies` are the networks of reverse proxies of one's own, `provider` is by whom people may sign in.
    """

    settings: Settings
    blobs: BlobStore
    clock: Clock
    images: RemoteImages = field(default_factory=RemoteImages)
    proxies: tuple[Network, ...] = ()
    provider: Provider | None = None

    @property
    def is_https(self) -> bool:
        """Whether people reach the pages over TLS."""
        return self.settings.effective_base_url.startswith("https://")

    @property
    def relay(self) -> str:
        """Host and port of the installation's outgoing server, "" without one."""
        return server_name(self.settings.relay_url.get_secret_value())

    def sending(self) -> replying.Office:
        """What writing an answer needs to know of the installation."""
        return replying.Office(
            mail_domain=self.settings.mail_domain,
            undo=timedelta(seconds=self.settings.undo_seconds),
            blobs=self.blobs,
            max_message_bytes=self.settings.max_message_bytes,
            seal=Seal(self.settings.key()),
            relay=self.relay,
        )


def install(app: Flask, installed: Office) -> None:
    """Give the application its office."""
    app.extensions[_KEY] = installed


def of(app: Flask) -> Office:
    """The office of an application."""
    installed: Office = app.extensions[_KEY]
    return installed


def office() -> Office:
    """The office of the application that answers this request."""
    return of(current_app)
