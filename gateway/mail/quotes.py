"""The new text of a mail: quoted history and signature off. When in doubt, text is kept."""

import re
from dataclasses import dataclass
from enum import Enum
from itertools import compress

from gateway.mail.quoteblocks import field_block, is_closed_mark, is_field, is_forward, separator
from gateway.mail.quotemarks import (
    ATTRIBUTES,
    IN_INDENT,
    IN_QUOTE,
    OLDER,
    STRUCTURE,
    attribution,
    is_quoted,
    is_torn_quote,
    may_be_marks,
    shared_line,
    without_marks,
    without_unseen,
)
from gateway.mail.signatures import without_signature

MAX_LINES = 20_000
MAX_MARKS = 5_000  # lines that take a thorough look
_HEAD_LINES = 4
_MARKED = (">", IN_QUOTE, IN_INDENT)
_NOTHING = f" \t\r\f\v>{IN_QUOTE}{IN_INDENT}"
_QUOTE_LEVELS = re.compile(f"^[{IN_QUOTE}{IN_INDENT}]+(?: |$)", re.MULTILINE)


class _Kind(Enum):
    TEXT = "new"
    QUOTE = "marked as a quote"
    MARK = "On … wrote:"
    HISTORY = "all below is an older mail"
    FORWARD = "all below is handed on, and meant to be read"


@dataclass(slots=True)
class _Block:
    kind: _Kind
    lines: list[str]

    def is_blank(self) -> bool:
        return not any(line.strip() for line in self.lines)


def reply_text(text: str, *, hands_on: bool = False) -> str:
    """Only what was newly written. Never empty where `text` is not; costs linear time.

    `text` may hold the marks of structure that `html_to_text` makes, what is returned has none.
    `hands_on` says that the mail forwards another: a block of header fields then begins what it hands on.
    """
    lines = text.replace("\xa0", " ").split("\n")
    if len(lines) > MAX_LINES or _has_too_many_marks(lines):
        return without_structure(text).strip()
    answer = "\n".join(_chosen(_blocks(lines, hands_on=hands_on))).strip("\n").rstrip()
    return without_structure(answer if answer.strip() else text).strip("\n").rstrip()


def _has_too_many_marks(lines: list[str]) -> bool:
    """Whether so many lines could begin a quote that looking at each would take too long."""
    if len(lines) <= MAX_MARKS:
        return False
    return sum(not line.startswith(_MARKED) for line in compress(lines, may_be_marks(lines))) > MAX_MARKS


def without_structure(text: str) -> str:
    """The text without marks of structure; what HTML quotes is set in by two spaces a level."""
    if text.isascii() or STRUCTURE.search(text) is None:
        return text
    return STRUCTURE.sub("", _QUOTE_LEVELS.sub(_indent, text))


def _indent(marks: re.Match[str]) -> str:
    return "  " * (len(marks[0]) - 1) if marks[0].endswith(" ") else ""


def _blocks(lines: list[str], *, hands_on: bool) -> list[_Block]:
    """The lines in stretches of one kind; the last one may be HISTORY, and then it holds all the rest."""
    blocks: list[_Block] = [_Block(_Kind.TEXT, [])]
    is_plain = all(map(str.isascii, lines))
    bare = lines if is_plain else [line if line.isascii() else without_unseen(line) for line in lines]
    may_be = [*may_be_marks(bare), True]
    has_text = False
    at = 0
    while at < len(lines):
        if not may_be[at]:
            end = may_be.index(True, at)
            has_text = has_text or any(line.strip() for line in lines[at:end])
            _add(blocks, _Kind.TEXT, lines[at:end])
            at = end
            continue
        kind, end, before = _kind_at(bare, at)
        if before:
            _add(blocks, _Kind.TEXT, [before])
            has_text = True
        if kind is _Kind.HISTORY and hands_on:
            kind = _Kind.FORWARD
        if kind is _Kind.FORWARD or (kind is _Kind.HISTORY and has_text):
            blocks.append(_Block(kind, lines[at:]))
            return blocks
        if kind is _Kind.HISTORY:  # a forwarded mail with nothing above it: what it says is all there is
            kind = _Kind.TEXT
        has_text = has_text or (kind is _Kind.TEXT and any(line.strip() for line in lines[at:end]))
        _add(blocks, kind, lines[at:end])
        at = end
    return blocks


def _kind_at(lines: list[str], at: int) -> tuple[_Kind, int, str]:
    """What begins at a line, the line behind it, and new text that shares the first line."""
    line = lines[at]
    if not line.strip():
        return _Kind.TEXT, at + 1, ""
    if is_forward(line.lstrip(ATTRIBUTES + OLDER)):
        return _Kind.FORWARD, len(lines), ""
    if line[0] == ATTRIBUTES:
        return _Kind.MARK, at + 1, ""
    if line[0] == OLDER:
        return _Kind.HISTORY, at + 1, ""
    if is_quoted(line):
        return (_Kind.HISTORY if is_closed_mark(line) else _Kind.QUOTE), at + 1, ""
    if (end := separator(lines, at)) > at or (end := field_block(lines, at)) > at:
        return _older_at(lines, end)
    if (before := shared_line(lines, at)) is not None:
        return _Kind.MARK, at + 1, before
    if (end := attribution(lines, at)) > at:
        return _Kind.MARK, end, ""
    return _Kind.TEXT, at + 1, ""


