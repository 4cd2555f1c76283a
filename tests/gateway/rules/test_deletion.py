"""Which mails ask that data be deleted, and which only speak of deleting; and what is a yes."""

import pytest

from gateway.rules.deletion import MOST_CHARS, asks_for_deletion, says_yes

ASKS = (
    "Bitte löschen Sie alle meine Daten.",
    (
        "Sehr geehrte Damen und Herren, hiermit fordere ich Sie auf, alle über mich gespeicherten "
        "personenbezogenen Daten gemäß Art. 17 DSGVO unverzüglich zu löschen."
    ),
    "Ich möchte, dass meine Daten gelöscht werden.",
    "Hallo, könnt ihr bitte mein Konto löschen?",
    "Löschen Sie bitte mein Kundenkonto und alle dazugehörigen Daten.",
    "Ich bitte um Löschung meiner personenbezogenen Daten.",
    "Ich mache von meinem Recht auf Löschung Gebrauch.",
    "Bitte loeschen Sie saemtliche Daten, die Sie ueber mich gespeichert haben.",
    "Bitte entfernen Sie meine E-Mail-Adresse aus Ihrer Datenbank.",
    "Ich widerrufe meine Einwilligung und verlange die Löschung meiner Daten.",
    "Können Sie bitte alles löschen, was Sie über mich gespeichert haben?",
    "Ich will mein Konto bei Ihnen löschen lassen.",
    "Wie kann ich meine Daten bei Ihnen löschen lassen?",
    "Bitte löschen Sie den Account meiner verstorbenen Mutter.",
    "Bitte streichen und löschen Sie mich aus Ihrer Kundendatenbank.",
    "Ich bin nicht mehr Kunde, bitte löschen Sie meine Daten.",
    "Bitte löschen Sie meine Daten, ich möchte nicht mehr angeschrieben werden.",
    "Meine Daten sollen vollständig gelöscht werden.",
    "Lösch meine Daten!",
    "Please delete my data.",
    "Please delete all personal data you hold about me.",
    "I hereby request the erasure of my personal data under Article 17 GDPR.",
    "I would like you to delete my account and everything associated with it.",
    "Hi there, could you please remove all my information from your systems? Thanks.",
    "Dear Sir or Madam, I am writing to exercise my right to erasure.",
    "I want all my data to be deleted.",
    "Can you erase everything you have about me?",
    "Delete my account.",
    "My personal data must be deleted within one month.",
    "I no longer wish to be a customer. Kindly erase my records from your database.",
    "We request deletion of our data after the end of the contract.",
    "I would like to have my profile deleted.",
    "Please remove me from your database.",
    "Please delete the photos I sent you; under the GDPR you may not keep them.",
    "I do not use the service any more, please delete my data.",
    "Please forget me and delete my details.",
    "I don't need the account any more. Please delete my account.",
    "Please delete my e-mail address and phone number from your records.",
    "I want to invoke my right to be forgotten.",
    (
        "Sehr geehrte Damen und Herren,\n\nhiermit verlange ich gem. Art. 17 Abs. 1 DSGVO die "
        "unverzügliche Löschung\nsämtlicher zu meiner Person gespeicherter Daten.\n\nMit freundlichen "
        "Grüßen\nAnna Muster"
    ),
    (
        "Hallo liebes Team,\nich habe gekündigt. Könnten Sie bitte\nalle meine persönlichen Daten "
        "löschen? Danke!"
    ),
    "Guten Tag, ich möchte Sie bitten, mein Kundenkonto samt allen Daten zu löschen. MfG",
    (
        "Dear support team,\n\nI am no longer using your service. Under Article 17 of the GDPR I request "
        "that you\nerase all personal data relating to me.\n\nKind regards, Bob"
    ),
    "To whom it may concern: please erase all of my personal data without undue delay.",
    "Please remove my personal information and close my account.",
    "Ich widerspreche der Verarbeitung und fordere Sie auf, meine Daten zu löschen.",
    "Moin, löscht bitte alles, was ihr von mir habt.",
    "Bitte lösch alle Daten von mir.",
    "Ich bitte Sie höflich, sämtliche mich betreffenden Daten zu löschen und mir das zu bestätigen.",
    "I'd like all the data you have on me deleted.",
    "I want you to delete all the information you've collected about me.",
    "Could you please make sure that all my data is deleted?",
    "Please confirm the deletion of my data.",
    "Bitte bestätigen Sie mir die Löschung meiner Daten.",
    "Als Anwalt von Frau Meier bitte ich um Löschung aller Daten meiner Mandantin.",
    "Ich nehme mein Recht auf Löschung wahr.",
    "Die von mir eingesandten Bewerbungsunterlagen bitte ich gemäß DSGVO zu löschen.",
    "Please erase my details from your records, as we spoke on the phone.",
    "Ihr habt meine Daten ohne Erlaubnis gespeichert. Löscht sie sofort!",
    "Please delete our customer data after termination of the contract.",
    "Kannst du bitte meinen Account löschen? Ich nutze ihn nicht mehr.",
    "Please delete all data associated with my email address.",
    "Entfernen Sie bitte meine Telefonnummer aus Ihrem System.",
    "You have stored my data. Please delete it.",
    "Please close my account and delete all data.",
    "Bitte schließen Sie mein Konto und löschen Sie alle Daten.",
)
ASKS_NOTHING = (
    "Bitte löschen Sie die Druckerwarteschlange.",
    "Der Drucker druckt nicht, ich habe die Warteschlange schon gelöscht.",
    "Ich habe versehentlich meine Daten gelöscht, können Sie sie wiederherstellen?",
    "Wie kann ich meine Nachrichten löschen?",
    "Wie lösche ich mein Konto auf dem Drucker?",
    "Bitte löschen Sie meine Daten nicht.",
    "Bitte löschen Sie meine Daten auf keinen Fall, ich brauche sie noch, nicht löschen.",
    "Bitte teilen Sie mir mit, ob meine Daten gelöscht wurden.",
    "Meine Daten wurden gelöscht, bitte helfen Sie mir.",
    "Bitte löschen Sie den Termin am Montag.",
    "Bitte löschen Sie meine Bestellung 4711.",
    "Bitte entfernen Sie mich aus dem Newsletter.",
    "Ich kann die Datei nicht löschen, bitte um Hilfe.",
    "Sie können jederzeit die Löschung Ihrer Daten verlangen.",
    "Wann löschen Sie meine Daten?",
    "Mein Passwort geht nicht, bitte zurücksetzen.",
    "Bitte löschen Sie meinen Browser-Cache, meine Daten bleiben ja.",
    "Ich möchte meine Adresse ändern, die alte bitte entfernen.",
    "Können Sie die doppelte Rechnung löschen?",
    "Beim Löschen eines Ordners kommt ein Fehler, bitte sehen Sie nach.",
    "Der Virus hat meine Daten gelöscht, bitte rufen Sie mich an.",
    "Ich möchte nicht, dass Sie meine Daten löschen.",
    "Please delete the print queue.",
    "Please delete my print job from the printer queue.",
    "I deleted my data by mistake, please restore it.",
    "How do I delete my account?",
    "How can I wipe my data from the old laptop before I sell it?",
    "Please do not delete my account.",
    "I don't want you to delete my data.",
    "Please tell me whether my data has been deleted.",
    "Somebody deleted my account, please help.",
    "Please remove me from your mailing list.",
    "You may request deletion of your data at any time.",
    "Please remove item 3 from my order.",
    "When will you delete my data?",
    "Could you delete the old invoice and send a new one?",
    "Please delete the temporary files, the disk is full.",
    "My data is not deleted after sync, please check.",
    "The delete button in my account does not work, please fix it.",
    "Please remove the virus from my computer, my data is in danger.",
    "Will my data be deleted if I cancel?",
    "Please delete my last email, I found the error myself.",
    "Can you remove the watermark from my document?",
    "I need to remove a user from our account, please tell me how to do that.",
    "What happens to my data when I ask you to delete my account?",
    "Please remove the lock from my account.",
    "Please delete the wrong phone number on my invoice.",
    "Bitte entfernen Sie die Sperre von meinem Konto.",
    "Die Schaltfläche zum Löschen fehlt in meinem Konto, bitte prüfen.",
    "Bitte löschen Sie den Eintrag vom 3. Mai aus meinem Konto.",
    "Can you please remove the charge from my account?",
    "Please remove Anna from our account, she left.",
    "Hallo, ich kann in Outlook keine Mails mehr löschen, bitte um Rückruf.",
    "Der Kollege hat unsere Kundendaten gelöscht. Können Sie bitte das Backup einspielen?",
    "Please remove the old printer from my profile, it is gone.",
    "Can you delete the duplicate ticket I opened?",
    "My account was deleted without my consent, I want it back.",
    "Could you please reset my account? I forgot my password.",
    "Ich habe mein Passwort vergessen, bitte setzen Sie mein Konto zurück.",
    "Unsubscribe. Please remove me from this list.",
    "Wir bitten um Entfernung der alten Rechner aus unserem Büro.",
    "Please forget my last mail.",
    "Vergessen Sie meine letzte Mail, hat sich erledigt.",
    "Bitte löschen Sie unseren Mitarbeiter Herrn Schulz aus dem Verteiler.",
    "I removed the data cable from my printer, please advise.",
    "Bitte das Konto von Herrn Schulz löschen, er ist ausgeschieden.",
    "My data volume is used up, please remove the throttle.",
    "Our data center move: please remove the old server rack on Monday.",
    "Die Löschtaste an meiner Tastatur klemmt, bitte Ersatz senden.",
    "Excel deletes my data when I save, please help.",
    "Ich möchte meine Daten sichern, bevor ich die Festplatte lösche.",
    "Could you delete row 5 in my report?",
    "Before you delete my account, please send me a copy of everything.",
    "Please remove malware from our systems, our data is at risk.",
    "Was müssen wir beachten, wenn Kunden die Löschung ihrer Daten verlangen?",
    "Do you delete my data when the contract ends?",
    "Bitte ändern Sie meine Bankdaten und löschen Sie die Lastschrift.",
    "Hinweis: Sie haben das Recht auf Auskunft, Berichtigung und Löschung Ihrer Daten nach DSGVO.",
    (
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, "
        "löschen Sie bitte diese Mail."
    ),
    (
        "If you are not the intended recipient, please delete this e-mail and notify us. We may hold "
        "personal data about you."
    ),
    (
        "This message is confidential. If you received it in error, please notify me and delete it from "
        "your system."
    ),
    "Please erase the whiteboard in our meeting room.",
    (
        "Sollten Sie diese Nachricht irrtümlich erhalten haben, informieren Sie mich bitte und löschen "
        "Sie diese E-Mail von Ihrem System."
    ),
    "Wie in der Datenschutzerklärung steht, werden meine Daten nach 3 Jahren gelöscht, ist das richtig?",
    "",
    "Ich brauche meine Daten.",
    "Please delete it.",
    "Please delete the old data center entries, thanks.",
)


