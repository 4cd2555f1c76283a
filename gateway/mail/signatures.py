"""Signatures at the end of what someone wrote."""

import re

_DELIMITER = re.compile(r"^\s*(?:--|__|—|––)\s*$")
_DIVIDER = re.compile(r"^\s*(?:[-_=*—–]\s?){4,}\s*$")
_DEVICE = r"""
    i-?phone|i-?pad|i-?pod|android|mobil\w*|(?:smart|tele)?phone|téléphone|teléfono|telefon\w*|cell
    |blackberry|samsung|galaxy|htc|nexus|pixel|huawei|xiaomi|redmi|nokia|lumia|windows|outlook|mail\w*
    |yahoo\S*|gmail|airmail|device|tablet|alcatel|ti-\d+|handy|smartphone|sony|xperia|lg|motorola
    |oneplus|oppo|proton\S*|spark|aol|acompli|k-9|k9|nylas|thunderbird|superhuman|boxer|ios|mac\w*
    |newton|zoho|hey|gmx|web\.de|fairphone|ordenador|portable|galaxy\S*|gerät|toestel
"""
_SENT = r"""
    sent|gesendet|verschickt|geschrieben|envoyé|enviado|enviada|inviato|inviata|verzonden|verstuurd
    |skickat|sendt|wysłan[eoy]|отправлено|надіслано|lähetetty|gönderildi|odesláno|odoslané|trimis
    |written|typed|von|from|composed|dikter\w*
"""
_PREPOSITION = r"""
    from|via|with|by|using|on|von|vom|mit|aus|depuis|de|du|avec|desde|do|da|dal|con|com|vanaf|met|van
    |från|fra|med|z|ze|s|с|з|из|iz|from\s+the|through
"""
_MY = r"""
    (?:\s+(?:my|meinem|meinen|mein|mon|ma|mi|meu|minha|mio|mia|il|mijn|min|mit|mojego|mého|мого|моего
    |the|an?|der|dem|new|iMac))?
"""
_MOBILE = re.compile(
    rf"""
        ^[\s<(\[*_]*(?:
        (?:{_SENT})\s+(?:{_PREPOSITION}){_MY}(?:\s+[\[<(]?[\w®™'’&.-]+){{0,3}}?\s+[\[<(]?(?:{_DEVICE})\b
        |(?:von|aus)\s+mein\w*\s+.{{1,40}}\s*(?:gesendet|verschickt|geschickt|geschrieben)\b
        |from\s+my\s+(?:{_DEVICE})\b
        |diese\s+(?:nachricht|e-?mail|mail)\s+wurde\s+(?:von|mit|über)\s+.{{1,60}}gesendet
        |(?:get|holen\s+sie\s+sich|hol\s+dir|téléchargez|obtenir|obtener|scarica|download)
            \s+\[?outlook\s+(?:for|für|pour|para|per|voor)\b
        |outlook\s+(?:für|for)\s+\w+.{{0,20}}\s(?:beziehen|holen|herunterladen)
        |\w+\s+from\s+mobile\s*$|sent\s+via\s+mobile|via\s+mobile\s*$|sent\s+by\s+galaxy
        |从我的.{{1,20}}(?:发送|寄出)|從我的.{{1,20}}傳送|iphoneから送信|(?:나의|내)\s*iphone
        |(?:{_SENT})\s+vanuit\s+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CLOSING = re.compile(
    r"""
        ^\s*(?:(?:kind|best|warm|with\s+(?:kind|best))?\s*regards|best\s+wishes|sincerely(?:\s+yours)?
        |yours\s+(?:sincerely|faithfully|truly)|mit\s+(?:freundlichen?|besten?|herzlichen)\s+gr(?:ü
        |ue)(?:ß|ss)en?|(?:freundliche|beste|viele|liebe|herzliche|schöne)\s+gr(?:ü|ue)(?:ß|ss)e|mfg
        |hochachtungsvoll|cordialement|bien\s+cordialement
        |(?:meilleures\s+)?salutations(?:\s+distinguées)?|saludos(?:\s+cordiales)?|atentamente
        |un\s+saludo|cordiali\s+saluti|distinti\s+saluti|met\s+vriendelijke\s+groet(?:en)?
        |z\s+poważaniem|z\s+powazaniem|pozdrawiam|med\s+vänlig(?:a)?\s+hälsning(?:ar)?
        |med\s+venlig\s+hilsen|med\s+vennlig\s+hilsen|atenciosamente|с\s+уважением
        |ystävällisin\s+terveisin)\s*[,.!]*\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DASHED_NAME = re.compile(r"^\s*[-–—]\s?[A-ZÄÖÜ][\w.'’-]+(?:\s[A-ZÄÖÜ][\w.'’-]+){0,2}\s*$")
_CONTACT = re.compile(
    r"""
        https?://|www\.|@[\w-]+\.|\+?\d[\d\s()/.-]{6,}\d|mailing\s+list|unsubscribe|\b(?:tel|fax|phone
        |mobile?|telefon|gmbh|inc|ltd|skype)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
MAX_SIGNATURE_LINES = 30
MAX_CONTACT_LINES = 16
MAX_SIGNATURE_LINE_CHARS = 160


def without_signature(lines: list[str]) -> list[str]:
    """The lines without the signature at their end; none where they are nothing else."""
    kept = _without_mobile(lines)
    for cut in (_at_delimiter(kept), _at_divider(kept), _at_closing(kept)):
        if cut is not None and cut < len(kept):
            kept = _without_mobile(kept[:cut])
    last = next((n for n in range(len(kept) - 1, -1, -1) if kept[n].strip()), 0)
    if last > 0 and _DASHED_NAME.match(kept[last]) and not kept[last - 1].strip():
        kept = _without_mobile(kept[:last])
    return kept


def _without_mobile(lines: list[str]) -> list[str]:
    """Blank lines, dividers and what phones add taken off the end."""
    end = len(lines)
    while end > 0 and (
        not lines[end - 1].strip() or _DIVIDER.match(lines[end - 1]) or is_mobile(lines[end - 1])
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


def _at_delimiter(lines: list[str]) -> int | None:
    """The signature after `-- ` (RFC 3676, 4.3), or after its likes if it is short."""
    for at in range(max(0, len(lines) - MAX_SIGNATURE_LINES - 1), len(lines)):
        if _DELIMITER.match(lines[at]):
            return at
    return None


def _at_divider(lines: list[str]) -> int | None:
    """Contact data or a list's footer under a drawn line."""
    for at in range(max(1, len(lines) - MAX_CONTACT_LINES * 2), len(lines)):
        if _DIVIDER.match(lines[at]):
            below = [line for line in lines[at + 1 :] if line.strip()]
            is_contact = sum(1 for line in below if _CONTACT.search(line)) * 4 >= len(below)
            if (
                0 < len(below) <= MAX_CONTACT_LINES
                and is_contact
                and max(map(len, below)) < MAX_SIGNATURE_LINE_CHARS
            ):
                return at
    return None


def _at_closing(lines: list[str]) -> int | None:
    """A greeting with more than the writer's name under it: position, company, telephone."""
    for at in range(max(1, len(lines) - MAX_CONTACT_LINES * 2), len(lines)):
        if _CLOSING.match(lines[at]):
            below = [line for line in lines[at + 1 :] if line.strip()]
            if 2 <= len(below) <= MAX_CONTACT_LINES and max(map(len, below)) < 100:
                return at
    return None
