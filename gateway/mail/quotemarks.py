"""Where quoted history begins: the lines that mail programs put above it, in the languages they speak."""

import re
from collections.abc import Sequence

_VERBS = r"""
    wrote|writes|schrieb|geschrieben|schreibt|a\s+[ée]crit|[ée]crivait|escribi[óo]|escribe|ha\s+scritto|scrive
    |schreef|geschreven|escreveu|skrev|skrifaði|kirjoitti|napisał|napisa[ol]|menulis|pisze|napsal|napísal|написа|пишет|писав
    |пише|đã\s+viết|yazdı|írta|a\s+scris|έγραψε|написав|rašė|rakstīja|kirjutas|写道|寫道|写到|のメール|が書き|さんは書
    |님이\s*작성|작성:|כתב|كتب
"""
_LEADS = r"""
    on|am|le|el|il|op|em|den|på|w\s+dniu|dnia|dne|vào|il\s+giorno|a|pada|tarihinde|dana|στις|пн|вт|ср|чт
    |пт|сб|вс|ma|ti|ke|to|pe|la|su|в|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu
    |ven|sam|dim|quoting|citando|zitat\s+von|在|於|於
"""
_VERB = re.compile(rf"(?:\b|(?<=[\s\d>)\"]))(?:{_VERBS})", re.IGNORECASE | re.VERBOSE)
_LEAD = re.compile(rf"[\s*_-]*(?:{_LEADS})\b[^\n]*\d", re.IGNORECASE | re.VERBOSE)
_DATE_FIRST = re.compile(
    r"""
        \s*(?:\d{4}[-/.年]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}
        |\d{1,2}\.?\s+\w{3,12}\.?,?\s+\d{4})
    """,
    re.VERBOSE,
)
_CLOCK = re.compile(r"\d\d?:\d\d")
_MAIL = re.compile(r"@[\w.-]+\.\w|\[mailto:")
_DATED_MAIL = re.compile(
    r"<[^<>]*@[^<>]*>\s*:?\s*$|<[^<>]*@[^<>]*>\s*(?:님|さん)?[^.!?\n]{0,20}[:\uff1a]\s*$"
)
_QUOTING = re.compile(r"\s*(?:zitat\s+von|quoting|citando)\s[^\n]{0,150}@[^\n]{0,100}:\s*$", re.IGNORECASE)
_DASHED = re.compile(
    r"^\s*-{2,}\s*\S.{0,80}\b(?:wrote|schrieb|escribió|a écrit|napisał\S*|skrev|writes)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_SHARED_LINE = re.compile(r"^(?P<text>.*?\S)\s*-{2,}\s*(?P<mark>On\s.{4,200}\bwrote:)\s*$")
MAX_MARK_LINES = 6
MAX_MARK_CHARS = 400
MAX_SEPARATOR_CHARS = 200

_ORIGINAL = re.compile(
    r"""
        ^[\s>*_]*(?:[-=_*—–]{2,}\s*)(?:original[\s-]*(?:message|nachricht|e?-?mail|bericht|meddelande
        |melding|besked|text)?|(?:ur)?spr[üu]ngliche\s+(?:nachricht|e?-?mail)
        |message\s+(?:d['’]origine|original|initial)|mensa(?:je|gem)\s+original
        |messaggio\s+originale|oorspronkelijk\s+bericht|original(?:t\s+)?meddelande
        |(?:opprinnelig|oprindelig)\s+(?:melding|meddelelse|besked)|alkuperäinen\s+viesti
        |wiadomość\s+oryginalna|(?:исходное|оригинальное)\s+(?:сообщение|письмо)|původní\s+(?:zpráva|e-mail)
        |eredeti\s+üzenet|orijinal\s+(?:mesaj|ileti)|reply\s+message|urspr\.\s+mitteilung|原始邮件|原始郵件
        |原邮件|元のメッセージ|원본\s*메시지|original\s+appointment|ursprünglicher\s+termin)[\s:*_]*[-=_*—–]*\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FORWARDED = re.compile(
    r"""
        ^\s*(?:-{2,}\s*(?:forwarded\s+(?:message|mail|e-?mail)|weitergeleitete\s+(?:nachricht|mail|e-?mail)
        |message\s+transf[ée]r[ée]|mensaje\s+reenviado|mensagem\s+(?:encaminhada|reenviada)
        |messaggio\s+inoltrato|doorgestuurd\s+bericht|vidarebefordrat\s+meddelande|videresendt\s+\w+
        |пересылаемое\s+(?:сообщение|письмо)|wiadomość\s+przekazana|转发邮件|转发的邮件)\b.{0,60}
        |(?:begin\s+forwarded\s+message|anfang\s+der\s+weitergeleiteten\s+(?:nachricht|e-?mail)
        |début\s+du\s+message\s+(?:transféré|réexpédié)|inicio\s+del\s+mensaje\s+reenviado
        |inizio\s+messaggio\s+inoltrato|begin\s+doorgestuurd\s+bericht)\s*:)\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FIELDS: tuple[tuple[str, str], ...] = (
    (
        "from",
        r"""
            from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|gönderen|feladó|expéditeur|absender
            |remitente|mittente|afzender|από|מאת|寄件者|发件人|發件人|差出人|보낸\s*사람|de\s+la|odesílatel|đ?từ
        """,
    ),
    (
        "date",
        r"""
            sent|date|gesendet|datum|envoyé(?:\s+le)?|enviado(?:\s+(?:el|em))?|enviada(?:\s+em)?|fecha
            |data|inviato|verzonden|skickat|sendt|dato|wysłano|wysłane|отправлено|дата|надіслано
            |lähetetty|päivämäärä|päiväys|gönderildi|tarih|odesláno|odosl\w+|elküldve|dátum|时间|发送时间|寄件日期
            |日期|送信日時|日時|보낸\s*날짜|날짜|trimis|received|am|ngày|ημερομηνία
        """,
    ),
    (
        "to",
        r"""
            to|an|à|a|para|aan|till|til|do|кому|vastaanottaja|kime|alıcı|címzett|komu|destinataire|收件人
            |收件者|宛先|받는\s*사람|către|destinatario|προς|đến|reply-to|risposta|odpowiedz\s+do|cc|kopie|copie
            |bcc|kopia
        """,
    ),
    (
        "subject",
        r"""
            subject|betreff|betrifft|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема
            |aihe|konu|tárgy|předmět|predmet|主题|主旨|主題|件名|제목|subiect|θέμα|chủ\s+đề
        """,
    ),
)
_FIELD = re.compile(
    r"^[\s>]*[*_]{0,2}(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in _FIELDS)
    + r")[*_]{0,2}\s?[*_]{0,2}[:\uff1a]",
    re.IGNORECASE | re.VERBOSE,
)
_MAYBE = re.compile(r"[\d@:\uff1a]|^\s*[-=_*—–>]")
_MARK_BEGINS = "-=_*—–>"
_STRONG_KINDS = 3
_BLOCK_LINES = 8


def may_be_mark(line: str) -> bool:
    """Whether a line can be a mark at all: a quick look before the thorough ones."""
    return _MAYBE.search(line, 0, MAX_MARK_CHARS) is not None


def is_quoted(line: str) -> bool:
    """Whether a line bears a quotation mark; `>>> look here <<<` does not."""
    stripped = line.lstrip()
    return stripped.startswith(">") and not stripped.rstrip().endswith("<<<")


def named_field(line: str) -> tuple[str, str] | None:
    """The kind (from, date, to, subject) and the value of a line such as `Von: Ann`; None for any other."""
    found = _FIELD.match(line)
    return (str(found.lastgroup), line[found.end() :]) if found else None


def field_block(lines: Sequence[str], at: int) -> int:
    """The line behind a block of From, Sent, To, Subject (Outlook's way) that begins at `at`, else `at`."""
    first = _FIELD.match(lines[at]) if ":" in lines[at] or "\uff1a" in lines[at] else None
    if first is None:
        return at
    kinds = {first.lastgroup}
    end = at + 1
    misses = 0
    for position in range(at + 1, min(at + _BLOCK_LINES, len(lines))):
        found = _FIELD.match(lines[position])
        if found is not None:
            kinds.add(found.lastgroup)
            end, misses = position + 1, 0
            continue
        misses += 1
        if misses > 1 or (not lines[position].strip() and len(kinds) > 1 and position == end):
            break
    begins = first.lastgroup == "from" and (len(kinds) >= _STRONG_KINDS or _is_sure_pair(kinds, lines[at]))
    begins = begins or (kinds == {"date", "to"} and _is_dated_to(lines[at:end]))
    return end if begins or ("from" in kinds and len(kinds) >= _STRONG_KINDS) else at


def _is_dated_to(block: Sequence[str]) -> bool:
    """Whether a Date and a To with an address follow each other: some programs leave From out."""
    return len(block) > 1 and _CLOCK.search(block[0]) is not None and _MAIL.search(block[1]) is not None


def _is_sure_pair(kinds: set[str | None], first: str) -> bool:
    return len(kinds) > 1 and _MAIL.search(first) is not None


def separator(lines: Sequence[str], at: int) -> int:
    """The line behind `-----Original Message-----` and its like at `at`; `at` if it is none."""
    if len(lines[at]) > MAX_SEPARATOR_CHARS:
        return at
    if lines[at].strip()[0] not in _MARK_BEGINS:
        return at
    is_mark = _ORIGINAL.match(lines[at]) or _DASHED.match(lines[at])
    return at + 1 if is_mark else at


def is_forward(line: str) -> bool:
    """Whether a forwarded mail begins: what stands below is what the sender wants to be read."""
    return len(line) <= MAX_SEPARATOR_CHARS and _FORWARDED.match(line) is not None


def is_torn_quote(lines: Sequence[str]) -> bool:
    """Whether lines between two quotes are only the rest of a link that was broken over the margin."""
    said = [line.strip() for line in lines if line.strip()]
    return (
        len(said) == 1
        and len(lines) == 1
        and (said[0].endswith(">") or said[0].startswith(("(http", "<http")))
    )


def attribution(lines: Sequence[str], at: int) -> int:
    """The line behind `On … wrote:` that begins at `at`, broken over several lines or not; else `at`."""
    first = lines[at]
    if _QUOTING.match(first):
        return at + 1
    is_dated = bool(_LEAD.match(first) or _DATE_FIRST.match(first))
    has_mail = "@" in first and _MAIL.search(first) is not None
    closes = first.rstrip().endswith((":", "\uff1a"))
    if len(first) > MAX_MARK_CHARS or not (is_dated or has_mail or (closes and _VERB.search(first))):
        return at
    joined = ""
    for end in range(at, min(at + MAX_MARK_LINES, len(lines))):
        line = lines[end].strip()
        is_end_of_mail_address = line.startswith(">") and _VERB.match(line.lstrip("> ")) is not None
        if end > at and (
            (is_quoted(line) and not is_end_of_mail_address) or len(joined) + len(line) > MAX_MARK_CHARS
        ):
            return at
        joined = f"{joined} {line}".strip()
        if end > at and not is_dated and not has_mail:
            return at
        if line and _is_attribution(joined, lines, end, is_dated=is_dated):
            return end + 1
        if line.endswith((".", "!", "?")) and end == at and not is_dated:
            return at
    return at


def _is_attribution(joined: str, lines: Sequence[str], end: int, *, is_dated: bool) -> bool:
    has_mail = _MAIL.search(joined) is not None
    has_digit = any(char.isdigit() for char in joined)
    closes = joined.endswith((":", "\uff1a"))
    verb = _VERB.search(joined)
    if verb is not None and (is_dated or (has_mail and has_digit)):
        return closes or (
            joined[verb.end() :].strip(" ():a") == "" and (has_mail or _next_quoted(lines, end))
        )
    if is_dated and has_mail and _DATED_MAIL.search(joined):
        return closes or _next_quoted(lines, end)
    return verb is not None and closes and _next_quoted(lines, end) and len(joined) < MAX_MARK_CHARS // 2


def _next_quoted(lines: Sequence[str], at: int) -> bool:
    """Whether the next line that says something is quoted."""
    for line in lines[at + 1 : at + 4]:
        if line.strip():
            return is_quoted(line) and _VERB.match(line.lstrip("> ")) is None
    return False


def shared_line(line: str) -> str | None:
    """What stands before an attribution on one line (`bla--- On … wrote:`), None where nothing is shared."""
    if "wrote:" not in line or "--" not in line or len(line) > MAX_MARK_CHARS:
        return None
    found = _SHARED_LINE.match(line)
    return found["text"] if found else None
