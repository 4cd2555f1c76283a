"""What parts an older mail from the new words: separators, header fields, forwards, in many languages."""

import re
from collections.abc import Sequence

MAX_SEPARATOR_CHARS = 200
_DASHES = "-=_*—–‐‑−"
_DASH = rf"[{_DASHES}]"
_MAIL = re.compile(r"@[\w.-]+\.\w|\[mailto:")
_CLOCK = re.compile(
    r"\d\d?[:\uff1a]\d\d|\d\s?[hH]\s?\d\d|\bkl(?:o|\.)?\s?\d|\d時|\d点|\d\s?시|\d\.\d\d\s+Uhr"
)

_ORIGINAL = re.compile(
    rf"""
        ^(?=[\s*_]*{_DASH}{{2}})[{_DASHES}\s]*+(?:
        original[\s-]*+(?:message|nachricht|e?-?mail|bericht|meddelande|melding|besked|viesti|text)?
        |original\s+appointment|(?:original|reply|quoted)\s+message
        |(?:ur)?spr[üu]n?gliche\s+(?:nachricht|e?-?mail)|urspr\.\s+mitteilung|ursprünglicher\s+termin
        |antwort[\s-]*nachricht|originaltermin|zitierte\s+nachricht
        |(?:message|mail|courriel)\s+(?:d['’]origine|original|initial)
        |(?:mensa(?:je|gem)|mesaj|correo)\s+original|missatge\s+original|mesajul\s+original
        |messaggio\s+originale|(?:oorspronkelijk|origineel)\s+bericht
        |(?:original(?:t\s+)?|ursprungligt\s+)(?:meddelande)
        |(?:opprinnelig|oprindelig)\w*\s+(?:melding|meddelelse|besked|e-?post)
        |alkuperäinen\s+(?:viesti|sähköposti)
        |wiadomość\s+oryginalna|oryginalna\s+wiadomość|oryginalny\s+e-?mail
        |(?:исходное|оригинальное|первоначальное|оригінальне|початкове)\s+(?:сообщение|письмо|повідомлення)
        |p[ůô]vodn[íá]\s+(?:zpráva|e-?mail|správa)|eredeti\s+(?:üzenet|levél)
        |(?:orijinal|özgün|asıl)\s+(?:mesaj|ileti|e-?posta)|αρχικό\s+μήνυμα|izvorno\s+sporočilo
        |izvorna\s+poruka|邮件原件|原始邮件|原始郵件|原邮件|原始訊息|元のメッセージ|오리지널\s*메시지|원본\s*메시지
        )[{_DASHES}\s:]*+$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SOMEBODY_WROTE = re.compile(
    rf"^\s*+{_DASH}{{2,}}+\s*+\S.{{0,150}}\b(?:wrote|schrieb|escribió|a\s+écrit|ha\s+scritto|schreef"
    rf"|napisał\S*|skrev|escreveu|writes|написал\S*|sent)\s*+:?\s*+{_DASH}{{2,}}+\s*+$",
    re.IGNORECASE,
)
_GROUPWISE = re.compile(r"^\s*>>>\s\S.{0,150}\d[.:]\d\d\b.{0,20}>>>\s*$")
_HANDED_ON = r"""
    forward(?:ed)?|weitergeleitet\w*|transf[ée]r[ée]\w*|réexpédié\w*|reenviad[oa]|(?:re)?encaminhad[oa]
    |inoltrat[oa]|doorgestuurd\w*|przekaz\w+|przesłan\w+|vidarebefordra\w*|videresend\w*|välitetty
    |edelleen\s*lähetetty|přeposl\w+|přeposílan\w+|preposlan\w+|пересыл\w+|пересланн\w+|переадрес\w+
    |перенаправ\w+|переслан\w+|转发\w*|轉寄\w*|転送\w*|iletilen|yönlendiril\w+|továbbított|redirecționat
    |προωθ\w+
"""
_FORWARDED = re.compile(
    rf"""
        ^\s*+(?:{_DASH}{{2,}}+\s*+(?:{_HANDED_ON})\b.{{0,100}}(?<!{_DASH}){_DASH}{{2,}}+
        |{_DASH}{{2,}}+\s*+(?:\w+\s+){{1,2}}(?:{_HANDED_ON})(?:\s+\w+)?\s*{_DASH}{{2,}}
        |{_DASH}{{2,}}+\s*+(?:forwarded|weitergeleitete)\s+(?:message|mail|e?-?mail|nachricht)\b.{{0,60}}
        |(?:begin|begynd|start|start\s+på|anfang|beginn|début|inicio|início|inizio|początek|začiatok|začátek
        |начало|开始)\s+(?:\w+\s+)?(?:\w+\s+)?(?:{_HANDED_ON})(?:\s+\w+)?\s*[:：]
        |(?:vidarebefordrat\s+brev|välitetty\s+viesti\s+alkaa|iletilen\s+ileti\s+başlangıcı)\s*:
        |转发[邮件的消息]{{0,6}}[:：]|転送されたメッセージ[:：])\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HANDS_ON = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|i|enc|doorst|vb|vl|pd|ilt|i̇lt|fwd?\s*\[\d+\]|weitergeleitet|转发|轉寄|転送)\s*[:：]",
    re.IGNORECASE,
)
_FIELDS: tuple[tuple[str, str], ...] = (
    (
        "from",
        r"""
            from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|gönderen|feladó|expéditeur|absender
            |remitente|mittente|afzender|από|מאת|寄件者|发件人|發件人|寄件人|差出人|送信者|보낸\s*사람|de\s+la
            |odesílatel|đ?từ|من|oleh|dari
        """,
    ),
    (
        "date",
        r"""
            sent|date|gesendet|datum|envoyé(?:\s+le)?|enviado(?:\s+(?:el|em|a\s+las))?|enviada(?:\s+em)?
            |fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano|wysłane|отправлено|дата|надіслано
            |відправлено|lähetetty|päivämäärä|päiväys|pvm|gönderildi|gönderme\s+tarihi|tarih|odesláno
            |odosl\w+|dátum|elküldve|时间|時間|发送时间|發送時間|寄件日期|傳送時間|日期|送信日時|日時|日付
            |보낸\s*날짜|보낸\s*시간|날짜|trimis|received|am|ngày|ημερομηνία|στάλθηκε|אל?נשלח|נשלח|תאריך
            |تم\s+الإرسال|التاريخ|tanggal|dikirim
        """,
    ),
    (
        "to",
        r"""
            to|an|à|a|para|aan|till|til|do|кому|vastaanottaja|kime|alıcı|címzett|komu|destinataire|收件人
            |收件者|宛先|받는\s*사람|către|destinatario|προς|đến|reply-to|risposta|odpowiedz\s+do|cc|kopie|copie
            |bcc|kopia|копия|copia|cópia|kopi|kopio|抄送|אל|إلى|kepada|antwort\s+an|répondre\s+à
        """,
    ),
    (
        "subject",
        r"""
            subject|betreff|betrifft|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема
            |aihe|konu|tárgy|předmět|predmet|主题|主旨|主題|件名|제목|subiect|θέμα|chủ\s+đề|נושא|الموضوع
            |subjek|perihal
        """,
    ),
)
_FIELD = re.compile(
    r"^[\s]*[*_]{0,2}(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in _FIELDS)
    + r")[*_]{0,2}\s?[*_]{0,2}[:：]",
    re.IGNORECASE | re.VERBOSE,
)
_ANY_FIELD = re.compile(r"[\s*]*[^\W\d][\w-]{1,20}\s?:\*?\s+\S")
_STRONG_KINDS = 3
_BLOCK_LINES = 9


