"""The people of an account as their list shows them."""

from dataclasses import replace

from gateway.i18n import speaking
from gateway.rules.access import Role
from gateway.store.queries.groups import GroupRef
from tests.webui.test_absences import DURING, SAM
from webui.people.lines import lines, role_names


def test_somebody_is_told_with_role_and_absence() -> None:
    (line,) = lines([replace(SAM, signed_in_at=DURING)], DURING)
    assert (line.name, line.role, line.sees) == ("Sam Ours", "Staff", "")
    assert line.away == "away until 3 Dec 2026, Ben stands in"
    assert line.signed_in is not None
    assert line.signed_in.ago == "now"


def test_whose_customers_somebody_sees_is_told_where_it_is_not_all() -> None:
    limited = replace(SAM, sees_all=False, groups=(GroupRef("n", "North"), GroupRef("s", "South")))
    people = [limited, replace(limited, groups=()), replace(limited, role=Role.ADMIN)]
    assert [line.sees for line in lines(people, DURING)] == ["North, South", "no group", ""]
    with speaking("de"):
        assert lines(people, DURING)[1].sees == "keine Gruppe"


def test_everybody_has_a_role_with_a_name() -> None:
    assert set(role_names()) == set(Role) - {Role.TOKEN}
