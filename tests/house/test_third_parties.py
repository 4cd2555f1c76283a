"""No page, mail or program of ours names a foreign host: what is not named is not loaded.

The journey of the same name watches the product at work; this one reads what it ships.
"""

import re
from pathlib import Path

import pytest

from tests.house.tree import PRODUCT, ROOT, files, name_of, python_files, text_of

_STATIC = ROOT / "webui" / "static"
_NAMESPACES = ("www.w3.org/2000/svg", "schemas.openxmlformats.org/")
"""Addresses that are names, by their standard; nobody asks there."""

_ABSOLUTE = re.compile(r"(?:https?|wss?|ftp)://([a-z0-9][^\s\"'`<>)]*)", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(
    r"(?:src|href|srcset|poster|action|data)=[\"']?//|url\([\"']?//|[\"'`]//[a-z0-9-]+\."
)
_IN_A_STRING = re.compile(r"[\"'`](?:https?:|wss?:|ftp:)?//([a-z0-9-]+\.[^\s\"'`]*)", re.IGNORECASE)


def hosts_named(text: str) -> list[str]:
    """The absolute addresses of a text but for namespaces, and references that take the page's scheme."""
    named = [address for address in _ABSOLUTE.findall(text) if not address.startswith(_NAMESPACES)]
    return named + _WITHOUT_SCHEME.findall(text)


def hosts_in_strings(text: str) -> list[str]:
    """Likewise in strings alone: what others wrote has addresses in its comments, which nobody asks."""
    return [address for address in _IN_A_STRING.findall(text) if not address.startswith(_NAMESPACES)]


def test_no_template_script_or_style_of_ours_names_a_host() -> None:
    ours = [*files(ROOT / "templates"), *files(_STATIC)]
    assert len(ours) > 100
    found = {name_of(path): hosts_named(text_of(path) or "") for path in ours}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_no_script_of_others_has_an_address_to_ask() -> None:
    scripts = [path for path in (_STATIC / "vendor").rglob("*.js") if path.is_file()]
    assert scripts
    found = {path.name: hosts_in_strings(text_of(path) or "") for path in scripts}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_no_program_of_ours_names_a_host_but_examples() -> None:
    found = {name_of(path): foreign(path) for path in python_files(*PRODUCT)}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def foreign(path: Path) -> list[str]:
    """Whom a program could ask: example names (RFC 2606) and names without a dot lead nowhere."""
    hosts = [address.partition("/")[0].partition(":")[0] for address in hosts_named(text_of(path) or "")]
    return [host for host in hosts if "." in host and not host.endswith(".example")]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example.org/x.js">',
        "@import 'http://fonts.example.org/css';",
        "background: url(//cdn.example.org/x.png)",
        "<img src=//cdn.example.org/x.png>",
        "new WebSocket('wss://live.example.org')",
        'fetch("//api.example.org/x")',
    ],
)
def test_a_planted_host_is_found(text: str) -> None:
    assert hosts_named(text)


def test_a_planted_host_in_a_string_is_found_and_in_a_comment_it_is_none() -> None:
    assert hosts_in_strings("get('https://api.example.org/x')") == ["api.example.org/x"]
    assert hosts_in_strings("// see https://api.example.org/x\n") == []
