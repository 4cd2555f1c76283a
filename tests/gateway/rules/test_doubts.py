import pytest

from gateway.rules.doubts import Reason, decide_doubt
from gateway.rules.storms import Storm


def doubt(
    *,
    storm: Storm = Storm.NONE,
    is_loop: bool = False,
    dmarc_failed: bool = False,
    names_ticket: bool = False,
    is_infected: bool = False,
) -> Reason | None:
    return decide_doubt(
        storm=storm,
        is_loop=is_loop,
        dmarc_failed=dmarc_failed,
        names_ticket=names_ticket,
        is_infected=is_infected,
    )


def test_an_ordinary_mail_is_in_no_doubt() -> None:
    assert doubt() is None
    assert doubt(names_ticket=True) is None
    assert doubt(storm=Storm.FOLD) is None


def test_a_failed_dmarc_alone_is_no_reason_to_hold_a_mail() -> None:
    assert doubt(dmarc_failed=True) is None


def test_a_failed_dmarc_that_names_a_ticket_is() -> None:
    assert doubt(dmarc_failed=True, names_ticket=True) is Reason.DMARC


@pytest.mark.parametrize("names_ticket", [True, False])
def test_very_many_wait(names_ticket: bool) -> None:  # noqa: FBT001 - a case of a table
    assert doubt(storm=Storm.HOLD, names_ticket=names_ticket) is Reason.STORM


def test_a_loop_is_told_before_anything_else() -> None:
    assert doubt(storm=Storm.HOLD, is_loop=True, dmarc_failed=True, names_ticket=True) is Reason.LOOP


def test_what_the_scanner_found_is_told_before_all_else() -> None:
    assert doubt(is_infected=True) is Reason.SCANNER
    assert doubt(is_infected=True, is_loop=True, dmarc_failed=True, names_ticket=True) is Reason.SCANNER
