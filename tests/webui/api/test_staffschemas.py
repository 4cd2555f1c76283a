"""What the API gives and takes of people."""

from datetime import date

import pytest
from pydantic import ValidationError

from gateway.desk.staff import Access, Particulars
from gateway.rules.access import Role
from tests.webui.test_absences import SAM
from webui.api.staffschemas import StaffDetail, StaffMember, StaffPatch, StaffQuery


def test_a_person_is_told_with_the_days_of_an_absence() -> None:
    member = StaffMember.of(SAM)
    assert member.away is not None
    assert (member.away.from_, member.away.until) == (date(2026, 12, 1), date(2026, 12, 3))
    assert member.away.stand_in == "p-ben"
    detail = StaffDetail.of(SAM)
    assert (detail.id, detail.first_name, detail.email_confirmed) == ("p-sam", "Sam", True)
    assert '"from":"2026-12-01"' in detail.model_dump_json()


def test_what_is_left_out_stays() -> None:
    patch = StaffPatch(company="Ours")
    assert (patch.particulars(), patch.access()) == (Particulars(company="Ours"), None)
    assert StaffPatch(sees_all=True).access() == Access(sees_all=True)


@pytest.mark.parametrize("field", ["id", "account_id", "password_hash", "state"])
def test_a_field_that_is_nobodys_to_set_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        StaffPatch.model_validate({field: "x"})
    with pytest.raises(ValidationError):
        StaffPatch.model_validate({"role": Role.OWNER.value})


def test_without_a_state_those_who_work_here_are_asked_for() -> None:
    assert [StaffQuery.model_validate(q).asks_for(SAM) for q in ({}, {"state": "all"})] == [True, True]
    assert not StaffQuery(state="deactivated").asks_for(SAM)
