"""Signatures at the end of what someone wrote."""

import re

_DELIMITER = re.compile(r"^\s*(?:--|__|—|––)\s*$")
_SHORT_DIVIDER = re.compile(r"^\s*(?:---|___|={2,}|\+{2,}|\*{3,}|—{2,})\s*$")
_DIVIDER = re.compile(r"^\s*(?:[-_=*—–]\s?){4,}\s*$")
_DRAWN = frozenset("-_=*+—–‐")
_ANY_RULE = re.compile(r"^\s*(?:[-_=*—–‐]\s?){2,}$")
_DEVICE = r"""
    i-?phon\S*|i-?pad\S*|i-?pod|android\S*|mobil\w*|(?:smart|tele)?phone|téléphone|teléfono|telefon\w*|cell
    |black-?berry\S*|samsung|galaxy\S*|htc|nexus|pixel|huawei|xiaomi|redmi|nokia|lumia|windows|outlook|e?-?mail\w*
    |yahoo\S*|gmail\S*|airmail|device|tablet\S*|alcatel|ti-\d+|handy|smartphone|sony|xperia|lg|motorola
    |oneplus|oppo|proton\S*|spark|aol|acompli|k-9|k9|nylas|thunderbird|superhuman|boxer|ios|mac\w*
    |newton|zoho|hey|gmx|web\.de|fairphone|ordenador|portable|gerät\S*|toestel|nine|mixmax|missive|front
    |mymail|tutanota|tuta|dispositivo|appareil|apparaat|enhet|urządzeni\S*|zařízení|laitteesta|почт\S*|смартфон\S*
    |posta|correo|poczt\S*|unterwegs|terminal|touch|watch|polymail|mailspring|fastmail|mailbox|sparrow
"""
_SENT = r"""
    sent|gesendet|verschickt|geschrieben|envoyée?|enviado|enviada|inviat[oa]|verzonden|verstuurd|gestuurd
    |skickat|sendt|wysłan[eoya]|przesłan[eoya]|отправлено|надіслано|відправлено|lähetetty|gönderildi|odesl[aá]n\w
    |odoslan[éeo]|trimis|poslano|poslané|written|typed|von|from|composed|dikter\w*|scritto|écrit|escrito|elküldve
"""
_PREPOSITION = r"""
    from|via|with|by|using|on|von|vom|mit|aus|depuis|de|du|à\s+partir\s+(?:de|d(?=['’]))|avec|desde|do|da|dal|con
    |com|vanaf|met|van|från|fra|med|z|ze|s|с|з|из|iz|из\s+мобильной|from\s+the|through|wirelessly\s+from
    |sans\s+fil\s+par|per|pe|de\s+pe|vanuit|über|przez|pomocí|mobila
"""
_MY = r"""
    (?:\s+(?:my|meinem|meinen|meiner|mein|mon|ma|mi|meu|minha|mio|mia|il|mijn|min|mit|mojego|mého|môjho|мого
    |моего|mojega|the|an?|der|dem|een|l['’]application|new|all\s+new|iMac|programu|aplikacji))?
"""
_MOBILE = re.compile(
    rf"""
        ^[\s<(\[*_]*(?:
        (?:{_SENT})\s+(?:{_PREPOSITION}){_MY}\s*(?:\s[\[<(]?[\w®™'’&.,+-]+){{0,4}}?[\s\[<('’]+(?:{_DEVICE})(?!\w)
        |(?:von|aus)\s+(?:mein\w*|samsung)\s+.{{1,40}}\s*(?:gesendet|verschickt|geschickt|geschrieben)\W*$
        |lähetetty\s+i(?:phone|pad)\S*\s*$|get\s+bluemail\b
        |from\s+my\s+(?:{_DEVICE})\b|von\s+unterwegs\s+gesendet
        |diese\s+(?:nachricht|e-?mail|mail)\s+wurde\s+(?:von|mit|über)\s+.{{1,60}}gesendet
        |(?:this\s+)?(?:message|e?-?mail)\s+(?:was\s+)?sent\s+from\s+my\s+(?:\w+\s+){{0,2}}(?:{_DEVICE})\b
        |(?:get|holen\s+sie\s+sich|hol\s+dir|laden\s+sie|téléchargez|télécharger|obtene[rz]|obtenir|obter|obtén
            |scarica|ottieni|download|hämta|skaffa|hent|få|hanki|hae|pobierz|uzyskaj|zyskaj|získat|získajte
            |stáhněte|скачать|получить|завантажити|获取|取得|descargar?)
            \s*(?:\w+\s+){{0,2}}?\[?outlook\s+(?:\w+\s+){{0,2}}?(?:for|für|pour|para|per|voor|för|til|pro|pre|na|dla|для)\b
        |outlook\s+(?:für|for|voor|pour|til|för)\s+\w+.{{0,60}}
            \s(?:beziehen|holen|herunterladen|abrufen|downloaden|を入手)
        |\w+\s+için\s+outlook.{{0,12}}edinin|outlook\s+for\s+\w+\s*を入手
        |\w+\s+from\s+mobile\s*$|sent\s+via\s+mobile|via\s+mobile\s*$|sent\s+by\s+galaxy
        |从我的.{{1,20}}(?:发送|寄出)|從我的.{{1,20}}傳送|发自我的|發自我的|來自我的.{{1,20}}寄出
        |sent\s+from\s+my\s+\w[\w'’-]{{0,30}}(?:\s\w[\w'’-]{{0,30}}){{0,2}}\W{{0,5}}$
        |أُ?رسلت?\s+من\s.{{1,40}}$|נשלח\s+מ.{{1,40}}$|(?:στάλθηκε|εστάλη)\s+από\s.{{1,40}}$
        |(?:được\s+)?gửi\s+từ\s.{{1,40}}$|dikirim\s+dari\s.{{1,40}}$|ส่งจาก.{{1,40}}$
        |i-?(?:phone|pad)\s?から送信|(?:나의|내)\s*i(?:phone|pad)|i(?:phone|pad)\S*\s+gönderildi
        |i(?:phone|pad)\S*\s+küldve|az\s+i(?:phone|pad)\S*\s+küldve|(?:{_SENT})\s+vanuit\s+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = re.compile(
    r"""
        ^\s*(?:(?:with\s+)?(?:(?:kind|best|warm|kindest|warmest)(?:est)?\s+)?regards|best\s+wishes|best
        |sincerely(?:\s+yours)?|cheers|many\s+thanks|thanks\s+and\s+regards|thanks\s+&\s+regards
        |yours\s+(?:sincerely|faithfully|truly)
        |mit\s+(?:freundlichen?|besten?|herzlichen|vielen|lieben)\s+gr(?:ü|ue)(?:ß|ss)en?|mit\s+freundlichem\s+gru(?:ß|ss)
        |(?:freundliche|beste|viele|liebe|herzliche|schöne|sonnige)\s+gr(?:ü|ue)(?:ß|ss)e(?:\s+aus\s+\S+)?|mfg
        |hochachtungsvoll|(?:bien\s+)?(?:cordialement|à\s+vous)|(?:meilleures\s+|sincères\s+)?salutations(?:\s+distinguées)?
        |saludos(?:\s+cordiales)?|atentamente|(?:un\s+)?(?:cordial\s+)?saludo|cordiali\s+saluti|distinti\s+saluti
        |met\s+vriendelijke\s+groet(?:en)?|vriendelijke\s+groet(?:en)?|z\s+powa[żz]aniem|pozdrawiam|serdecznie\s+pozdrawiam
        |(?:med\s+)?vänlig(?:a)?\s+hälsning(?:ar)?|med\s+ven(?:n)?lig\s+hilsen|(?:de\s+)?bedste\s+hilsner
        |atenciosamente|cumprimentos|с\s+уважением|з\s+повагою|s\s+pozdravem|ystävällisin\s+terveisin
        |saygılarımla|敬具)\s*[,.!]*\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DASHED_NAME = re.compile(r"^\s*(?:-{1,3}|[–—~])\s?[A-ZÄÖÜ][\w.'’-]+(?:\s[A-ZÄÖÜ][\w.'’-]+){0,2}\s*$")
_SIGNED = re.compile(r"^\s*--\s[^\W\d_]{2,20}\s*$")
_TIGHT_NAME = re.compile(r"^\s*(?:--?|[–—])[^\W\d_]{2,20}\.?\s*$")
_CONTACT = re.compile(
    r"""
        https?://|www\.|@[\w-]+\.|\+?\d[\d\s()/.-]{6,}\d|mailing\s+list|unsubscribe|\b(?:tel|fax|phone
        |mobile?|telefon|gmbh|inc|ltd|skype)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LIST_FOOTER = re.compile(r"mailing list|unsubscribe|abmelden|listinfo", re.IGNORECASE)
_SENTENCE = re.compile(r"(?:\S+\s+){4,}\S+[.?!]\W*$|^\s*(?:p\.?\s?s\.?|nb|n\.b\.|ps\s?\d)\W", re.IGNORECASE)
MAX_SIGNATURE_LINES = 30
MAX_CONTACT_LINES = 16
MAX_CARD_LINES = 8
MAX_CLOSING_CHARS = 60
MAX_SIGNATURE_LINE_CHARS = 160
MAX_CARD_LINE_CHARS = 100
_WORDS = "w " * MAX_CARD_LINE_CHARS  # stands for a line that is too long for a signature


def without_signature(lines: list[str]) -> list[str]:
    """The lines without the signature at their end; none where they are nothing else."""
    seen = [line if len(line) <= MAX_SIGNATURE_LINE_CHARS else _WORDS for line in lines]
    return lines[: len(_unsigned(seen))]


def _unsigned(lines: list[str]) -> list[str]:
    kept = _without_mobile(lines)
    if any(map(is_mobile, lines[len(kept) :])) and (at := _at_ruled_card(kept)) is not None:
        kept = _without_mobile(kept[:at])
    for find in (_at_delimiter, _at_divider, _at_closing):
        cut = find(kept)
        if cut is not None and cut < len(kept):
            kept = _without_mobile(kept[:cut])
    last = len(kept) - 1
    if last > 0 and _is_dashed_name(kept, last):
        kept = _without_mobile(kept[:last])
    return kept


def _without_mobile(lines: list[str]) -> list[str]:
    """Blank lines, drawn lines and what phones add taken off the end."""
    end = len(lines)
    while end > 0 and (
        not lines[end - 1].strip() or _ANY_RULE.match(lines[end - 1]) or is_mobile(lines[end - 1])
    ):
        if end > 1 and lines[end - 1].strip().lower() == "via mobile" and _is_lone_name(lines, end - 2):
            end -= 1
        end -= 1
    return lines[:end]


def is_mobile(line: str) -> bool:
    """Whether a phone or a mail program added this line by itself."""
    return len(line) <= MAX_SIGNATURE_LINE_CHARS and _MOBILE.match(line) is not None


def _is_lone_name(lines: list[str], at: int) -> bool:
    """Whether a name stands alone under a blank line."""
    return (
        at > 0
        and not lines[at - 1].strip()
        and 0 < len(lines[at].split()) <= 3
        and lines[at].strip()[0].isupper()
    )


def _is_dashed_name(lines: list[str], at: int) -> bool:
    """Whether the line is `-Ann` or `-- Ann Lee`, and no item of a list."""
    if len(lines[at]) > MAX_CARD_LINE_CHARS:
        return False
    if _TIGHT_NAME.match(lines[at]):
        return not lines[at - 1].lstrip().startswith(("-", "–", "—"))
    is_below_blank = not lines[at - 1].strip()
    if is_below_blank and _SIGNED.match(lines[at]):
        return True
    return _DASHED_NAME.match(lines[at]) is not None and (
        is_below_blank or lines[at].lstrip().startswith("--")
    )


def _at_delimiter(lines: list[str]) -> int | None:
    """The signature after `-- ` (RFC 3676, 4.3), or after its likes if it is short."""
    for at in range(max(0, len(lines) - MAX_SIGNATURE_LINES - 1), len(lines)):
        if not _is_drawn(lines[at]):
            continue
        if _DELIMITER.match(lines[at]):
            return at
        if at > 0 and _SHORT_DIVIDER.match(lines[at]) and _is_card(lines[at + 1 :]):
            return at
    return None


def _at_divider(lines: list[str]) -> int | None:
    """Contact data or a list's footer under a drawn line."""
    for at in range(max(1, len(lines) - MAX_CONTACT_LINES * 2), len(lines)):
        if _is_drawn(lines[at]) and _DIVIDER.match(lines[at]):
            below = [line for line in lines[at + 1 :] if line.strip()]
            if not 0 < len(below) <= MAX_CONTACT_LINES:
                continue
            if any(map(_may_be_words, below)) and not any(map(_LIST_FOOTER.search, below)):
                continue
            if sum(1 for line in below if _CONTACT.search(line)) * 4 >= len(below):
                return at
    return None


def _at_ruled_card(lines: list[str]) -> int | None:
    """Name and place between a drawn line and what a phone added."""
    for at in range(max(1, len(lines) - MAX_CARD_LINES), len(lines)):
        if _is_drawn(lines[at]) and _DIVIDER.match(lines[at]) and _is_card(lines[at + 1 :]):
            return at
    return None


def _at_closing(lines: list[str]) -> int | None:
    """A greeting with more than the writer's name under it: position, company, telephone."""
    for at in range(max(1, len(lines) - MAX_CONTACT_LINES * 2), len(lines)):
        if len(lines[at]) <= MAX_CLOSING_CHARS and _CLOSING.match(lines[at]):
            below = [line for line in lines[at + 1 :] if line.strip()]
            if 2 <= len(below) <= MAX_CONTACT_LINES and not any(map(_may_be_words, below)):
                return at
    return None


def _is_drawn(line: str) -> bool:
    """Whether a line can be a drawn one: a quick look before the thorough ones."""
    return line.lstrip()[:1] in _DRAWN


def _is_card(lines: list[str]) -> bool:
    """Whether the lines are a few short ones, and none is a sentence."""
    below = [line for line in lines if line.strip()]
    return 0 < len(below) <= MAX_CARD_LINES and not any(map(_may_be_words, below))


def _may_be_words(line: str) -> bool:
    return len(line) >= MAX_CARD_LINE_CHARS or _SENTENCE.search(line) is not None
