"""How often the new text of a mail is exactly right, beside the libraries that do the same.

    python bench/quotes.py FOLDER…

A FOLDER holds, at any depth, mails `NAME.eml`, each with its `NAME.json` beside it:

    {"expect": {"reply": {"equal": "the new text", "contains": [], "absent": []}}}

`equal_html` instead of `equal` gives the new text as HTML, `squeezed` says that white space does not count
at all (else it is folded). Mails without such an expectation are passed over.

Peers are compared where they are installed; they are no packages of ours. By hand, into an environment that
has ours as well: `pip install mail-parser-reply quotequail email-reply-parser`. They read text alone, so
each gets the text that we make of a mail, in full; for their times, only their own work counts.

Prints a line for each: mails exactly right in per cent, mails that hold what `contains` and `absent` say in
per cent, lost lines (that the expectation has and the answer lacks), milliseconds a mail of processor time.
"""

import argparse
import importlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html as lxml_html

from gateway.mail.parse import parse
from gateway.mail.quotes import reply_text
from gateway.store.filetypes import detect_type

Reader = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail's texts as we read them, and what its new text has to be."""

    name: str
    text: str
    ours: str
    equal: str | None
    contains: tuple[str, ...]
    absent: tuple[str, ...]
    is_squeezed: bool

    def fold(self, text: str) -> str:
        return ("" if self.is_squeezed else " ").join(text.split())


@dataclass(slots=True)
class Tally:
    """What one reader reached."""

    right: int = 0
    asked: int = 0
    held: int = 0
    told: int = 0
    lost: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def samples(folders: list[Path]) -> list[Sample]:
    """All mails with an expectation about their new text."""
    found = []
    for path in sorted(p for folder in folders for p in folder.rglob("*.json")):
        mail = path.with_suffix("")
        mail = mail if mail.suffix == ".eml" else mail.with_name(f"{mail.name}.eml")
        told = json.loads(path.read_text("utf-8")) if mail.exists() else {}
        expected = told.get("expect", {}).get("reply")
        if expected:
            found.append(_sample(mail, expected))
    return found


def _sample(path: Path, expected: dict[str, object]) -> Sample:
    read = parse(path.read_bytes(), detect_type=detect_type)
    equal = expected.get("equal")
    is_html = equal is None and "equal_html" in expected
    if is_html:
        equal = _words(str(expected["equal_html"]))
    return Sample(
        name=f"{path.parent.name}/{path.stem}",
        text=read.text,
        ours=read.reply_text,
        equal=None if equal is None else str(equal),
        contains=tuple(map(str, _list(expected.get("contains")))),
        absent=tuple(map(str, _list(expected.get("absent")))),
        is_squeezed=bool(expected.get("squeezed")) or is_html,
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _words(html: str) -> str:
    document = lxml_html.document_fromstring(html)
    for hidden in document.xpath("//style|//script|//head"):
        hidden.drop_tree()
    return str(document.text_content())


def judge(sample: Sample, answer: str, tally: Tally) -> None:
    """Count one answer."""
    said = sample.fold(answer)
    if sample.equal is not None:
        tally.asked += 1
        is_right = said == sample.fold(sample.equal)
        tally.right += is_right
        if not is_right:
            tally.wrong.append(sample.name)
        squeezed = "".join(answer.split())
        lines = ("".join(line.split()) for line in sample.equal.splitlines())
        tally.lost += sum(1 for line in lines if any(map(str.isalnum, line)) and line not in squeezed)
    if sample.contains or sample.absent:
        tally.told += 1
        has_all = all(sample.fold(words) in said for words in sample.contains)
        tally.held += has_all and not any(sample.fold(words) in said for words in sample.absent)


def peers() -> dict[str, Reader]:
    """The libraries that are installed here, by name."""
    found: dict[str, Reader] = {}
    for name, make in (
        ("mail-parser-reply", _mail_parser_reply),
        ("quotequail", _quotequail),
        ("email-reply-parser", _email_reply_parser),
    ):
        try:
            found[name] = make()
        except ImportError:
            print(f"{name}: not installed")
    return found


def _mail_parser_reply() -> Reader:
    module = importlib.import_module("mailparser_reply")
    languages = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko", "zh"]
    reader = module.EmailReplyParser(languages=languages)
    return lambda text: str(reader.parse_reply(text=text) or "")


def _quotequail() -> Reader:
    module = importlib.import_module("quotequail")

    def read(text: str) -> str:
        parts = module.quote(text, limit=text.count("\n") + 2, quote_intro_line=True)
        return "\n".join(part for is_shown, part in parts if is_shown)

    return read


def _email_reply_parser() -> Reader:
    reader = importlib.import_module("email_reply_parser").EmailReplyParser
    return lambda text: str(reader.parse_reply(text))


def measure(mails: list[Sample], read: Reader) -> Tally:
    """What a reader makes of all mails."""
    tally = Tally()
    for sample in mails:
        began = time.process_time()
        answer = read(sample.text)
        tally.seconds += time.process_time() - began
        judge(sample, answer, tally)
    return tally


def ours(mails: list[Sample]) -> Tally:
    """What we make of them, from the whole mail; the time is that of the same texts."""
    tally = Tally()
    for sample in mails:
        judge(sample, sample.ours, tally)
        began = time.process_time()
        reply_text(sample.text)
        tally.seconds += time.process_time() - began
    return tally


def main() -> None:
    """Measure, print."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("folders", type=Path, nargs="+")
    reader.add_argument("--wrong", action="store_true", help="name the mails that we read wrong")
    given = reader.parse_args()
    mails = samples(given.folders)
    if not mails:
        reader.error("no mail with an expectation about its new text")
    tallies = {
        "ours": ours(mails),
        **{name: measure(mails, read) for name, read in peers().items()},
        "all kept": measure(mails, lambda text: text),
    }
    print(f"{len(mails)} mails, {tallies['ours'].asked} with their exact new text")
    for name, tally in tallies.items():
        right, held = tally.right / max(tally.asked, 1), tally.held / max(tally.told, 1)
        pace = tally.seconds / len(mails) * 1e3
        print(f"{name:20}{right:7.1%} right{held:8.1%} held{tally.lost:5} lines lost{pace:9.3f} ms")
    if given.wrong:
        print(*tallies["ours"].wrong, sep="\n")


if __name__ == "__main__":
    main()
