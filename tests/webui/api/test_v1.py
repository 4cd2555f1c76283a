from flask import Flask

from webui.api import v1


def test_every_module_of_routes_adds_some(app: Flask) -> None:
    modules = {view.__module__ for name, view in app.view_functions.items() if name.startswith("api.")}
    assert {module.__name__ for module in v1.ROUTES} == modules
