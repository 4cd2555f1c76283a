"""Problems are told apart by all that they say."""

from gateway.rules.searching import Problem, ProblemKind


def test_the_same_problem_is_one() -> None:
    said = {Problem(ProblemKind.NO_VALUE, "status"), Problem(ProblemKind.NO_VALUE, "status")}
    assert said == {Problem(ProblemKind.NO_VALUE, "status", "", ())}
