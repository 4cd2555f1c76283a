"""What a web process serves: the application, built once before a fork and shared, behind its own bridge."""

from functools import cache

from flask import Flask

from gateway import log
from gateway.cli.opening import configure_database
from gateway.settings import Settings
from webui import pages
from webui.app import create_app
from webui.bridge import Bridge


@cache
def application(settings: Settings) -> Flask:
    """The application of these settings; opens nothing, so workers forked after this share its memory."""
    app = create_app(settings)
    pages.compile_all()
    return app


def load(settings: Settings) -> Bridge:
    """The application of this process; configures its log and its database."""
    log.configure(level=settings.log_level)
    configure_database(settings)
    app = application(settings)
    return Bridge(app.wsgi_app, max_body_bytes=app.config["MAX_CONTENT_LENGTH"])
