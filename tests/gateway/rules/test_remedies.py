"""What helps when a mail was not delivered."""

import pytest

from gateway.rules.remedies import Remedy, decide_remedy


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        ("550 5.1.1 <bob@acme.example>: Recipient address rejected: User unknown", Remedy.CORRECT_ADDRESS),
        ("550-5.1.10 not here", Remedy.CORRECT_ADDRESS),
        ("550 5.2.1 disabled", Remedy.CORRECT_ADDRESS),
        ("553 sorry, no such domain", Remedy.CORRECT_ADDRESS),
        ("552 5.2.2 Mailbox full", Remedy.WAIT_FOR_ROOM),
        ("452 4.2.2 over quota", Remedy.WAIT_FOR_ROOM),
        ("552 5.3.4 Message size exceeds fixed limit", Remedy.MAKE_SMALLER),
        ("552 too much mail data", Remedy.MAKE_SMALLER),
        ("554 5.7.1 Service unavailable; client [192.0.2.7] blocked", Remedy.ASK_RECIPIENT),
        ("5.4.4 unable to route", Remedy.CORRECT_ADDRESS),
        ("5.4.1 no answer from host", Remedy.TRY_LATER),
        ("Host or domain name not found. Name service error for name=acmee.example", Remedy.CORRECT_ADDRESS),
        ("550 Unrouteable address", Remedy.CORRECT_ADDRESS),
        ("5.1.2 DNS Error: DNS type 'mx' lookup responded with code NXDOMAIN", Remedy.CORRECT_ADDRESS),
        ("Given up after 5 days. Last answer: 451 4.4.3 Host not found", Remedy.CORRECT_ADDRESS),
        ("550 5.7.1 <us.example>: Helo command rejected: Host not found", Remedy.ASK_RECIPIENT),
        ("Given up after 5 days. Last answer: 450 4.1.1 greylisted", Remedy.TRY_LATER),
        ("Given up after 5 days. Last answer: 452 4.2.2 over quota", Remedy.WAIT_FOR_ROOM),
        ("Given up after 5 days. Last answer: 450 14.2.2 no", Remedy.TRY_LATER),
        ("The mail has 5 bytes, and the server takes no more than 3.", Remedy.MAKE_SMALLER),
        ("550 no", Remedy.READ_ANSWER),
        ("554 5.6.0 broken", Remedy.READ_ANSWER),
        ("554 refused from 5.1.1.7", Remedy.READ_ANSWER),
        ("no such user", Remedy.READ_ANSWER),
        ("", Remedy.READ_ANSWER),
    ],
)
def test_the_servers_words_decide_the_next_step(answer: str, remedy: Remedy) -> None:
    assert decide_remedy(answer) is remedy
