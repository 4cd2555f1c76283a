"""What is stored about whom, why and how long: generated from the models, for an account, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gateway.desk import inventorywords as words
from gateway.rules.access import Actor, Permission, require
from gateway.rules.privacy import Privacy, Purpose, Whom
from gateway.rules.retention import Rules
from gateway.store import retention
from gateway.store.queries.inventory import Kept, count_kept, list_kept

_SECTIONS: Mapping[Whom, Sequence[Whom]] = {
    Whom.CUSTOMERS: (Whom.CUSTOMERS,),
    Whom.STAFF: (Whom.STAFF, Whom.PEOPLE),
    Whom.GUESTS: (Whom.GUESTS, Whom.PEOPLE),
    Whom.TECHNICAL: (Whom.TECHNICAL,),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of thing that is kept: its name, what kinds of data, why, how long.

    `lasts` has the account's own rules as well; `count` is how many the account has, None where that is not
    known by account; `fields` are the names of its columns by how near to a person they are.
    """

    name: str
    data: Sequence[str]
    purposes: Sequence[str]
    lasts: str
    count: int | None
    fields: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """All that is kept about some people."""

    whom: Whom
    name: str
    items: Sequence[Item]


def take(db: Session, by: Actor) -> Sequence[Section]:
    """The inventory of the actor's account; Denied for all but owner and admins."""
    require(by, Permission.MANAGE_ACCOUNT)
    return _sections(count_kept(db, by.account_id), retention.rules_of(db, by.account_id))


def as_json() -> dict[str, Any]:
    """The inventory of any account, column by column, for an export; in the language of the moment."""
    texts: dict[str, Mapping[Any, str]] = {
        "whom": words.whom_names(),
        "privacy": words.privacy_names(),
        "purpose": words.purpose_names(),
        "lasts": words.lasts_names(),
    }
    return {
        "tables": [
            {
                "table": kept.name,
                "name": words.table_names()[kept.name],
                "whom": kept.whom.value,
                "lasts": kept.lasts.value,
                "columns": [
                    {"name": one.name, "privacy": one.privacy.value, "purpose": one.purpose.value}
                    for one in kept.fields
                ],
            }
            for kept in list_kept()
        ],
        "elsewhere": [{"name": name, "text": text} for name, text in words.elsewhere()],
        "words": {kind: {key.value: name for key, name in names.items()} for kind, names in texts.items()},
    }


def _sections(counts: Mapping[str, int], rules: Rules) -> Sequence[Section]:
    names, tables = words.whom_names(), {kept.name: kept for kept in list_kept()}
    in_order = [tables[name] for name in words.table_names()]
    return [
        Section(
            whom,
            names[whom],
            [_item(kept, counts.get(kept.name), rules) for kept in in_order if kept.whom in about],
        )
        for whom, about in _SECTIONS.items()
    ]


def _item(kept: Kept, count: int | None, rules: Rules) -> Item:
    fields = {
        name: tuple(one.name for one in kept.fields if one.privacy is privacy)
        for privacy, name in words.privacy_names().items()
    }
    found = {name: columns for name, columns in fields.items() if columns}
    why = {one.purpose for one in kept.fields} - {Purpose.RUNNING}
    technical = words.privacy_names()[Privacy.TECHNICAL]
    return Item(
        name=words.table_names()[kept.name],
        data=[name for name in found if name != technical] or [technical],
        purposes=[name for one, name in words.purpose_names().items() if one in (why or {Purpose.RUNNING})],
        lasts="; ".join([words.lasts_names()[kept.lasts], *words.rule_names(kept.name, rules)]),
        count=count,
        fields=found,
    )
