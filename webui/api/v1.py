"""The API, version 1: the desk's verbs over HTTP, for programs that hold a token of the account."""

from webui.api import (
    account,
    articles,
    canned,
    contacts,
    customers,
    deliveries,
    groups,
    invitations,
    quarantine,
    remote,
    reports,
    staff,
    systems,
    tickets,
    transfer,
)
from webui.api.routes import blueprint

ROUTES = (
    account,
    articles,
    canned,
    contacts,
    customers,
    deliveries,
    groups,
    invitations,
    quarantine,
    remote,
    reports,
    staff,
    systems,
    tickets,
    transfer,
)
"""The modules whose routes the blueprint has."""

__all__ = ["ROUTES", "blueprint"]
