"""A report of three days for the tests."""

from datetime import date

from gateway.rules.reporting import Compared, Numbers, Question

QUESTION = Question(date(2026, 2, 27), date(2026, 3, 1))
NUMBERS = Numbers(
    starts=("2026-02-27", "2026-02-28", "2026-03-01"),
    new=(3, 0, 1),
    closed=(1, 0, 0),
    backlog=(2, 2, 3),
    answer_median=(3600, None, 5400),
    answer_p90=(7200, None, 5400),
    resolution_median=(None, None, None),
    resolution_p90=(None, None, None),
    heat=((0,) * 9 + (4,) + (0,) * 14, *((0,) * 24,) * 6),
    tiles={
        "new": Compared(1234, 1000),
        "closed": Compared(1, 2),
        "backlog": Compared(3, 0),
        "incoming": Compared(4, 4),
        "answers": Compared(0, 0),
        "answer_median": Compared(5400, 3600),
        "resolution_median": Compared(None, None),
    },
    answered=2,
    resolved=0,
    customers=(("acme", "=Acme", 3),),
    tags=(("vip", 2), ("printer", 1)),
    staff=(("anna", "Anna Albers", 1200, 300),),
)
