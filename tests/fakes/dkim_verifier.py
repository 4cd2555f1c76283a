"""A verifier of signatures that is none of ours: Mail::DKIM, which SpamAssassin uses, too."""

import os
import shutil
import subprocess

import pytest

_PROGRAM = "dkimproxy-verify"


def results(raw: bytes, *, dns: str) -> list[str]:
    """What it says of each signature, asking the DNS at `dns` (host:port); skips where there is none."""
    if shutil.which(_PROGRAM) is None and not os.environ.get("M4A_REQUIRE_DKIM_VERIFIER"):
        pytest.skip(
            "no dkimproxy-verify (libmail-dkim-perl) here; M4A_REQUIRE_DKIM_VERIFIER=1 makes this a failure"
        )
    host, _, port = dns.rpartition(":")
    asking = {"RES_NAMESERVERS": host, "RES_OPTIONS": f"port:{port}", "HOME": "/nonexistent"}
    done = subprocess.run(
        [_PROGRAM], input=raw, env={**os.environ, **asking}, capture_output=True, timeout=30, check=True
    )
    lines = done.stdout.decode().splitlines()
    return [line.partition(": ")[2] for line in lines if line.startswith("verify result: ")]
