"""How many mails a second one core reads, beside the standard library reading the same mails.

    parse_rate.py FOLDER [--rounds 3]

FOLDER holds one mail a file (a Maildir's `new` will do). The yardstick parses with `email` (compat32) and
decodes each part, and does no more: no text from HTML, no sanitising, no file types, no new text.
Prints one JSON object: milliseconds a mail and mails a second of both, medians of the rounds, run in turn.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path

from gateway.mail.parse import parse
from gateway.store.filetypes import detect_type


def ours(raw: bytes) -> None:
    """The product's reading, everything on."""
    parse(raw, detect_type=detect_type)


def yardstick(raw: bytes) -> None:
    """The least that reading a mail can mean in Python."""
    for part in BytesParser(policy=compat32).parsebytes(raw).walk():
        part.get_payload(decode=True)


def seconds(read: Callable[[bytes], None], mails: list[bytes]) -> float:
    """Processor time for all mails."""
    began = time.process_time()
    for raw in mails:
        read(raw)
    return time.process_time() - began


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    mails = [path.read_bytes() for path in sorted(arguments.folder.rglob("*")) if path.is_file()]
    ours(mails[0])
    rounds = [(seconds(ours, mails), seconds(yardstick, mails)) for _ in range(arguments.rounds)]
    took, least = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        json.dumps(
            {
                "mails": len(mails),
                "megabytes": round(sum(map(len, mails)) / 1e6, 1),
                "ms_a_mail": round(took / len(mails) * 1e3, 2),
                "mails_a_second": round(len(mails) / took),
                "yardstick_ms_a_mail": round(least / len(mails) * 1e3, 2),
                "rate_to_yardstick": round(least / took, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
