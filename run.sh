#!/bin/sh
# Sets up what is missing, then starts the product or runs every check. Sets up again only when a lock file changes.
set -eu

usage() {
    echo "usage: ./run.sh          set up and start, with a sample account to play with"
    echo "       ./run.sh setup    set up only"
    echo "       ./run.sh test     set up, and run every check"
}

say() { printf '%s\n' "$*" >&2; }
fail() { say "run.sh: $*"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

# --- Python and the environment ---------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Prints the first Python that is new enough and satisfies "$1", if any.
find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name" && "$1" "$name"; then
            command -v "$name"
            return
        fi
    done
}

# Debian and Ubuntu leave ensurepip out of python3; as root their package is installed.
choose_python() {
    python=$(find_python makes_environments)
    [ -z "$python" ] || return 0
    bare=$(find_python is_new_enough)
    [ -n "$bare" ] || fail "Python 3.11 or newer is needed; none was found."
    package="python$("$bare" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    is_root && command -v apt-get >/dev/null 2>&1 || fail "a package is missing, please install it: $package"
    apt_install "$package" || fail "$package could not be installed."
    python=$bare
}

apt_install() {
    say "Installing system packages: $*"
    apt-get update -qq >&2 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# What an environment was made from: when this changes, it is brought up to date.
fingerprint() {
    {
        printf '%s\n' "$here"
        .venv/bin/python -V 2>&1
        cat pyproject.toml requirements*.lock package-lock.json tools/assets.py
    } | cksum
}

is_current() { [ -x .venv/bin/python ] && [ "$(cat "$1" 2>/dev/null)" = "$(fingerprint 2>/dev/null)" ]; }

# set_up LOCK STAMP: the environment holds what LOCK names, and STAMP remembers it.
set_up() {
    is_current "$2" && return
    say "Setting up (a minute the first time) ..."
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || ! is_new_enough .venv/bin/python; then
        choose_python
        "$python" -m venv --clear .venv || fail "no environment could be made with $python."
    fi
    pip_install --require-hashes --only-binary :all: -r requirements-build.lock
    # These have no wheel; all are Python alone, built by what was just installed.
    pip_install --require-hashes --only-binary :all: --no-binary dkimpy,pyspf,xcffib --no-build-isolation -r "$1"
    pip_install --no-index --no-deps --no-build-isolation --editable .
    # What is compiled while it runs leaves 5 MB behind in the first start.
    .venv/bin/python -m compileall -q gateway webui workers remote_bridge || fail "our own code could not be compiled."
    .venv/bin/python tools/assets.py || fail "the front-end files are missing."
    fingerprint >"$2"
    # The tests' lock holds all that running needs, at the same versions.
    [ "$1" != requirements-test.lock ] || cp "$2" .venv/.set-up-to-run
}

pip_install() {
    .venv/bin/python -m pip install -qq --disable-pip-version-check "$@" || fail "pip could not install what is locked."
}

# --- What the tests need beyond Python --------------------------------------------------------------------------

has_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
        [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

# Debian puts servers where only root looks.
has_server() { (PATH="$PATH:${SBIN-/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin}" && command -v "$1" >/dev/null 2>&1); }

# The virus scanner is real where it can be installed; elsewhere the tests speak to a double and say so.
install_clamd() {
    if ! has_server clamd && is_root && command -v apt-get >/dev/null 2>&1; then apt_install clamav-daemon || true; fi
    if has_server clamd; then
        export M4A_REQUIRE_CLAMD=1
    else
        say "There is no clamd (package clamav-daemon): the tests speak to a double of it."
    fi
}

# Signatures are verified by another program than the one that signs, where it can be installed.
install_dkim_verifier() {
    if ! command -v dkimproxy-verify >/dev/null 2>&1 && is_root && command -v apt-get >/dev/null 2>&1; then
        apt_install libmail-dkim-perl || true
    fi
    if command -v dkimproxy-verify >/dev/null 2>&1; then
        export M4A_REQUIRE_DKIM_VERIFIER=1
    else
        say "There is no dkimproxy-verify (package libmail-dkim-perl): only our own verifier checks signatures."
    fi
}

# Signing in is tried with a certified provider, a program for Node; npm comes along as for the front end.
install_oidc_provider() {
    if .venv/bin/python -m tools.oidc_provider; then
        export M4A_REQUIRE_OIDC_PROVIDER=1
    else
        say "There is no OpenID Connect provider: the tests speak to a double of one."
    fi
}

# Postfix starts by root alone, and takes no other mail server's place; without it its journey is skipped.
install_postfix() {
    if ! has_server postfix && is_root && command -v apt-get >/dev/null 2>&1; then
        apt_install --no-remove postfix || true
    fi
    has_server postfix && is_root || say "There is no Postfix started by root: its journey is skipped."
}

# The client's tests show a real screen and type on it. Without an X server they are skipped, each with its reason.
install_x() {
    if ! has_x && is_root && command -v apt-get >/dev/null 2>&1; then
        apt_install xvfb openbox xclip xterm x11-xkb-utils || true
    fi
    if has_x; then
        export M4A_REQUIRE_X=1
    else
        say "There is no Xvfb, openbox, xclip, xterm or setxkbmap: the tests that show a real screen are skipped."
    fi
}

has_x() {
    for name in Xvfb openbox xclip xterm setxkbmap; do command -v "$name" >/dev/null 2>&1 || return 1; done
}

# Whom the product reaches is seen by strace, where it may trace; a container may forbid that.
install_strace() {
    if ! command -v strace >/dev/null 2>&1 && is_root && command -v apt-get >/dev/null 2>&1; then
        apt_install strace || true
    fi
    if strace -f --seccomp-bpf -o /dev/null true >/dev/null 2>&1; then
        export M4A_REQUIRE_STRACE=1
    else
        say "There is no strace that may trace: the journey that watches whom the product reaches is skipped."
    fi
}

install_what_tests_need() {
    install_clamd
    install_dkim_verifier
    install_postfix
    install_oidc_provider
    install_x
    install_strace
    missing=""
    has_browser || missing="$missing chromium"
    has_server dovecot || missing="$missing dovecot-imapd"
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # a list of package names
    if is_root && command -v apt-get >/dev/null 2>&1 && apt_install $missing; then return 0; fi
    fail "the tests need these system packages, please install them:$missing"
}

# --- The checks -------------------------------------------------------------------------------------------------

red=""
check() {
    say "== $*"
    ".venv/bin/$@" || red="$red
  $*"
}

# Their databases live for a second each: in memory, where there is room, no test waits for the disk.
keep_in_memory() {
    [ -w /dev/shm ] || return 0
    room=$(df -Pk /dev/shm | { read -r _ && read -r _ _ _ kilobytes _ && echo "$kilobytes"; })
    [ "${room:-0}" -gt 2000000 ] || return 0
    export PYTEST_DEBUG_TEMPROOT=/dev/shm
}

keep_on_disk() {
    [ -z "${PYTEST_DEBUG_TEMPROOT-}" ] || rm -rf "$PYTEST_DEBUG_TEMPROOT/pytest-of-$(id -un)"
    unset PYTEST_DEBUG_TEMPROOT
}

run_checks() {
    export M4A_REQUIRE_BROWSER=1
    check ruff check
    check ruff format --check
    check mypy
    check lint-imports
    keep_in_memory
    check pytest -q -n logical --maxprocesses 4 --dist worksteal -m "not journey"
    keep_on_disk
    check pytest -q -m journey
    [ -z "$red" ] || fail "these checks failed:$red"
    say "All checks passed."
}

# ----------------------------------------------------------------------------------------------------------------

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd "$here"
# pip, npm and the browser want a home they can write to.
if [ ! -d "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
    mkdir -p build/home
    HOME="$here/build/home"
    export HOME
fi

[ $# -le 1 ] || { usage >&2; exit 2; }
case "${1-}" in
'')
    set_up requirements.lock .venv/.set-up-to-run
    exec .venv/bin/manage4all serve --demo
    ;;
setup)
    set_up requirements.lock .venv/.set-up-to-run
    ;;
test)
    set_up requirements-test.lock .venv/.set-up-to-test
    install_what_tests_need
    run_checks
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
