"""Whether a mail asks that personal data be deleted, in German or English (SPEC 9, O12).

Sentence by sentence: a word of deleting, the writer's own data as its object, and the form of a request.
How one deletes something oneself, what was deleted by mistake, and things on somebody's own device are none.
A mail that is missed is an ordinary ticket that people read; one that is wrongly taken costs its writer a
question by mail. So the words are chosen narrow.
"""

import re
import unicodedata

MOST_CHARS = 8_000
"""How much of a text is looked at: whoever asks does so at the beginning."""

_BREAK = re.compile(r"(?<=[.!?;])\s+|\n\s*\n")
_ABBREVIATION = re.compile(r"\b(art|abs|lit|nr|no|vgl|gem|bzw|ggf|evtl|mr|mrs|ms|dr|z\.\s?b|e\.g|i\.e)\.")
_GREETING = re.compile(
    r"^(?:(?:sehr geehrte[rs]?|liebe[rs]?|guten (?:tag|morgen|abend)|hallo|moin|servus|dear|hi|hello"
    r"|good \w+)"
    r"\b[^,.!\n]{0,60}[,.!\n]\s*)+"
)

_VERB_EN = r"(?:delete|erase|remove|wipe|purge|destroy)"
_DONE_EN = r"(?:deleted|erased|removed|wiped|purged|destroyed)"
_NOUN_EN = r"(?:deletion|erasure|removal)"
_DEL_DE = r"l(?:ö|oe)sch"
_VERB_DE = rf"(?:(?:zu )?{_DEL_DE}(?:en|e|t)?|(?:zu )?entfern(?:en|e|t)|(?:zu )?vernichte[nt]?)"
_DONE_DE = rf"(?:ge{_DEL_DE}t|entfernt|vernichtet)"
_NOUN_DE = rf"(?:{_DEL_DE}ung|entfernung|vernichtung)"
_STEMS = (
    *("delet", "eras", "remov", "wipe", "purge", "destroy", "forget", "forgotten"),
    *("lösch", "loesch", "entfern", "vernicht", "vergessen"),
)
"""Without one of these a text is done with, which is soon seen."""
_ANY = re.compile(
    rf"\b(?:{_VERB_EN}|{_DONE_EN}|{_NOUN_EN}|{_VERB_DE}|{_DONE_DE}|{_NOUN_DE}|{_DEL_DE}antrag"
    rf"|{_DEL_DE}begehren"
    r"|vergessenwerden|vergessen zu werden|be forgotten|forget me|vergessen sie mich)\b"
)

