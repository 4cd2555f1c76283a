"""What the desk says about input it cannot take, in the person's language.

The desk speaks English and knows no catalogue; its sentences that people meet in forms are listed here
so that they are translated like any other text.
"""

from gateway.desk.contacts import AddressTaken
from gateway.desk.pictures import LostPicture
from gateway.errors import DeskError, TooLarge
from gateway.i18n import _
from webui.wording import size


def N_(text: str) -> str:  # noqa: N802 - the name under which gettext's tools look for texts to translate
    """The text itself, marked for translation."""
    return text


_SAID = (
    N_("Please write a text."),
    N_("The text is too long."),
    N_("These are too many files."),
    N_("Files are held for a day only. Please attach again what is missing."),
    N_("A picture in the text is a PNG, JPEG, GIF or WebP."),
    N_("A picture in the text has at most 5 MB."),
    N_("A text has at most 20 pictures."),
    N_("Please name a recipient."),
    N_("These are too many recipients."),
    N_("This is not a valid e-mail address."),
    N_("There is no mailbox to send from yet."),
    N_("It is too late: the message is on its way."),
    N_("There is nobody with this login."),
    N_("There is no such customer."),
    N_("There is no such ticket."),
    N_("There is no such message."),
    N_("This ticket is merged already."),
    N_("This ticket is not merged."),
    N_("A ticket cannot be merged into itself."),
    N_("There is no such mailbox."),
    N_("This is not its address."),
    N_("This mailbox has an IMAP account already."),
    N_("This mailbox has no IMAP account."),
    N_("This mailbox is being fetched already."),
    N_("The mails there have not been counted yet."),
    N_("Fetching has not begun yet."),
    N_("This is no host name."),
    N_("A port is between 1 and 65535."),
    N_("A password is needed."),
    N_("A user name is needed."),
    N_("The saved password goes to no other server or user. Please type it."),
    N_("OAuth needs the address that gives tokens, and a client id."),
    N_("This is no address of a token server."),
    N_("This mailbox has no SMTP account."),
    N_("Name between one and 8 folders."),
    N_("Mails cannot be moved to a folder that is fetched."),
    N_("This is empty, too long or has characters that cannot be sent."),
    N_("This language is not spoken here."),
    N_("This number is too small or too large."),
    N_("There is no such attachment."),
    N_("This file has not been scanned for viruses yet. Please try again in a moment."),
    N_("The virus scanner could not look into this file, so it stays closed."),
    N_("The virus scanner found something in this file, so it stays closed."),
    N_("The virus scanner keeps a file of this message closed, so the original is closed, too."),
    N_("A name has 1 to 200 characters."),
    N_("A customer has at most 100 domains."),
    N_("One of these domains belongs to another customer."),
    N_("This is not a mail domain."),
    N_("Please name your business."),
    N_("There is no such contact."),
    N_("There is no such address."),
    N_("There is no such merge."),
    N_("A contact cannot be merged with itself."),
    N_("This contact is merged already."),
    N_("Merging can be undone for 30 days; they are over."),
    N_("None of the addresses that came with it is there any more."),
    N_("Every address that is there came with it, so it cannot go."),
    N_("This is undone already."),
    N_("The last address stays: by it the contact is known."),
    N_("A contact has at most 50 addresses."),
    N_("A person's name has at most 300 characters."),
    N_("The note is too long."),
    N_("A file has at most 10 MiB."),
    N_("A file has at most 20000 lines below the first one."),
    N_("This is no text in UTF-8, UTF-16 or Windows-1252."),
    N_("This is no CSV: a quotation mark in it is not closed, or stands where none may."),
    N_("A column is named twice in the first line."),
    N_("The first line has to name the columns, at least customer or addresses."),
    N_("Please choose a file."),
    N_("This line has more cells than there are columns."),
    N_("A line needs a customer or an address."),
    N_("Domains, groups and their note need a customer."),
    N_("Several customers have this name: name one by its id."),
    N_("A person needs an address."),
    N_("These addresses belong to several contacts: merge them first."),
    N_("What this line builds on could not be made."),
    N_("An account has at most 500 groups."),
    N_("There is a group with this name already."),
    N_("There is no such group."),
    N_("A login has 2 to 100 letters, digits or any of . _ @ + - and begins with a letter or digit."),
    N_("This login is taken."),
    N_("A password has 10 to 1000 characters."),
    N_("There is a mailbox with this address already."),
    N_(
        "This name cannot be chosen. One has 2 to 40 letters, digits, dots and hyphens, and is none of those"
        " that are reserved, as postmaster."
    ),
    N_("This invitation has been used or is too old. Please ask for a new one."),
    N_("Please confirm your e-mail address first: until then no mail is sent."),
    N_("Too many tries. Please wait a few minutes."),
    N_("This link has been used or is too old. Please ask for a new one."),
    N_("This is not your password."),
    N_("This code is not right. Please take the one that the app shows now."),
    N_("The second factor is on already."),
    N_("This passkey could not be used. Please try again."),
    N_("This passkey is registered already."),
    N_("A person has at most 20 passkeys."),
    N_("Please set up your own second factor first."),
    N_("There is no such passkey."),
    N_("There is no such invitation."),
    N_("Invite somebody as admin or as staff."),
    N_("Please choose at least one group."),
    N_("Invite a guest to one ticket, one customer or one group."),
    N_("This is the address of a mailbox here. Please name a person's own."),
    N_("Please choose a day from today on, ten years ahead at most."),
    N_("The day has passed until which this invitation was meant. Please choose another."),
    N_("Somebody with this address is deactivated here. Please activate them again."),
    N_("Somebody with this address works here already."),
    N_("This address is invited to this already."),
    N_("An account has at most 200 open invitations."),
    N_("These are too many invitations in an hour. Please wait."),
    N_("This invitation was accepted or revoked already."),
    N_("This was accepted: who came by it is among the people who work here."),
    N_("This invitation has been used, was withdrawn or is too old. Please ask for a new one."),
    N_("This invitation is for somebody else."),
    N_("You have a login here already. Please sign in, then accept."),
    N_("Please fill this in."),
    N_("This is too long."),
    N_("There is no such token."),
    N_("An account has at most 100 tokens."),
    N_("You are not allowed to do this."),
    N_("Not found."),
    N_("This input cannot be accepted."),
    N_("This cursor is not valid."),
    N_("Something went wrong on our side. Please try again later."),
    N_("The service is temporarily unavailable. Please try again later."),
    N_("Insufficient storage. Please try again later."),
    N_("This conflicts with the present state."),
    N_("This message was dismissed already."),
    N_("This message was released already."),
    N_("There is nothing to send again to this recipient."),
    N_("This failure is on the list no more."),
    N_("This message does not wait to be sent later."),
    N_("Nothing of this is held back any more."),
    N_("A span reads 09:00-17:00; several are separated by commas."),
    N_("A time is between 00:00 and 24:00."),
    N_("A span ends later than it begins. What goes past midnight goes on in the next day."),
    N_("The spans of a day must not overlap."),
    N_("A day has at most 4 spans."),
    N_("A closed day reads 2026-12-24: year, month, day."),
    N_("At most 200 closed days can be named."),
    N_("There is no such time zone. One reads Europe/Berlin."),
    N_("This mailbox was checked less than a minute ago. Please try again in a minute."),
    N_("This moment has passed already."),
    N_("A message can wait for a year at most."),
    N_("Please choose a date and a time."),
    N_("A name has 1 to 100 characters."),
    N_("There is no such canned reply."),
    N_("An internal note never leaves the house, so it cannot be forwarded."),
    N_("There is no original of this message."),
    N_("There is a canned reply with this name already."),
    N_("An account has at most 200 canned replies."),
    N_("A placeholder in double braces is not one of those listed here."),
    N_("Only the owner can change this."),
    N_("You cannot do this to yourself."),
    N_("A colleague is admin or staff."),
    N_("There is no such person."),
    N_("This person is deactivated."),
    N_("This person is deactivated already."),
    N_("This person is active already."),
    N_("Please fill this in."),
    N_("This is too long."),
    N_("Please choose at least one group."),
    N_("Please choose somebody else."),
    N_("Somebody in this account has this e-mail address already."),
    N_("The e-mail address was changed too often. Please try again in a few days."),
    N_("The last day comes before the first one."),
    N_("These days are over already."),
    N_("An absence lasts two years at most."),
    N_("Please choose a day."),
    N_("The new owner has to be active and to have confirmed their address."),
)


def in_words(error: DeskError) -> str:
    """The error's public text in the language of the moment."""
    if isinstance(error, TooLarge) and error.limit_bytes:
        return too_large(size(error.size_bytes), error.limit_bytes)
    if isinstance(error, LostPicture):
        words = _("The picture %(name)s is no longer here: paste it again, or take it out of the text.")
        return words % {"name": error.name}
    if isinstance(error, AddressTaken):
        return _("This address belongs to %(name)s.") % {"name": error.whose}
    return _(error.public)


def too_large(told_size: str, limit_bytes: int) -> str:
    """That a message of this size cannot be sent; the page fills the size in as files are chosen."""
    words = _("With its attachments the message has %(size)s; at most %(limit)s can be sent.")
    return words % {"size": told_size, "limit": size(limit_bytes)}
