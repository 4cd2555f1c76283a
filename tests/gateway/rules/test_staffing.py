"""Who may do what to whom."""

import pytest

from gateway.errors import Denied
from gateway.rules.access import Actor, Role
from gateway.rules.staffing import Act, require_over

OWNER, ADMIN, STAFF, GUEST = (
    Actor(1, role, number) for number, role in enumerate((Role.OWNER, Role.ADMIN, Role.STAFF, Role.GUEST), 1)
)
TOKEN = Actor(1, Role.TOKEN)
OTHERS = ((8, Role.ADMIN), (9, Role.STAFF))
ON_ONESELF = (Act.EDIT, Act.SET_AWAY)


def may(by: Actor, act: Act, staff_id: int, role: Role) -> bool:
    try:
        require_over(by, act, staff_id=staff_id, role=role)
    except Denied:
        return False
    return True


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("by", [OWNER, ADMIN, TOKEN])
def test_owner_admins_and_programs_manage_admins_and_staff(act: Act, by: Actor) -> None:
    assert all(may(by, act, *other) for other in OTHERS)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("by", [STAFF, GUEST])
def test_staff_and_guests_manage_nobody(act: Act, by: Actor) -> None:
    assert not any(may(by, act, *other) for other in (*OTHERS, (1, Role.OWNER)))


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("by", [ADMIN, TOKEN])
def test_nobody_else_touches_the_owner(act: Act, by: Actor) -> None:
    with pytest.raises(Denied, match="Only the owner"):
        require_over(by, act, staff_id=1, role=Role.OWNER)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("by", [OWNER, ADMIN, STAFF])
def test_everybody_edits_themself_and_nobody_raises_or_removes_themself(act: Act, by: Actor) -> None:
    assert by.staff_id is not None
    assert may(by, act, by.staff_id, by.role) == (act in ON_ONESELF)