_DATA_EN = r"(?:data|datas|information|info|details|account|accounts|profile|records?|personal file)"
_DATA_DE = (
    r"(?:\w*daten|konto|\w+konto|account|\w+account|profil|\w+profil|zugang|angaben|informationen"
    r"|datens(?:ä|ae)tze?"
    r"|akte|kundenakte|kartei|stammdatensatz)"
)
_MY_DE = r"(?:mein(?:e[nmrs]?)?|unser(?:e[nmrs]?)?)"
_KIN = (
    r"(?:client|mother|father|husband|wife|son|daughter|brother|sister|child|late|mandant\w*|mutter|vaters?"
    r"|mann(?:es)?|frau|sohn(?:es)?|tochter|bruders?|schwester|kind(?:es)?|verstorbenen)"
)
_STRONG = re.compile(
    rf"(?<!from )(?<!in )(?<!on )(?<!to )\b(?:my|our)\b(?: [\w-]+){{0,4}} {_DATA_EN}\b"
    rf"|\b{_DATA_EN}\b(?: [\w,'-]+){{0,8}} (?:about|on|of|concerning|regarding|related to|relating to"
    rf"|from) (?:me|us|my {_KIN})\b"
    rf"|\b{_DATA_EN}\b (?:that (?:is|are) )?(?:associated with|linked to|belonging to|tied to) (?:me"
    rf"|my|us|our)\b"
    r"|\beverything\b(?: [\w'-]+){0,5} (?:about|on|of|concerning) (?:me|us)\b"
    r"|\b(?:me|us) from (?:all )?(?:of )?your (?:\w+ )?(?:database|databases|system|systems|records"
    r"|files|servers)\b"
    rf"|(?<!aus )(?<!in )(?<!auf )(?<!an )(?<!von )\b{_MY_DE}\b(?: [\w-]+){{0,5}} {_DATA_DE}\b"
    rf"|\bvon (?:meinen|unseren) (?:\w+ )?\w*daten\b"
    rf"|\b(?:mich|uns|meine person|meiner person)\b(?: [\w,-]+){{0,4}} {_DATA_DE}\b"
    rf"|\b{_DATA_DE}\b(?:,? [\w-]+){{0,8}} (?:mir|uns|mich|meiner person|meine person|meine[rs] {_KIN})\b"
    r"|\balles\b(?:,? [\w-]+){0,6} (?:mir|uns|mich|meine person)\b"
    r"|\bmich (?:bitte )?aus (?:\w+ )?(?:ihre[mnrs]?|eure[mnrs]?|der|dem|den) (?:\w+ )?"
    r"(?:\w*datenbank(?:en)?|\w*kartei|\w*systeme?n?|\w*akten|\w*datei(?:en)?)\b"
    rf"|\b{_DATA_DE} (?:meine[rs]|von meine[rm]) {_KIN}\b"
)
_WEAK = re.compile(
    r"\b(?:my|our)\b(?: [\w-]+){0,3} (?:e-?mail address|address|addresses|phone number"
    r"|telephone number|number|name"
    r"|messages?|e-?mails?|tickets?|requests?|photos?|pictures?|documents?|files?|attachments?|recordings?)\b"
    rf"|\b{_MY_DE}\b(?: [\w-]+){{0,3}} (?:\w*adressen?|\w*nummern?|namens?|nachrichten|e-?mails?|mails"
    rf"|tickets"
    r"|anfragen?|fotos?|bilder|bildern|dokumente?n?|unterlagen|dateien|anh(?:ä|ae)ngen?|anhang"
    r"|bewerbung|bewerbungsunterlagen"
    r"|aufzeichnungen?)\b"
    r"|\b(?:i|we) (?:have )?sent (?:you|to you)\b|\bich ihnen\b(?: [\w-]+){0,4} (?:geschickt|gesandt"
    r"|gesendet)\b"
)
_LAW = re.compile(
    r"\b(?:gdpr|dsgvo|ds-gvo|bdsg|ccpa|data protection|datenschutz\w*|privacy|privatsph(?:ä|ae)re"
    r"|art(?:icle|ikel)? 17|personal data|personenbezogen\w*|right to (?:erasure|be forgotten)"
    r"|recht auf (?:l(?:ö|oe)schung|vergessen\w*))\b"
)
_KEPT = re.compile(
    r"\b(?:your (?:\w+ )?(?:database|databases|systems?|records|files|servers?|archives?|backups?)"
    r"|(?:ihre[mnrs]?|eure[mnrs]?) (?:\w+ )?(?:\w*datenbank(?:en)?|\w*systeme?n?|unterlagen|servern?"
    r"|\w*kartei|archiv\w*)"
    r"|bei ihnen|bei euch|you (?:have )?(?:store|stored|hold|held|keep|kept)|gespeichert\w*|hinterlegt\w*)\b"
)

