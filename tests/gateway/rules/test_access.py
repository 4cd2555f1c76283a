"""Who may do what."""

import pytest

from gateway.errors import Denied
from gateway.rules.access import Actor, Permission, Role, may, require

WORKERS = set(Role) - {Role.GUEST}
ALLOWED = {(role, permission) for role in WORKERS for permission in Permission} - {
    (Role.STAFF, Permission.MANAGE_ACCOUNT),
    (Role.STAFF, Permission.RELEASE_HELD),
    (Role.TOKEN, Permission.RELEASE_HELD),
    *((role, Permission.OWN_ACCOUNT) for role in WORKERS - {Role.OWNER}),
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_permissions(role: Role, permission: Permission) -> None:
    assert may(Actor(1, role), permission) == ((role, permission) in ALLOWED)


def test_who_may_not_is_denied_without_saying_why_in_public() -> None:
    with pytest.raises(Denied) as caught:
        require(Actor(1, Role.STAFF), Permission.MANAGE_ACCOUNT)
    assert caught.value.public == Denied.words
    require(Actor(1, Role.OWNER), Permission.MANAGE_ACCOUNT)


def test_who_has_not_confirmed_their_address_may_do_all_but_send_and_is_told_why() -> None:
    unconfirmed = Actor(1, Role.OWNER, is_confirmed=False)
    assert [p for p in Permission if not may(unconfirmed, p)] == [Permission.SEND_MAIL]
    with pytest.raises(Denied, match="confirm your e-mail address"):
        require(unconfirmed, Permission.SEND_MAIL)