def _older_at(lines: list[str], end: int) -> tuple[_Kind, int, str]:
    """What a separator or a block of fields begins: a quote where marks of quotation follow, else history."""
    at = end
    for _ in range(_HEAD_LINES):
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at == len(lines):
            break
        if is_quoted(lines[at]):
            return _Kind.MARK, at, ""
        behind = max(field_block(lines, at), attribution(lines, at))
        if behind == at and not is_field(lines[at]):
            break
        at = max(behind, at + 1)
    return _Kind.HISTORY, end, ""


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
    blocks = _without_end(_cut_unmarked(_mended(blocks)))
    if _is_inline(blocks):
        answers = [*(block.lines for block in blocks[:-1]), _unsigned(blocks[-1])]
    else:
        kept = [block for n, block in enumerate(blocks) if not _is_dropped(blocks, n)]
        answers = [_unsigned(block) for block in kept]
    return [line for lines in answers if (trimmed := _without_blank_ends(lines)) for line in [*trimmed, ""]]


def _without_blank_ends(lines: list[str]) -> list[str]:
    begin, end = 0, len(lines)
    while end > 0 and not lines[end - 1].strip(_NOTHING):
        end -= 1
    while begin < end and not lines[begin].strip(_NOTHING):
        begin += 1
    return lines[begin:end]


def _mended(blocks: list[_Block]) -> list[_Block]:
    """Quotes whose lines were broken by a mail program made whole again."""
    for before, block, after in zip(blocks, blocks[1:], blocks[2:], strict=False):
        is_between = before.kind is after.kind is _Kind.QUOTE
        if is_between and block.kind is _Kind.TEXT and is_torn_quote(block.lines, before.lines[-1]):
            block.kind = _Kind.QUOTE
    return blocks


def _unsigned(block: _Block) -> list[str]:
    return without_signature(block.lines) if block.kind is _Kind.TEXT else block.lines


def _cut_unmarked(blocks: list[_Block]) -> list[_Block]:
    """An attribution with no marked quote below has the older mail below it, if new text stands above."""
    has_text = False
    for n, block in enumerate(blocks):
        is_followed = n + 1 < len(blocks) and blocks[n + 1].kind in (_Kind.QUOTE, _Kind.MARK)
        if block.kind is _Kind.MARK and not is_followed and has_text:
            return blocks[:n]
        has_text = has_text or block.kind is _Kind.TEXT
    return blocks


def _without_end(blocks: list[_Block]) -> list[_Block]:
    """The blocks without history at the end, and without a signature below it."""
    is_attributed = any(block.kind is _Kind.MARK or _begins_attributed(block) for block in blocks)
    kept = list(blocks)
    while len(kept) > 1 and kept[-1].kind is _Kind.TEXT and not _unsigned(kept[-1]):
        kept.pop()
    if not kept or kept[-1].kind not in (_Kind.QUOTE, _Kind.MARK):
        return blocks
    if not is_attributed and kept[-1].lines[0].lstrip().startswith(IN_INDENT):
        return kept  # words set in by their writer
    while kept and kept[-1].kind in (_Kind.QUOTE, _Kind.MARK):
        was_mark = kept.pop().kind is _Kind.MARK
        if was_mark and kept and kept[-1].kind is _Kind.QUOTE and not _is_dropped(kept, len(kept) - 1):
            break  # a quote of the writer's own, above the attribution of the older mail
    return kept


def _is_inline(blocks: list[_Block]) -> bool:
    """Whether answers stand between quotes: without their questions they say nothing."""
    quotes = [n for n, block in enumerate(blocks) if block.kind is _Kind.QUOTE]
    return len(quotes) > 1 and any(
        block.kind is _Kind.TEXT and _has_words(block) for block in blocks[quotes[0] + 1 : quotes[-1]]
    )


def _has_words(block: _Block) -> bool:
    return any(char.isalnum() for line in block.lines for char in line)


def _is_dropped(blocks: list[_Block], n: int) -> bool:
    """Whether a quote goes: one with an attribution. Any other is the writer's own choice."""
    block = blocks[n]
    if block.kind is _Kind.MARK:
        return True
    return block.kind is _Kind.QUOTE and (
        (n > 0 and blocks[n - 1].kind is _Kind.MARK) or _begins_attributed(block)
    )


def _begins_attributed(block: _Block) -> bool:
    """Apple Mail puts the attribution inside the quote."""
    if block.kind is not _Kind.QUOTE:
        return False
    bare = [without_marks(line) for line in block.lines[:6]]
    return attribution(bare, 0) > 0 or field_block(bare, 0) > 0 or separator(bare, 0) > 0