_ASKS_EN = re.compile(
    r"\b(?:please|kindly|pls|(?:can|could|would|will) you|want|wants|wish|would like|i'd like"
    r"|we'd like|request"
    r"|requesting|demand|ask(?:ing)?(?: you)?|require|insist|expect|hereby|exercise|exercising"
    r"|instruct|invoke"
    r"|must|need to|has to|have to)\b"
)
_ASKS_DE = re.compile(
    r"\b(?:bitten?|m(?:ö|oe)cht\w*|(?:ich|wir) will|will ich|wollen|w(?:ü|ue)nsch\w*|verlang\w*"
    r"|forder\w*|auffordern|beantrag\w*|antrag"
    r"|ersuche\w*|widerruf\w*|hiermit|hierdurch|mache|machen|nehme|nehmen|geltend|berufe|aus(?:ü"
    r"|ue)b\w*|gebrauch"
    r"|erwart\w*|bestehe"
    r"|(?:k(?:ö|oe)nn(?:en|ten?|t)|w(?:ü|ue)rden?|kannst|k(?:ö|oe)nntet|w(?:ü|ue)rdet) (?:sie|ihr|du)"
    r"|m(?:ü|ue)ssen|muss|sollen|soll|sollten)\b"
)
_IMPERATIVE = re.compile(
    rf"^(?:and |so |then |und |also |daher |deshalb )?(?:immediately |permanently |sofort )?{_VERB_EN}\b"
    rf"|^(?:und |also |daher |deshalb )?(?:l(?:ö|oe)sch(?:t|en sie|e)?|entfern(?:t|en sie|e)"
    rf"|vernichten sie)\b"
    r"|^forget me\b|^vergessen sie mich\b"
)
_NEAR = 8
"""Words between a word of deleting and its object."""
_PAUSE = re.compile(r"[,;:]")
_AND = re.compile(r"\b(?:and|und|oder|or)(?: \w+)?\s*$")
_ENGLISH = re.compile(rf"{_VERB_EN}|{_NOUN_EN}")
_I = re.compile(r"\b(?:i|we|my|our|ich|wir|mein\w*|unser\w*)\b")
_IT = re.compile(
    r"\b(?:delete|erase|remove|destroy) (?:it|them|that|this|these|those|all of it|everything)\b"
    r"|\b(?:l(?:ö|oe)schen sie|l(?:ö|oe)scht?|l(?:ö|oe)sche) (?:bitte )?(?:sie|diese|das|alles)\b"
    r"|\b(?:sie|diese|das|alles) (?:bitte )?(?:sofort |umgehend |wieder )?(?:zu )?l(?:ö|oe)schen\b"
)
_ALL = re.compile(
    rf"\b(?:{_VERB_EN} (?:all|any|everything)|{_DEL_DE}en sie (?:bitte )?(?:alle|alles|s(?:ä|ae)mtliche))\b"
)
_DOING = re.compile(
    rf"\b(?:{_VERB_EN}|{_NOUN_EN}|{_VERB_DE}|{_NOUN_DE}|forget me|be forgotten|vergessen\w*)\b"
)
_TO_BE_DONE = re.compile(
    rf"\bbe (?:\w+ ){{0,2}}{_DONE_EN}\b|\b(?:have|get|want|like|see)\b(?: [\w-]+){{0,2}} (?:my|our|all"
    rf"|the|everything|me)\b"
    rf"(?: [\w,'-]+){{0,10}} {_DONE_EN}\b"
    rf"|\b(?:make sure|ensure|see to it)\b(?: [\w,'-]+){{0,10}} (?:is|are|gets?) (?:\w+ )?{_DONE_EN}\b"
    rf"|\b{_DONE_DE} (?:werden|wird|haben|wissen|sehen)\b"
)

