"""The German conversations of the sample account."""

from gateway.cli.samples import papers, pictures
from gateway.cli.samples.people import (
    AYLIN,
    BACKUP,
    GERMAN_DESK,
    JONAS,
    KATRIN,
    LARS,
    MARTEN,
    MEIKE,
    PETRA,
    SABINE,
)
from gateway.cli.samples.steps import Answered, Noted, Replied, Sorted, Thread, When, Wrote
from gateway.mail.compose import OutgoingFile
from gateway.rules.status import Status

_PRINTER = OutgoingFile("display.png", "image/png", pictures.printer_display(), True, "display@kanzlei")  # noqa: FBT003
_PRINTER_HTML = """<p>Guten Tag,</p>
<p>unser Drucker am Empfang meldet seit heute Morgen einen <b>Papierstau in Fach 2</b>. Wir haben das Fach
schon zweimal geöffnet, es steckt aber kein Papier darin. Das steht im Display:</p>
<p><img src="cid:display@kanzlei" alt="Display des Druckers: 13.02 Papierstau" width="420" height="200"></p>
<p>Um 14 Uhr brauchen wir die Unterlagen für einen Termin. Können Sie sich das bitte vorher ansehen?</p>
<p>Mit freundlichen Grüßen<br>Sabine Brandt<br>Kanzlei Brandt &amp; Partner</p>
"""
_INVOICE = (
    "Nordlicht IT-Service",
    "Rechnung 2026-1042",
    "",
    "Bäckerei Holm GmbH, Filiale Hafenstraße",
    "",
    "Pos. 1   Wartung Kassensystem, Oktober        180,00 EUR",
    "Pos. 2   Wartung Kassensystem, Oktober        180,00 EUR",
    "Pos. 3   Netzteil Bondrucker, 1 Stück           39,90 EUR",
    "",
    "Summe netto                                    399,90 EUR",
)
_SUSPICIOUS = """\
From: "Paketdienst" <zustellung@paket-info.example>\r
To: reuter@kanzlei-brandt.example\r
Subject: Ihre Sendung konnte nicht zugestellt werden\r
Date: Mon, 02 Nov 2026 07:48:11 +0100\r
Message-ID: <48120.3371@paket-info.example>\r
Content-Type: text/plain; charset=utf-8\r
\r
Sehr geehrter Kunde,\r
\r
bitte bestaetigen Sie Ihre Anschrift innerhalb von 24 Stunden:\r
https://paket-info.example/bestaetigen?id=48120\r
"""

PRINTER = Thread(
    "printer",
    GERMAN_DESK,
    (
        Wrote(
            When(minutes=38),
            SABINE,
            "Drucker am Empfang: Papierstau Fach 2",
            "Guten Tag,\n\n"
            "unser Drucker am Empfang meldet seit heute Morgen einen Papierstau in Fach 2. Wir haben das"
            " Fach schon zweimal geöffnet, es steckt aber kein Papier darin. Ein Foto vom Display ist in"
            " der Mail.\n\n"
            "Um 14 Uhr brauchen wir die Unterlagen für einen Termin. Können Sie sich das bitte vorher"
            " ansehen?\n\n"
            "Mit freundlichen Grüßen\n"
            "Sabine Brandt\n"
            "Kanzlei Brandt & Partner",
            html=_PRINTER_HTML,
            files=(_PRINTER,),
        ),
    ),
)

OUTLOOK = Thread(
    "outlook",
    GERMAN_DESK,
    (
        Wrote(
            When(3, "08:52"),
            LARS,
            "Outlook fragt ständig nach dem Kennwort",
            "Moin,\n\n"
            "seit gestern fragt mein Outlook alle paar Minuten nach dem Kennwort, obwohl ich es richtig"
            " eingebe. Am Handy kommen die Mails ganz normal. Neu gestartet habe ich schon.\n\n"
            "Gruß\n"
            "Lars Hansen",
        ),
        Sorted(When(3, "09:10"), ("Outlook",)),
        Replied(
            When(3, "09:24"),
            "Guten Tag Herr Hansen,\n\n"
            "vermutlich hält Windows noch das alte Kennwort fest. Bitte gehen Sie so vor:\n\n"
            "1. Outlook schließen\n"
            "2. Systemsteuerung → Anmeldeinformationsverwaltung → Windows-Anmeldeinformationen\n"
            "3. alle Einträge löschen, die mit „MicrosoftOffice16“ beginnen\n"
            "4. Outlook starten und das Kennwort einmal eingeben\n\n"
            "Kommt die Frage danach wieder?\n\n"
            "Viele Grüße\n"
            "Ihr Nordlicht-Team",
            Status.PENDING,
        ),
    ),
)

