"""Whether a key's record is in the DNS: asked anew each time, within seconds."""

import time

from gateway.desk.dkimkeys import DkimView
from gateway.inbound.authentication.published import look_for_keys
from gateway.mail.dkimsigning import Seen
from tests.fakes.dns_server import serving

KEY = DkimView("ours.example", "s", "AAAA", is_active=False, seen=None, looked_at=None)


def test_a_record_is_seen_as_soon_as_it_is_there() -> None:
    with serving({("ours.example", "A"): ["192.0.2.1"]}) as dns:
        assert look_for_keys(dns.address, [KEY]) == {"s": Seen.MISSING}
        dns.zones[KEY.name, "TXT"] = [KEY.value]
        assert look_for_keys(dns.address, [KEY]) == {"s": Seen.SHOWN}
        dns.zones[KEY.name, "TXT"] = ["v=DKIM1; p=BBBB"]
        assert look_for_keys(dns.address, [KEY]) == {"s": Seen.OTHER}


def test_no_answer_is_told_within_seconds() -> None:
    with serving() as dns:
        dns.is_silent = True
        begun = time.monotonic()
        assert look_for_keys(dns.address, [KEY]) == {"s": Seen.UNKNOWN}
        assert time.monotonic() - begun < 7
        assert look_for_keys("nowhere.invalid", [KEY]) == {"s": Seen.UNKNOWN}
