"""The names of filters and of what they take, English and German."""

from collections.abc import Mapping

from gateway.rules.searching.terms import Key

KEYS: Mapping[str, Key] = {
    **{key.value: key for key in Key if key not in (Key.WORD, Key.PHRASE, Key.NUMBER)},
    "state": Key.STATUS,
    "zustand": Key.STATUS,
    "ist": Key.IS,
    "hat": Key.HAS,
    "assigned": Key.ASSIGNEE,
    "zuständig": Key.ASSIGNEE,
    "bearbeiter": Key.ASSIGNEE,
    "von": Key.FROM,
    "an": Key.TO,
    "kunde": Key.CUSTOMER,
    "gruppe": Key.GROUP,
    "postfach": Key.MAILBOX,
    "label": Key.TAG,
    "schlagwort": Key.TAG,
    "file": Key.FILENAME,
    "datei": Key.FILENAME,
    "betreff": Key.SUBJECT,
    "vor": Key.BEFORE,
    "until": Key.BEFORE,
    "bis": Key.BEFORE,
    "since": Key.AFTER,
    "nach": Key.AFTER,
    "seit": Key.AFTER,
    "erstellt": Key.CREATED,
    "geändert": Key.UPDATED,
    "priorität": Key.PRIORITY,
    "fällig": Key.DUE,
    "erwähnt": Key.MENTIONS,
}

VALUES: Mapping[Key, Mapping[str, str]] = {
    Key.STATUS: {
        "new": "new",
        "open": "open",
        "pending": "pending",
        "closed": "closed",
        "spam": "spam",
        "neu": "new",
        "offen": "open",
        "waiting": "pending",
        "wartend": "pending",
        "wartet": "pending",
        "geschlossen": "closed",
    },
    Key.IS: {
        "unread": "unread",
        "unassigned": "unassigned",
        "mine": "mine",
        "snoozed": "snoozed",
        "mentioned": "mentioned",
        "ungelesen": "unread",
        "unzugewiesen": "unassigned",
        "meins": "mine",
        "zurückgestellt": "snoozed",
        "erwähnt": "mentioned",
    },
    Key.HAS: {
        "attachment": "attachment",
        "attachments": "attachment",
        "file": "attachment",
        "anhang": "attachment",
        "anhänge": "attachment",
        "datei": "attachment",
    },
    Key.PRIORITY: {
        "low": "low",
        "normal": "normal",
        "high": "high",
        "urgent": "urgent",
        "niedrig": "low",
        "hoch": "high",
        "dringend": "urgent",
    },
    Key.DUE: {"today": "today", "overdue": "overdue", "heute": "today", "überfällig": "overdue"},
}
"""The filters that take one of a few words; the first spellings are the canonical ones."""

PEOPLE: Mapping[str, str] = {"me": "me", "nobody": "nobody", "ich": "me", "niemand": "nobody"}
"""What `assignee:` takes besides a username; `mentions:` knows nobody by that name."""

DAYS = frozenset({Key.BEFORE, Key.AFTER})
SPANS = frozenset({Key.CREATED, Key.UPDATED})


def known_values(key: Key) -> tuple[str, ...]:
    """What may stand behind the filter, canonically; nothing where any text may."""
    return tuple(dict.fromkeys(VALUES.get(key, {}).values()))