@pytest.mark.parametrize("text", ASKS)
def test_who_asks_for_deletion_is_understood(text: str) -> None:
    assert asks_for_deletion("Hello", text)


@pytest.mark.parametrize("text", ASKS_NOTHING)
def test_who_only_speaks_of_deleting_is_not_taken_for_one(text: str) -> None:
    assert not asks_for_deletion("A question", text)


@pytest.mark.parametrize(
    "subject",
    [
        "Löschung meiner Daten",
        "Antrag auf Löschung",
        "GDPR deletion request",
        "Request for erasure",
        "Delete my account",
        "Löschantrag nach DSGVO",
        "Bitte meine Daten löschen",
        "Data erasure request",
    ],
)
def test_a_subject_alone_asks(subject: str) -> None:
    assert asks_for_deletion(subject, "Thank you.")


@pytest.mark.parametrize(
    "subject",
    [
        "Frage zur Löschung meiner Daten",
        "How to handle a GDPR erasure request: free webinar",
        "Löschung der Warteschlange",
        "Re: Removal of the printer",
        "Deletion of old folder",
        "Leitfaden: Antrag auf Löschung richtig bearbeiten",
        "Bitte nicht löschen: meine Daten",
    ],
)
def test_a_subject_about_deleting_asks_nothing(subject: str) -> None:
    assert not asks_for_deletion(subject, "Thank you.")


def test_only_the_beginning_is_looked_at() -> None:
    asks = "Please delete my data."
    padding = "x" * (MOST_CHARS - len(asks) - 2) + ". "
    assert asks_for_deletion("", padding + asks)
    assert not asks_for_deletion("", f"xx{padding}{asks}")


def test_what_is_written_is_read_in_capitals_with_odd_spaces_and_marks() -> None:
    assert asks_for_deletion("", "PLEASE   DELETE\r\nMY DATA!!!")
    assert asks_for_deletion("", "I’d like my data to be deleted")


@pytest.mark.parametrize(
    "text", ["Ja", "JA, bitte", "Yes please", "YES\n\nBest", "Ich bestätige das.", "\n\nja"]
)
def test_a_yes_is_one(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nein",
        "Ja, aber bitte nicht alles",
        "No",
        "Why do you ask?",
        "Thanks",
        "Yes, it was a mistake",
        "Hallo\nja",
        "Ja\n\nDoch lieber nicht",
        "Yesterday I wrote to you",
    ],
)
def test_whatever_else_is_none(text: str) -> None:
    assert not says_yes(text)
