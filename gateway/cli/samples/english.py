"""The English conversations of the sample account."""

from gateway.cli.samples import papers
from gateway.cli.samples.people import DANIEL, ENGLISH_DESK, OLIVIA, TOM
from gateway.cli.samples.steps import Answered, Replied, Sorted, Thread, When, Wrote
from gateway.mail.compose import OutgoingFile
from gateway.rules.status import Status

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_STARTER = (
    "New starter form",
    "Name: Priya Nair",
    "Role: Part 2 architectural assistant",
    "Start date: first Monday of next month",
    "Equipment: 15-inch laptop with dedicated graphics, dock, two 27-inch monitors",
    "Software: Revit, Rhino, Microsoft 365, Bluebeam",
    "Access: projects drive (read and write), fee accounts (none)",
    "Approved by: Tom Hale",
)
_VPN_LOG = b"""\
09:02:11.418 INFO  profile=office state=CONNECTING gateway=vpn.fairweather-architects.example:443
09:02:12.006 INFO  profile=office state=CONNECTED mtu=1500 assigned=10.20.4.31
09:14:40.772 WARN  keepalive missed (1/3)
09:14:50.775 WARN  keepalive missed (2/3)
09:15:00.779 WARN  keepalive missed (3/3)
09:15:00.781 ERROR profile=office state=DISCONNECTED reason=PEER_TIMEOUT after=748s
09:15:06.204 INFO  profile=office state=CONNECTING gateway=vpn.fairweather-architects.example:443
09:15:06.911 INFO  profile=office state=CONNECTED mtu=1500 assigned=10.20.4.31
09:27:19.360 ERROR profile=office state=DISCONNECTED reason=PEER_TIMEOUT after=732s
"""

VPN = Thread(
    "vpn",
    ENGLISH_DESK,
    (
        Wrote(
            When(4, "09:31"),
            OLIVIA,
            "VPN drops every ten minutes from home",
            "Hello,\n\n"
            "since Monday the VPN disconnects about every ten minutes when I work from home. It"
            " reconnects by itself, but Revit loses the central model each time and I have to open it"
            " again. My internet is fine otherwise. The log from this morning is attached.\n\n"
            "Many thanks,\n"
            "Olivia Grant",
            files=(OutgoingFile("vpn-client.log", "text/plain", _VPN_LOG),),
        ),
        Sorted(When(4, "09:44"), ("VPN",)),
        Replied(
            When(4, "10:05"),
            "Hello Olivia,\n\n"
            "thank you for the log, that helps. The tunnel dies because keepalive packets get lost,"
            " which usually means the packet size is too large for your line at home. Two questions:\n\n"
            "- Did you get a new router or change your provider recently?\n"
            "- Does it also happen on your phone's hotspot?\n\n"
            "Best wishes,\n"
            "Your Nordlicht team",
            Status.PENDING,
        ),
        Answered(
            When(3, "14:48"),
            OLIVIA,
            "Hi,\n\n"
            "yes, we got a new router last weekend (fibre now). On the hotspot it has been stable for"
            " two hours, so it does look like the router.\n\n"
            "Olivia",
            like_outlook=True,
        ),
        Replied(
            When(3, "15:30"),
            "Hello Olivia,\n\n"
            "that fits. We have set a smaller packet size (MTU 1380) for your VPN profile. Please"
            " disconnect, wait a minute and connect again. If it stays up until tomorrow noon, we are"
            " done.\n\n"
            "Best wishes,\n"
            "Your Nordlicht team",
            Status.PENDING,
        ),
        Answered(
            When(minutes=152),
            OLIVIA,
            "Hello,\n\n"
            "much better, only one drop in two days. Could you have one more look at the profile,"
            " please? It happened earlier today while I was synchronising the model.\n\n"
            "Olivia",
            like_outlook=True,
        ),
    ),
)

LAPTOP = Thread(
    "laptop",
    ENGLISH_DESK,
    (
        Wrote(
            When(2, "10:12"),
            TOM,
            "New starter next month: laptop and accounts",
            "Hi all,\n\n"
            "Priya Nair joins us on the first Monday of next month. The filled-in form is attached."
            " Could you send a quote for the laptop and have the accounts ready by the Friday before?\n\n"
            "Thanks\n"
            "Tom Hale\n\n"
            "-- \n"
            "Fairweather Architects",
            files=(OutgoingFile("New starter form.docx", _WORD, papers.word(_STARTER)),),
        ),
        Sorted(When(2, "10:40"), ("Hardware", "New starter")),
        Replied(
            When(2, "11:15"),
            "Hi Tom,\n\n"
            "thank you, the form has everything we need. The quote is attached; delivery takes six"
            " working days, so we would need your OK by Thursday. The accounts will be ready in any"
            " case.\n\n"
            "Best wishes,\n"
            "Your Nordlicht team",
            Status.PENDING,
            (
                OutgoingFile(
                    "Quote 2026-318.pdf",
                    "application/pdf",
                    papers.pdf(
                        (
                            "Nordlicht IT-Service",
                            "Quote 2026-318 for Fairweather Architects",
                            "",
                            "1  Laptop 15 inch, 32 GB, dedicated graphics    1,890.00",
                            "1  Docking station                                210.00",
                            "2  Monitor 27 inch                                598.00",
                            "",
                            "Total net                                       2,698.00",
                        )
                    ),
                ),
            ),
        ),
    ),
)

SHARED_MAILBOX = Thread(
    "shared mailbox",
    ENGLISH_DESK,
    (
        Wrote(
            When(minutes=204),
            DANIEL,
            "Access to the office mailbox for two colleagues",
            "Good morning,\n\n"
            "Mrs Whitlock and Mr Osei will look after the school office while I am away next week."
            " Please give both of them access to office@millbrook-school.example, including sending from"
            " that address, from Monday until Friday.\n\n"
            "Kind regards\n"
            "Daniel Price\n"
            "School business manager",
        ),
    ),
)

SCANNER = Thread(
    "scanner",
    ENGLISH_DESK,
    (
        Wrote(
            When(5, "13:20"),
            TOM,
            "Scan to folder stopped working",
            "Hi,\n\n"
            "the copier on the first floor says 'authentication failed' when we scan to the projects"
            " folder. Scanning to e-mail still works.\n\n"
            "Tom",
        ),
        Replied(
            When(5, "13:52"),
            "Hi Tom,\n\n"
            "the copier's own account had an expired password. We have renewed it, and it no longer"
            " expires. Could you try one page?\n\n"
            "Best wishes,\n"
            "Your Nordlicht team",
            Status.PENDING,
        ),
        Answered(When(5, "14:07"), TOM, "Works again, thank you!\n\nTom"),
        Replied(
            When(5, "14:15"),
            "Glad to hear it. We close this one; just answer this mail if it comes back.\n\n"
            "Best wishes,\n"
            "Your Nordlicht team",
            Status.CLOSED,
        ),
    ),
)

THREADS = (VPN, LAPTOP, SHARED_MAILBOX, SCANNER)
