"""What is typed about colleagues."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.desk.staff import Access
from gateway.errors import Invalid
from gateway.rules.access import Role
from webui.people.forms import read_access


def test_a_role_and_what_they_see_are_read() -> None:
    typed = MultiDict([("role", "staff"), ("sees", "groups"), ("groups", "a"), ("groups", "b")])
    assert read_access(typed) == Access(Role.STAFF, sees_all=False, groups=("a", "b"))
    assert read_access(MultiDict({"role": "admin", "sees": "all"})) == Access(
        Role.ADMIN, sees_all=True, groups=()
    )


def test_a_role_that_there_is_not_is_invalid() -> None:
    with pytest.raises(Invalid) as caught:
        read_access(MultiDict({"role": "king"}))
    assert caught.value.field == "role"
