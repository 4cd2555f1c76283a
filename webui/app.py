"""`create_app(settings)`: the pages and the API as one Flask application; nothing happens at import.

An area is a folder that exports `blueprint` from its `views.py`. Views reach settings, blobs and
clock by `webui.office.office()`, the person by `webui.sessions`, and the database by
`gateway.store.session`, which whoever starts the process has configured.
"""

from flask import Flask, request
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect
from jinja2 import Environment

from gateway import i18n
from gateway.clock import Clock, SystemClock
from gateway.desk.openid.provider import provider_of
from gateway.inbound import networks
from gateway.settings import Settings
from gateway.store import binding
from gateway.store.blobs import BlobStore
from webui import assets, compression, csp, failures, languages, office, ops, origins, pages
from webui.api import openapi, problems, v1
from webui.audit import views as audit
from webui.canned import views as canned
from webui.customers import contacts, groups, transfer
from webui.customers import views as customers
from webui.mailboxes import views as mailboxes
from webui.people import invitations
from webui.people import views as people
from webui.quarantine import views as quarantine
from webui.signin import views as signin
from webui.start import views as start
from webui.tickets import brought, guests
from webui.tickets import views as tickets
from webui.tokens import views as tokens
from webui.undelivered import views as undelivered

_MIB = 1024 * 1024
_UNGUARDED = frozenset({"ops.healthz", "ops.readyz"})
"""Asked by supervisors, which know an address and no name."""


class Application(OpenAPI):
    """Flask with the product's own Jinja environment."""

    def create_jinja_environment(self) -> Environment:  # type: ignore[override]  # Flask's own only adds a loader
        """The one of pages."""
        return pages.environment()


def create_app(settings: Settings, *, clock: Clock | None = None) -> Flask:
    """The application; asks nothing of the database before the first request. Invalid for a bad setting."""
    app = Application(
        "webui",
        info=openapi.INFO,
        security_schemes=openapi.SECURITY,
        validation_error_model=problems.Problem,
        validation_error_callback=problems.of_validation_error,
        doc_ui=False,
        static_folder="static",
    )
    proxies = networks.parse(settings.trusted_proxies, setting="M4A_TRUSTED_PROXIES")
    blobs = BlobStore(settings.blob_dir)
    installed = office.Office(
        settings, blobs, clock or SystemClock(), proxies=proxies, provider=provider_of(settings)
    )
    office.install(app, installed)
    _configure(app, installed)
    app.before_request(_begin)  # ahead of the hooks of forms and areas
    app.teardown_request(_end)
    compression.install(app)
    csp.install(app, is_https=installed.is_https)
    assets.install(app)
    CSRFProtect(app).exempt(v1.blueprint)  # bearer tokens only: no browser adds those by itself
    failures.install(app)
    pages.install(app)
    _register(app)
    return app


def _configure(app: Flask, installed: office.Office) -> None:
    settings, https = installed.settings, installed.is_https
    app.config.update(
        SECRET_KEY=settings.key(),
        SESSION_COOKIE_NAME="__Host-form" if https else "form",  # holds the form token and nothing else
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=settings.max_message_bytes + _MIB,  # the files and the form around them
        MAX_FORM_MEMORY_SIZE=8 * _MIB,  # one field: Flask's 500 kB refuse a long pasted reply
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser keeps its cookie
        WTF_CSRF_SSL_STRICT=False,  # wants a Referer; the origin is checked instead
    )
    app.url_map.strict_slashes = False


def _register(app: Application) -> None:
    app.register_blueprint(ops.blueprint)
    app.register_api(v1.blueprint)
    openapi.install(app)
    for area in (
        signin,
        start,
        tickets,
        brought,
        guests,
        customers,
        groups,
        contacts,
        transfer,
        mailboxes,
        people,
        quarantine,
        undelivered,
        canned,
        tokens,
        invitations,
        audit,
    ):
        app.register_blueprint(area.blueprint)
    if office.of(app).settings.demo:
        from webui.demo import views as demo  # its sample people are no memory of a desk for real

        app.register_blueprint(demo.blueprint)


def _begin() -> None:
    """What comes before every view: is it meant for us, in which language, from whose page.

    Until it is known who asks, no row of any account is seen.
    """
    binding.bind_nobody()
    if request.endpoint not in _UNGUARDED:
        origins.check_host()
    if request.blueprint == "ops" or request.endpoint == "static" or problems.wanted():
        i18n.set_locale(i18n.DEFAULT_LOCALE)
        return
    i18n.set_locale(languages.of_page())
    origins.check_origin()


def _end(_error: BaseException | None) -> None:
    binding.release()
