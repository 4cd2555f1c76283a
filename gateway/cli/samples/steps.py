"""What a conversation of the sample account is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.cli.samples.people import Desk, Person
from gateway.mail.compose import OutgoingFile
from gateway.rules.status import Status


@dataclass(frozen=True, slots=True)
class When:
    """A moment before the demo's first start: so many days ago at a time of the day, or minutes ago."""

    days: int = 0
    at: str = ""
    minutes: int = 0

    def before(self, now: datetime) -> datetime:
        """The moment itself, in UTC; times of the day are the machine's."""
        if not self.at:
            return now - timedelta(minutes=self.minutes)
        day = now.astimezone() - timedelta(days=self.days)
        hour, minute = (int(part) for part in self.at.split(":"))
        local = day.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
        return local.astimezone().astimezone(now.tzinfo)  # that day may have had another offset


@dataclass(frozen=True, slots=True)
class Wrote:
    """Somebody begins a conversation. `{number}` in the subject is the number of the ticket `about`."""

    when: When
    by: Person
    subject: str
    text: str
    html: str = ""
    files: tuple[OutgoingFile, ...] = ()
    header: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody answers the newest mail the desk sent them; `like_outlook` quotes as that program does."""

    when: When
    by: Person
    text: str
    files: tuple[OutgoingFile, ...] = ()
    like_outlook: bool = False
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class Replied:
    """The desk answers."""

    when: When
    text: str
    status: Status | None = None
    files: tuple[OutgoingFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """The desk writes a note that only colleagues see."""

    when: When
    text: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """The desk takes the ticket and says what it is about."""

    when: When
    tags: tuple[str, ...]


Step = Wrote | Answered | Replied | Noted | Sorted


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation, oldest step first; `name` is for other conversations to refer to."""

    name: str
    desk: Desk
    steps: tuple[Step, ...]
