"""Whether a backlog of accepted mails is filed at an even rate, and in even memory.

    python bench/backlog.py --corpus FOLDER [--directory FOLDER]

The corpus has a manifest.jsonl and its mails in new/. All are accepted first, with no worker running; then
the whole product starts and files them. Printed are the rates of the first and the last tenth, their ratio,
and the product's memory (PSS) after each tenth.
"""

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import visible  # the bench beside this one

from gateway import clock
from gateway.desk import mailboxes, people
from gateway.settings import Settings
from gateway.store import intake, migrate, session
from gateway.store.blobs import BlobStore
from gateway.store.intake import NewOffer, Source

_ADDRESS = "support@desk.example"
_LONGEST_SECONDS = 1800.0


def main() -> None:
    """Accept everything, start the product, and watch."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--corpus", type=Path, required=True)
    reader.add_argument("--directory", type=Path, help="where the data directory is made")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        count = _accept_all(given.corpus, Path(folder))
        _report(count, *_file_all(count, Path(folder)))


def _accept_all(corpus: Path, folder: Path) -> int:
    settings = Settings(data_dir=folder)
    session.configure(settings.effective_database_url)
    migrate.upgrade()
    blobs, now = BlobStore(settings.blob_dir, settings.effective_keyring_dir), clock.now()
    with session.transaction() as db:
        made = people.create_account(
            db, login="bench", email="b@desk.example", name="Bench", password_hash="-", now=now
        )
        box = mailboxes.add(db, made.id, _ADDRESS, mail_domain=settings.mail_domain, now=now)
    mails = [json.loads(line)["file"] for line in (corpus / "manifest.jsonl").read_text().splitlines()]
    for start in range(0, len(mails), 100):
        kept = [blobs.put((corpus / "new" / name).read_bytes()) for name in mails[start : start + 100]]
        with session.transaction() as db:
            for raw in kept:
                intake.put(
                    db,
                    account_id=made.id,
                    raw=raw,
                    source=Source.IMPORT,
                    mail_from="bench@customer.example",
                    offers=[NewOffer(_ADDRESS, box.id)],
                    now=clock.now(),
                )
    session.dispose()
    return len(mails)


def _file_all(count: int, folder: Path) -> tuple[list[float], list[float]]:
    """The moments at which each tenth was filed, and the memory at each."""
    program = str(Path(sys.executable).parent / "manage4all")
    ports = dict.fromkeys(("M4A_WEB_PORT", "M4A_SMTP_PORT", "M4A_RELAY_PORT"), "0")
    ports |= {"M4A_LMTP_PORT": "off", "M4A_LOG_LEVEL": "WARNING"}
    env = {**os.environ, **ports, "M4A_DATA_DIR": str(folder)}
    moments, memory = [time.monotonic()], [0.0]
    with (
        visible.running([program, "serve"], env),
        closing(sqlite3.connect(f"file:{folder / 'manage4all.db'}?mode=ro", uri=True, timeout=30)) as db,
    ):
        deadline = time.monotonic() + _LONGEST_SECONDS
        while len(moments) <= 10 and time.monotonic() < deadline:
            (filed,) = db.execute("SELECT count(*) FROM intake WHERE filed_at IS NOT NULL").fetchone()
            if filed == 0:
                moments[0] = time.monotonic()
            if filed >= count * len(moments) // 10:
                moments.append(time.monotonic())
                pids = json.loads((folder / "run" / "pids.json").read_text())
                memory.append(visible.pss(tuple(pid for part in pids.values() for pid in part)))
            time.sleep(0.05)
        fates = dict(db.execute("SELECT fate, count(*) FROM offer GROUP BY fate").fetchall())
    print(f"fates: {fates}")
    return moments, memory[1:]


def _report(count: int, moments: list[float], memory: list[float]) -> None:
    rates = [count / 10 / (end - begin) for begin, end in pairwise(moments)]
    print("tickets/s of each tenth: " + " ".join(f"{rate:.0f}" for rate in rates))
    print("PSS MiB after each tenth: " + " ".join(f"{mib:.0f}" for mib in memory))
    print(json.dumps({"last_to_first": round(rates[-1] / rates[0], 2)}))


if __name__ == "__main__":
    main()
