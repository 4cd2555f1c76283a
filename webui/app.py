"""`create_app(settings)`: the pages and the API as one Flask application; nothing happens at import.

An area is a folder that exports `blueprint` from its `views.py`. Views reach settings, blobs and
clock by `webui.office.office()`, the person by `webui.sessions`, and the database by
`gateway.store.session`, which whoever starts the process has configured.
"""

from flask import Flask, g, request
from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect
from jinja2 import Environment

from gateway import i18n, log
from gateway.clock import Clock, SystemClock
from gateway.desk.openid.provider import provider_of
from gateway.ids import new_short_code
from gateway.inbound import networks
from gateway.settings import Settings
from gateway.store import binding
from gateway.store.blobs import BlobStore
from webui import (
    assets,
    compression,
    csp,
    failures,
    keys,
    languages,
    office,
    ops,
    origins,
    pages,
    recent,
    sessions,
    zones,
)
from webui.api import openapi, problems, v1
from webui.audit import views as audit
from webui.canned import views as canned
from webui.customers import contacts, groups, transfer
from webui.customers import systems as customer_systems
from webui.customers import views as customers
from webui.errorreports import views as errorreports
from webui.legal import views as legal
from webui.live import hub
from webui.live import views as live
from webui.mailboxes import views as mailboxes
from webui.operating import views as operating
from webui.people import invitations
from webui.people import views as people
from webui.privacy import views as privacy
from webui.quarantine import views as quarantine
from webui.remote import customers as remote_customers
from webui.remote import systems as remote_systems
from webui.remote import viewing as remote_viewing
from webui.reports import views as reports
from webui.signin import views as signin
from webui.start import views as start
from webui.suggestions import views as suggestions
from webui.tickets import (
    acting,
    brought,
    bulk,
    changing,
    deletion,
    drafting,
    finding,
    guests,
    hearing,
    listing,
    notifications,
    onlookers,
    remoting,
    saved,
)
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
    blobs = BlobStore(settings.blob_dir, settings.effective_keyring_dir)
    installed = office.Office(
        settings, blobs, clock or SystemClock(), proxies=proxies, provider=provider_of(settings)
    )
    office.install(app, installed)
    hub.install(app)
    _configure(app, installed)
    app.before_request(_begin)  # ahead of the hooks of forms and areas
    app.teardown_request(_end)
    compression.install(app)
    csp.install(app, is_https=installed.is_https)
    assets.install(app)
    forms = CSRFProtect(app)
    forms.exempt(v1.blueprint)  # bearer tokens only: no browser adds those by itself
    forms.exempt(suggestions.blueprint)  # nobody's: there is no sign-in to misuse
    forms.exempt(remote_systems.blueprint)  # a code in the body, and nothing that a browser adds
    failures.install(app)
    recent.install(app)
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
        keys,
        signin,
        start,
        listing,
        tickets,
        acting,
        bulk,
        saved,
        changing,
        hearing,
        notifications,
        drafting,
        remoting,
        deletion,
        onlookers,
        finding,
        live,
        brought,
        guests,
        customers,
        groups,
        contacts,
        customer_systems,
        transfer,
        mailboxes,
        people,
        quarantine,
        undelivered,
        remote_customers,
        remote_viewing,
        remote_systems,
        reports,
        canned,
        tokens,
        invitations,
        audit,
        privacy,
        operating,
        legal,
        suggestions,
        errorreports,
    ):
        app.register_blueprint(area.blueprint)
    if office.of(app).settings.demo:
        from webui.demo import views as demo  # its sample people are no memory of a desk for real

        app.register_blueprint(demo.blueprint)


def _begin() -> None:
    """What comes before every view: is it meant for us, in which language, from whose page.

    Until it is known who asks, no row of any account is seen.
    """
    g.request_id = new_short_code()
    log.name_request(g.request_id)
    binding.bind_nobody()
    if request.endpoint not in _UNGUARDED:
        origins.check_host()
    if request.blueprint == "ops" or request.endpoint == "static" or problems.wanted():
        i18n.set_locale(i18n.DEFAULT_LOCALE)
        zones.set_zone("")
        return
    i18n.set_locale(languages.of_page())
    person = sessions.find()
    zones.set_zone(person.zone if person else "")
    origins.check_origin()


def _end(_error: BaseException | None) -> None:
    binding.release()
    log.forget_request()
