"""The repository names no registry and no machine: packages come from where the installation asks."""

import re

import pytest

from tests.house.tree import files, name_of, text_of

# Spelled in halves, so that this file is not its own first finding.
_HOSTS = (
    "pypi." + "org",
    "python" + "hosted",
    "npm" + "js.",
    "un" + "pkg.",
    "js" + "delivr",
    "cdn" + "js",
    "esm" + ".sh",
)
_MACHINES = (
    "/wo" + "rk/",
    "/tmp/" + "dev",
    "/ro" + "ot/",
    "/Us" + "ers/",
    "/home/" + "runner",
    "C:" + "\\Users",
)
_IN_LOCKS = re.compile('"reso' + 'lved"|https?://|index' + "-url|find" + "-links")
_LOCKS = (".lock", "package-lock.json")


def registry_or_machine(text: str) -> list[str]:
    """The registries and developers' folders that a text names."""
    return [word for word in (*_HOSTS, *_MACHINES) if word in text]


def addresses_in_lock(text: str) -> list[str]:
    """The lines of a lock file that say more than name, version and hash."""
    return [line.strip() for line in text.splitlines() if _IN_LOCKS.search(line)]


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = {name_of(path): registry_or_machine(text_of(path) or "") for path in files()}
    assert {name: words for name, words in found.items() if words} == {}


def test_lock_files_pin_versions_and_hashes_only() -> None:
    locks = {name_of(p): p.read_text("utf-8") for p in files() if p.name.endswith(_LOCKS)}
    assert {"package-lock.json", "requirements.lock", "requirements-test.lock"} <= locks.keys()
    assert {name: lines for name, text in locks.items() if (lines := addresses_in_lock(text))} == {}


def test_front_end_packages_are_pinned_exactly_and_checked() -> None:
    lock = next(text for p in files() if p.name == "package-lock.json" and (text := text_of(p)))
    assert lock.count('"integrity"') == lock.count('"node_modules/')


@pytest.mark.parametrize("word", [*_HOSTS, *_MACHINES])
def test_a_planted_name_is_found(word: str) -> None:
    assert registry_or_machine(f"see {word}x") == [word]


@pytest.mark.parametrize(
    "line",
    ['"reso' + 'lved": "x"', "--index" + "-url x", "a @ https://example.org/a.whl", "--find" + "-links x"],
)
def test_a_planted_address_in_a_lock_is_found(line: str) -> None:
    assert addresses_in_lock(f"a==1\n  {line}\n") == [line]