INVOICE = Thread(
    "invoice",
    GERMAN_DESK,
    (
        Wrote(
            When(1, "15:21"),
            MEIKE,
            "Rechnung 2026-1042: Wartung doppelt berechnet?",
            "Hallo zusammen,\n\n"
            "auf der Rechnung 2026-1042 (im Anhang) steht die Wartung vom Oktober zweimal. Die Filiale"
            " am Markt haben Sie doch mit 2026-1041 schon abgerechnet? Bitte schauen Sie einmal nach und"
            " schicken Sie uns gegebenenfalls eine berichtigte Rechnung.\n\n"
            "Herzliche Grüße\n"
            "Meike Holm\n\n"
            "-- \n"
            "Bäckerei Holm GmbH\n"
            "Hafenstraße 8",
            files=(OutgoingFile("Rechnung 2026-1042.pdf", "application/pdf", papers.pdf(_INVOICE)),),
        ),
    ),
)

CARD_READER = Thread(
    "card reader",
    GERMAN_DESK,
    (
        Wrote(
            When(6, "07:41"),
            AYLIN,
            "Kartenlesegerät am Empfang ohne Verbindung",
            "Guten Morgen,\n\n"
            "das Kartenlesegerät am Empfang zeigt „Konnektor nicht erreichbar“, wir können keine Karten"
            " einlesen. Um 8 Uhr beginnt die Sprechstunde.\n\n"
            "Dr. A. Yıldız",
        ),
        Replied(
            When(6, "07:49"),
            "Guten Morgen Frau Dr. Yıldız,\n\n"
            "nach dem Stromausfall heute Nacht hat der Konnektor eine neue Adresse bekommen. Wir haben"
            " sie wieder fest eingetragen. Bitte ziehen Sie am Lesegerät einmal kurz das Netzwerkkabel"
            " ab und stecken Sie es wieder ein.\n\n"
            "Viele Grüße\n"
            "Ihr Nordlicht-Team",
        ),
        Answered(
            When(6, "07:58"),
            AYLIN,
            "Läuft wieder, vielen Dank für die schnelle Hilfe!\n\nA. Yıldız",
        ),
        Noted(
            When(6, "08:05"),
            "Konnektor hängt ohne USV an der Steckdosenleiste im Flur. Beim nächsten Termin eine kleine USV"
            " anbieten.",
        ),
        Replied(
            When(6, "08:06"),
            "Sehr gern. Bei unserem nächsten Termin sprechen wir kurz über eine Absicherung gegen"
            " Stromausfall.\n\n"
            "Einen ruhigen Tag wünscht\n"
            "Ihr Nordlicht-Team",
            Status.CLOSED,
        ),
    ),
)

SLOW_LINE = Thread(
    "slow line",
    GERMAN_DESK,
    (
        Wrote(
            When(4, "10:17"),
            LARS,
            "Internet im Lager 2 sehr langsam",
            "Moin,\n\n"
            "im Lager 2 ist das Internet seit dem Wochenende kaum zu gebrauchen, die Scanner brauchen"
            " für jede Buchung fast eine Minute. Im Büro ist alles normal. Eine Messung habe ich"
            " angehängt.\n\n"
            "Gruß\n"
            "Lars Hansen",
            files=(OutgoingFile("Messung Lager 2.png", "image/png", pictures.speed_test()),),
        ),
        Sorted(When(4, "10:30"), ("Netzwerk",)),
        Replied(
            When(4, "11:02"),
            "Guten Tag Herr Hansen,\n\n"
            "die Messung ist eindeutig: Der Anschluss im Lager 2 läuft über die alte Leitung statt über"
            " Glasfaser. Wir haben eine Störung beim Anbieter gemeldet (Nummer 7734-20) und melden uns,"
            " sobald wir einen Termin haben.\n\n"
            "Viele Grüße\n"
            "Ihr Nordlicht-Team",
        ),
    ),
)

TECHNICIAN = Thread(
    "technician",
    GERMAN_DESK,
    (
        Wrote(
            When(1, "13:35"),
            MARTEN,
            "AW: Internet im Lager 2 sehr langsam [#{number}]",
            "Guten Tag,\n\n"
            "Herr Hansen hat mir Ihre Vorgangsnummer gegeben. Der Techniker kommt übermorgen zwischen 8"
            " und 10 Uhr ins Lager 2. Bitte sorgen Sie dafür, dass jemand den Verteilerraum"
            " aufschließt.\n\n"
            "Marten Claus\n"
            "Nordnetz, Entstörung",
            about="slow line",
        ),
    ),
)

