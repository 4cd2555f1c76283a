"""What each web process loads after it was forked: own database connections, application, bridge."""

from gateway import log
from gateway.cli.opening import find_wake
from gateway.settings import Settings
from gateway.store import session
from webui.app import create_app
from webui.bridge import Bridge


def load(settings: Settings) -> Bridge:
    """The application of this process; configures its log and its database."""
    log.configure(level=settings.log_level)
    session.configure(settings.effective_database_url, wake=find_wake(settings))
    app = create_app(settings)
    return Bridge(app.wsgi_app, max_body_bytes=app.config["MAX_CONTENT_LENGTH"])