_HOW_TO = re.compile(
    r"\b(?:how (?:do|can|could|would|should|to|may)|where (?:do|can|could)|wie (?:kann|k(?:ö|oe)nn\w*"
    r"|l(?:ö|oe)sche|entferne"
    r"|muss|geht)|wo (?:kann|l(?:ö|oe)sche))\b"
)
_LET_DO = re.compile(rf"\blassen\b|\b(?:have|get)\b(?: [\w-]+){{0,6}} {_DONE_EN}\b")
_DOUBT = re.compile(
    r"\b(?:ob|wann|warum|wieso|weshalb|whether|why|when (?:do|will|did|are|can|you)|what happens|was passiert"
    r"|falls|in case|before you|bevor sie|if you (?:are not|have received|received))\b"
)
_NOT = re.compile(
    rf"\b(?:not|never|\w+n't|dont|without|nicht|nie|niemals|keinesfalls|ohne|statt|instead of)\b,?"
    rf"(?: [\w'-]+){{0,4}} (?:{_VERB_EN}|{_DONE_EN}|deleting|erasing|removing|{_VERB_DE}|{_DONE_DE}"
    rf"|{_NOUN_DE})\b"
    rf"|\b(?:{_VERB_DE})\b[^,;:]*\bnicht\b(?! (?:mehr|l(?:ä|ae)nger|weiter|nur|l(?:ö|oe)))"
    r"|\b(?:kein|keine|keiner|no) (?:\w+ )?(?:l(?:ö|oe)schung|deletion|erasure)\b"
)
_MISHAP = re.compile(
    r"\b(?:restor\w+|recover\w*|undelete|undo|bring back|get (?:it|them|\w+ \w+) back|by mistake|by accident"
    r"|accidental\w*|wiederherstell\w*|wieder ?her\w*|zur(?:ü|ue)ckhol\w*|r(?:ü|ue)ckg(?:ä|ae)ngig"
    r"|versehentlich"
    r"|aus versehen|(?:have|has|had|was|were|been|got) (?:\w+ )?(?:deleted|erased|removed|wiped)"
    r"|(?:wurden?|worden|hat|haben sie|habe ich|ist|sind) (?:[\w-]+ ){0,5}(?:gel(?:ö|oe)scht"
    r"|entfernt)(?! werden))\b"
)
_BUTTON = re.compile(
    r"\b(?:delete|remove|erase) (?:button|key|function|option|link|icon|command|menu)\b|\b(?:zum"
    r"|beim) l(?:ö|oe)schen\b"
    r"|\bl(?:ö|oe)sch-?(?:knopf|button|taste|funktion)\b"
)
_DEVICE = re.compile(
    r"(?<!your )(?<!ihrem )(?<!ihren )(?<!ihrer )(?<!eurem )(?<!euren )"
    r"\b(?:printer|print queue|queue|laptop|notebook|(?<!on the )(?<!by )(?<!over the )(?:smart"
    r"|i)?phone(?! number)|tablet|ipad|usb"
    r"|stick|hard ?(?:disk|drive)"
    r"|ssd|sd card|computer|pc|browser|cache|cookies?|history|outlook|recycle bin|trash|desktop"
    r"|folder|mailing ?list"
    r"|newsletter|shopping cart|basket|\w*drucker|\w*warteschlange|druckauftr\w+|handy|telefon"
    r"|festplatte|rechner|papierkorb"
    r"|ordner|verlauf|warenkorb|verteiler|mailverteiler|rundmail|\w*postfach|mailbox|inbox|posteingang)\b"
)

_SUBJECT = re.compile(
    rf"\b(?:request(?:s|ing)?|application|demand|gdpr|dsgvo|art(?:icle|ikel)? 17)\b.*\b{_NOUN_EN}\b"
    rf"|\b{_NOUN_EN}\b.*\b(?:request|my (?:\w+ )*{_DATA_EN})\b"
    rf"|\b{_VERB_EN} (?:all )?(?:of )?my (?:\w+ )*{_DATA_EN}\b"
    rf"|\b(?:antrag|bitte|aufforderung|verlangen|dsgvo|ds-gvo|art(?:ikel)? 17)\b.*\b(?:{_NOUN_DE})\b"
    rf"|\b{_NOUN_DE}\b.*\b(?:meine[rs]?|unserer?|mir|mich)\b.*\b{_DATA_DE}\b"
    rf"|\b{_NOUN_DE}\b.*\b(?:dsgvo|ds-gvo)\b"
    rf"|\b(?:daten)?{_DEL_DE}(?:antrag|begehren|anfrage|gesuch)\b"
    rf"|\b(?:meine|unsere) (?:\w+ )*{_DATA_DE} (?:bitte )?(?:l(?:ö|oe)schen|entfernen)\b"
)
_ASKS_ABOUT = re.compile(
    r"\b(?:questions?|how|when|what|frage[n]?|wie|wann|was|webinar|guide|checklist\w*|whitepaper"
    r"|newsletter|seminar"
    r"|leitfaden|vorlage|template|muster|schulung)\b"
)