NEW_COLLEAGUE = Thread(
    "new colleague",
    GERMAN_DESK,
    (
        Wrote(
            When(2, "11:26"),
            PETRA,
            "Zugang für neue Kollegin zum 1. des Monats",
            "Guten Tag,\n\n"
            "zum Monatsersten beginnt Frau Nele Thomsen bei uns in der Disposition. Sie braucht ein"
            " Postfach, Zugriff auf das Laufwerk „Dispo“ und einen Zugang zum Versandportal. Ein Rechner"
            " ist vorhanden.\n\n"
            "Vielen Dank\n"
            "Petra Voss\n"
            "Personal, Hansen Logistik",
        ),
        Replied(
            When(2, "12:10"),
            "Guten Tag Frau Voss,\n\n"
            "Postfach und Laufwerk richten wir morgen ein. Für das Versandportal brauchen wir noch die"
            " Freigabe von Herrn Hansen: Soll Frau Thomsen buchen dürfen oder nur lesen?\n\n"
            "Viele Grüße\n"
            "Ihr Nordlicht-Team",
            Status.PENDING,
        ),
        Answered(
            When(2, "12:11"),
            PETRA,
            "Vielen Dank für Ihre Nachricht. Ich bin bis Ende der Woche nicht im Büro und lese meine"
            " Mails nicht. In dringenden Fällen wenden Sie sich bitte an Lars Hansen.\n\n"
            "Petra Voss",
            is_automatic=True,
        ),
    ),
)

PHISHING = Thread(
    "phishing",
    GERMAN_DESK,
    (
        Wrote(
            When(minutes=96),
            JONAS,
            "Ist diese Mail echt?",
            "Guten Tag,\n\n"
            "die angehängte Mail kam heute früh, angeblich von einem Paketdienst. Wir erwarten"
            " tatsächlich ein Paket, aber die Adresse des Absenders kommt mir seltsam vor. Ich habe noch"
            " nichts angeklickt.\n\n"
            "Freundliche Grüße\n"
            "Jonas Reuter",
            files=(OutgoingFile("Ihre Sendung.eml", "message/rfc822", _SUSPICIOUS.encode()),),
        ),
        Sorted(When(minutes=90), ("Sicherheit",)),
        Noted(
            When(minutes=84),
            "Domain ist drei Tage alt, Absender ist gefälscht. Im Filter der Kanzlei gesperrt; prüfen,"
            " ob andere Postfächer dieselbe Mail haben, dann antworten.",
        ),
    ),
)

ENQUIRY = Thread(
    "enquiry",
    GERMAN_DESK,
    (
        Wrote(
            When(2, "17:03"),
            KATRIN,
            "Anfrage: IT-Betreuung für ein Büro mit fünf Plätzen",
            "Sehr geehrte Damen und Herren,\n\n"
            "wir sind ein Übersetzungsbüro mit fünf Arbeitsplätzen und suchen jemanden für die laufende"
            " Betreuung: Updates, Datensicherung, Hilfe bei Störungen. Was würde das ungefähr im Monat"
            " kosten, und wie schnell könnten Sie anfangen?\n\n"
            "Mit freundlichen Grüßen\n"
            "Katrin Engel",
        ),
    ),
)

BACKUP_FAILED = Thread(
    "backup failed",
    GERMAN_DESK,
    (
        Wrote(
            When(1, "03:12"),
            BACKUP,
            "[NAS-02] Backup task failed: Akten-taeglich",
            "Device:   NAS-02\n"
            "Task:     Akten-taeglich\n"
            "Started:  01:00:04\n"
            "Ended:    03:11:48\n"
            "Result:   Failed\n\n"
            "Reason: The destination volume is full (97 % used, 38 GB free).\n"
            "Please free up space or change the number of versions that are kept.",
            header="Auto-Submitted: auto-generated\r\n",
        ),
    ),
)

THREADS = (
    PRINTER,
    OUTLOOK,
    INVOICE,
    CARD_READER,
    SLOW_LINE,
    TECHNICIAN,
    NEW_COLLEAGUE,
    PHISHING,
    ENQUIRY,
    BACKUP_FAILED,
)