def separator(lines: Sequence[str], at: int) -> int:
    """The line behind `-----Original Message-----` and its like at `at`; `at` if it is none."""
    line = lines[at]
    if len(line) > MAX_SEPARATOR_CHARS or line.strip()[:1] not in _DASHES:
        return at
    is_mark = _ORIGINAL.match(line) or _SOMEBODY_WROTE.match(line)
    return at + 1 if is_mark else at


def is_closed_mark(line: str) -> bool:
    """Whether a line is GroupWise's mark of an older mail: `>>> Ann Lee 03.06.2024 10:00 >>>`."""
    return len(line) <= MAX_SEPARATOR_CHARS and _GROUPWISE.match(line) is not None


def is_forward(line: str) -> bool:
    """Whether a forwarded mail begins: what stands below is what the sender wants to be read."""
    return len(line) <= MAX_SEPARATOR_CHARS and _FORWARDED.match(line) is not None


def hands_on(subject: str) -> bool:
    """Whether a subject says that its mail forwards another (`FW:`, `WG:`, `TR:`)."""
    return _HANDS_ON.match(subject) is not None


def named_field(line: str) -> tuple[str, str] | None:
    """The kind (from, date, to, subject) and the value of a line such as `Von: Ann`; None for any other."""
    found = _FIELD.match(line)
    return (str(found.lastgroup), line[found.end() :]) if found else None


