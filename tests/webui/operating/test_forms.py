"""What the operator types."""

import pytest
from werkzeug.datastructures import MultiDict

from gateway.errors import Invalid
from gateway.store.bounds import Limits
from webui.operating.forms import megabytes, read_limits


def test_numbers_are_limits_and_nothing_is_none() -> None:
    typed = MultiDict({"staff": " 5 ", "megabytes": "2", "mails": ""})
    assert read_limits(typed) == Limits(5, 2 * 1024 * 1024, 0)
    assert read_limits(MultiDict()) == Limits()


@pytest.mark.parametrize("field", ["staff", "megabytes", "mails"])
@pytest.mark.parametrize("typed", ["many", "-1", "1.5", "1" * 10, "²"])
def test_what_is_no_number_is_refused_by_its_field(field: str, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_limits(MultiDict({field: typed}))
    assert caught.value.field == field


@pytest.mark.parametrize(("size_bytes", "shown"), [(0, 0), (1, 1), (1024 * 1024, 1), (1024 * 1024 + 1, 2)])
def test_a_limit_is_shown_in_whole_megabytes(size_bytes: int, shown: int) -> None:
    assert megabytes(size_bytes) == shown
