"""The new text of a mail: quoted history and signature off. When in doubt, text is kept."""

from dataclasses import dataclass
from enum import Enum

from gateway.mail.quotemarks import (
    attribution,
    field_block,
    is_forward,
    is_quoted,
    is_torn_quote,
    may_be_mark,
    separator,
    shared_line,
)
from gateway.mail.signatures import without_signature

MAX_LINES = 20_000


class _Kind(Enum):
    TEXT = "new"
    QUOTE = "marked with >"
    MARK = "On … wrote:"
    HISTORY = "all below is an older mail"
    FORWARD = "all below is handed on, and meant to be read"


@dataclass(slots=True)
class _Block:
    kind: _Kind
    lines: list[str]

    def is_blank(self) -> bool:
        return not any(line.strip() for line in self.lines)


def reply_text(text: str) -> str:
    """Only what was newly written. Never empty where `text` is not; costs linear time."""
    lines = text.replace("\xa0", " ").split("\n")
    if len(lines) > MAX_LINES:
        return text.strip()
    answer = "\n".join(_chosen(_blocks(lines))).strip("\n").rstrip()
    return answer if answer.strip() else text.strip()


def _blocks(lines: list[str]) -> list[_Block]:
    """The lines in stretches of one kind; the last one may be HISTORY, and then it holds all the rest."""
    blocks: list[_Block] = [_Block(_Kind.TEXT, [])]
    has_text = False
    at = 0
    while at < len(lines):
        kind, end, before = _kind_at(lines, at)
        if before:
            _add(blocks, _Kind.TEXT, [before])
            has_text = True
        if kind is _Kind.FORWARD or (kind is _Kind.HISTORY and has_text):
            blocks.append(_Block(kind, lines[at:]))
            return blocks
        if kind is _Kind.HISTORY:  # a forwarded mail with nothing above it: what it says is all there is
            kind = _Kind.TEXT
        has_text = has_text or (kind is _Kind.TEXT and bool("".join(lines[at:end]).strip()))
        _add(blocks, kind, lines[at:end])
        at = end
    return blocks


def _kind_at(lines: list[str], at: int) -> tuple[_Kind, int, str]:
    """What begins at a line, the line behind it, and new text that shares the first line."""
    line = lines[at]
    if not line.strip() or not may_be_mark(line):
        return _Kind.TEXT, at + 1, ""
    if is_quoted(line):
        return _Kind.QUOTE, at + 1, ""
    if is_forward(line):
        return _Kind.FORWARD, len(lines), ""
    if (before := shared_line(line)) is not None:
        return _Kind.MARK, at + 1, before
    for detect, kind in ((separator, _Kind.HISTORY), (field_block, _Kind.HISTORY), (attribution, _Kind.MARK)):
        end = detect(lines, at)
        if end > at:
            return kind, end, ""
    return _Kind.TEXT, at + 1, ""


def _add(blocks: list[_Block], kind: _Kind, lines: list[str]) -> None:
    """Put lines to the last block if it is of that kind; blank lines inside a quote belong to it."""
    last = blocks[-1]
    if kind is last.kind and kind is not _Kind.MARK:
        last.lines += lines
    elif kind is _Kind.QUOTE and len(blocks) > 1 and last.is_blank() and blocks[-2].kind is _Kind.QUOTE:
        blocks[-2].lines += last.lines + lines
        blocks.pop()
    else:
        blocks.append(_Block(kind, list(lines)))


def _chosen(blocks: list[_Block]) -> list[str]:
    """The lines that are the answer."""
    blocks = [block for block in blocks if block.kind is not _Kind.HISTORY and not block.is_blank()]
    blocks = _cut_unmarked(_mended(blocks))
    while blocks and blocks[-1].kind in (_Kind.QUOTE, _Kind.MARK):
        blocks.pop()  # history at the end
    if _is_inline(blocks):
        answers = [*(block.lines for block in blocks[:-1]), _unsigned(blocks[-1])]
    else:
        kept = [block for n, block in enumerate(blocks) if not _is_dropped(blocks, n)]
        answers = [_unsigned(block) for block in kept]
    return [line for lines in answers if lines for line in [*lines, ""]]


def _mended(blocks: list[_Block]) -> list[_Block]:
    """Quotes whose lines were broken by a mail program made whole again."""
    for before, block, after in zip(blocks, blocks[1:], blocks[2:], strict=False):
        is_between = before.kind is after.kind is _Kind.QUOTE
        if is_between and block.kind is _Kind.TEXT and is_torn_quote(block.lines):
            block.kind = _Kind.QUOTE
    return blocks


def _unsigned(block: _Block) -> list[str]:
    return without_signature(block.lines) if block.kind is _Kind.TEXT else block.lines


def _cut_unmarked(blocks: list[_Block]) -> list[_Block]:
    """An attribution with no marked quote below has the older mail below it, if new text stands above."""
    for n, block in enumerate(blocks):
        is_followed = n + 1 < len(blocks) and blocks[n + 1].kind is _Kind.QUOTE
        if block.kind is _Kind.MARK and not is_followed and any(b.kind is _Kind.TEXT for b in blocks[:n]):
            return blocks[:n]
    return blocks


def _is_inline(blocks: list[_Block]) -> bool:
    """Whether answers stand between quotes: without their questions they say nothing."""
    quotes = [n for n, block in enumerate(blocks) if block.kind is _Kind.QUOTE]
    return len(quotes) > 1 and any(
        block.kind is _Kind.TEXT and _has_words(block) for block in blocks[quotes[0] + 1 : quotes[-1]]
    )


def _has_words(block: _Block) -> bool:
    return any(char.isalnum() for line in block.lines for char in line)


def _is_dropped(blocks: list[_Block], n: int) -> bool:
    """Whether a quote goes: one with an attribution, or at the top. One amid the text is the writer's own."""
    block = blocks[n]
    if block.kind is _Kind.MARK:
        return True
    return block.kind is _Kind.QUOTE and (
        n == 0 or blocks[n - 1].kind is _Kind.MARK or _begins_attributed(block)
    )


def _begins_attributed(block: _Block) -> bool:
    """Apple Mail puts the attribution inside the quote."""
    bare = [line.lstrip("> ") for line in block.lines[:6]]
    return bool(bare) and attribution(bare, 0) > 0
