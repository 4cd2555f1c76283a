from remote_bridge.protocol.errors import CloseCode
from remote_bridge.relay.admission import Admission, NotAdmitted
from remote_bridge.relay.desk import Desk
from tests.remote_bridge.desk import Desk as Double


def test_the_desk_and_its_double_answer_the_same_questions() -> None:
    answering: list[type[Admission]] = [Desk, Double]
    asked = [name for name in vars(Admission) if not name.startswith("_")]
    assert all(callable(getattr(one, name)) for one in answering for name in asked)


def test_who_is_not_admitted_is_told_by_a_code() -> None:
    assert NotAdmitted(CloseCode.USED).code == CloseCode.USED