def field_block(lines: Sequence[str], at: int) -> int:
    """The line behind a block of From, Sent, To, Subject (Outlook's way) that begins at `at`, else `at`."""
    first = _FIELD.match(lines[at]) if ":" in lines[at] or "\uff1a" in lines[at] else None
    if first is None or (first.lastgroup == "to" and _MAIL.search(lines[at]) is None):
        return at
    kinds = {first.lastgroup}
    end = at + 1
    misses = 0
    for position in range(at + 1, min(at + _BLOCK_LINES, len(lines))):
        found = _FIELD.match(lines[position])
        if found is not None:
            if found.lastgroup in kinds and found.lastgroup != "to":
                if len(kinds) >= _STRONG_KINDS:
                    break
                return at  # the block begins below; this line is something else
            kinds.add(found.lastgroup)
            end, misses = position + 1, 0
            continue
        is_blank = not lines[position].strip()
        if is_blank and _next_is_new(lines, position, kinds):
            continue
        misses += 1
        if misses > 1 or (is_blank and position == end and (len(kinds) > 1 or first.lastgroup != "from")):
            break
    begins = first.lastgroup == "from" and (len(kinds) >= _STRONG_KINDS or _is_sure_pair(kinds, lines[at]))
    begins = begins or (kinds == {"date", "to"} and _is_dated_to(lines[at:end]))
    is_block = begins or ("from" in kinds and len(kinds) >= _STRONG_KINDS)
    return end if is_block and (len(kinds) > _STRONG_KINDS or _is_of_mail(lines[at:end])) else at


def _next_is_new(lines: Sequence[str], blank: int, kinds: set[str | None]) -> bool:
    """Whether a field of a kind not yet seen follows a blank line: some programs set them in paragraphs."""
    found = _FIELD.match(lines[blank + 1]) if blank + 1 < len(lines) else None
    return found is not None and found.lastgroup not in kinds


def _is_of_mail(block: Sequence[str]) -> bool:
    """Whether fields hold an address or a time: who asks for a journey (`From: Berlin`) gives neither."""
    return any(_MAIL.search(line) is not None or _has_time(line) for line in block)


def _has_time(line: str) -> bool:
    named = named_field(line)
    return named is not None and named[0] == "date" and _CLOCK.search(named[1]) is not None


def is_field(line: str) -> bool:
    """Whether a line looks like `Importance: High`, whatever its label."""
    return _ANY_FIELD.match(line) is not None


def _is_dated_to(block: Sequence[str]) -> bool:
    """Whether a Date and a To with an address follow each other: some programs leave From out."""
    return len(block) > 1 and _CLOCK.search(block[0]) is not None and _MAIL.search(block[1]) is not None


def _is_sure_pair(kinds: set[str | None], first: str) -> bool:
    return len(kinds) > 1 and _MAIL.search(first) is not None
