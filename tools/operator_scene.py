"""An installation with an operator and some more accounts, for the pictures of the operator's pages."""

import subprocess
import sys
from collections.abc import Mapping

POLICY = {
    "en": """This is how Nordlicht Support deals with what it knows of you.

# What is kept
- **Your mails** and the files in them, for as long as your request is kept.
- Your name, your address and, if you told us, your company.

# Who sees it
Only the people whom you have written to. Nothing goes to anybody else.

# Your rights
Write to datenschutz@nordlicht.example and you get a copy of it all, or have it deleted.""",
    "de": """So geht Nordlicht Support mit dem um, was es über Sie weiß.

# Was aufbewahrt wird
- **Ihre Mails** und die Dateien darin, solange Ihre Anfrage aufbewahrt wird.
- Ihr Name, Ihre Adresse und, falls Sie sie genannt haben, Ihre Firma.

# Wer es sieht
Nur die Menschen, denen Sie geschrieben haben. An niemanden sonst geht etwas.

# Ihre Rechte
Schreiben Sie an datenschutz@nordlicht.example, und Sie bekommen eine Kopie oder lassen alles löschen.""",
}
NOTICE = {
    "en": "On Saturday from 22:00 to 22:30 the desk is updated. Mail that comes in meanwhile waits.",
    "de": "Am Samstag von 22:00 bis 22:30 Uhr wird aktualisiert. Mails, die dann eintreffen, warten.",
}
_OTHERS = ("holm", "kanzlei-brandt", "praxis-yildiz", "fairweather")
_SECONDS = 60


def appoint(login: str, environment: Mapping[str, str]) -> None:
    """Make this owner's account the operator's, and give it other accounts to look at."""
    for other in _OTHERS:
        named = (f"--login={other}", f"--email={other}@{other}.example", "--password-stdin")
        _call(environment, "account", "create", *named, typed="a password for the pictures\n")
    _call(environment, "operator", "appoint", login)


def _call(environment: Mapping[str, str], *words: str, typed: str = "") -> None:
    program = [sys.executable, "-m", "gateway.cli.main", *words]
    subprocess.run(
        program,
        env=dict(environment),
        input=typed,
        text=True,
        check=True,
        timeout=_SECONDS,
        stdout=subprocess.DEVNULL,
    )