_YES = re.compile(
    r"\b(?:yes|yep|ja|jawohl|jep|confirm|confirmed|best(?:ä|ae)tig\w*|einverstanden|i agree|agreed"
    r"|correct|stimmt|richtig)\b"
)
_NO = re.compile(
    r"\b(?:no|not|never|\w+n't|nope|wrong|mistake|stop|cancel|nein|nicht|nee|kein\w*|niemals|falsch"
    r"|irrtum|versehen"
    r"|zur(?:ü|ue)ck\w*|storn\w*|abbrechen)\b"
)
_YES_LINES = 3


def asks_for_deletion(subject: str, text: str) -> bool:
    """Whether somebody asks that data about them (or about whom they speak for) be deleted, all or part.

    `text` is what the mail says anew, without what it quotes.
    """
    title = _plain(subject)
    if (
        any(stem in title for stem in _STEMS)
        and _SUBJECT.search(title)
        and not _excluded(title)
        and not _ASKS_ABOUT.search(title)
    ):
        return True
    whole = _plain(text)
    if not any(stem in whole for stem in _STEMS):
        return False
    sentences = [_GREETING.sub("", one.strip()) for one in _BREAK.split(whole)]
    is_about_law = bool(_LAW.search(whole) or _LAW.search(title))
    said = [_joined(one) for one in sentences]
    pairs = zip(said, ["", *said], strict=False)
    return any(_asks(one, before, is_about_law=is_about_law) for one, before in pairs)


def says_yes(text: str) -> bool:
    """Whether an answer to the question begins with a yes; a no beside it makes it none."""
    lines = [_joined(line) for line in _plain(text).splitlines() if line.strip()][:_YES_LINES]
    return bool(lines) and bool(_YES.search(lines[0])) and not any(_NO.search(line) for line in lines)


def _asks(sentence: str, before: str, *, is_about_law: bool) -> bool:
    if not _ANY.search(sentence) or _excluded(sentence):
        return False
    by_right = _LAW.search(sentence) and _I.search(sentence)
    if not by_right and not _is_about_own(sentence, before, is_about_law=is_about_law):
        return False
    if _IMPERATIVE.search(sentence) or _HOW_TO.search(sentence):  # how one has it done asks for it
        return True
    asks = _ASKS_EN.search(sentence) or _ASKS_DE.search(sentence)
    return bool(asks and (_DOING.search(sentence) or _TO_BE_DONE.search(sentence)))


def _is_about_own(sentence: str, before: str, *, is_about_law: bool) -> bool:
    """Whether what is to be deleted is the writer's own: named beside the word, or in the sentence before."""
    if _IT.search(sentence) and _STRONG.search(before) and not _excluded(before):
        return True
    if _ALL.search(sentence) and _STRONG.search(sentence):
        return True
    named = list(_STRONG.finditer(sentence))
    if is_about_law or _KEPT.search(sentence):
        named += _WEAK.finditer(sentence)
    words = [*_DOING.finditer(sentence), *_TO_BE_DONE.finditer(sentence)]
    return any(_belong(sentence, word, own) for word in words for own in named)


def _belong(sentence: str, word: re.Match[str], own: re.Match[str]) -> bool:
    """Whether a word of deleting has this object: behind it, or before it in German and in the passive."""
    if own.start() >= word.end():
        between = sentence[word.end() : own.start()]
        return len(between.split()) <= _NEAR and not _PAUSE.search(between)
    if own.end() > word.start():
        return True
    between = sentence[own.end() : word.start()]
    return not _ENGLISH.fullmatch(word[0]) and not _AND.search(between) and len(between.split()) <= 2 * _NEAR


def _excluded(sentence: str) -> bool:
    if _HOW_TO.search(sentence) and not _LET_DO.search(sentence):
        return True
    return any(one.search(sentence) for one in (_DOUBT, _NOT, _MISHAP, _BUTTON, _DEVICE))


def _plain(text: str) -> str:
    """In small letters, with one kind of quotation mark and no dot that ends no sentence."""
    small = (
        unicodedata.normalize("NFKC", text[:MOST_CHARS]).casefold().replace("’", "'").replace("\r\n", "\n")
    )
    return _ABBREVIATION.sub(lambda found: found[1].replace(".", ""), small)


def _joined(sentence: str) -> str:
    return " ".join(sentence.split())
