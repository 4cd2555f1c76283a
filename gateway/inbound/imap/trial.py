"""A dry run: what an import would bring, counted from the header fields that tie mails together."""

from collections.abc import Callable, Sequence

from gateway.inbound.imap.session import ImapSession
from gateway.mail.peek import thread_ids
from gateway.rules.threads import Threads
from gateway.store.imap import FolderCount, LeasedSource

_AT_ONCE = 200


def count(
    source: LeasedSource, open_session: Callable[[], ImapSession]
) -> tuple[Sequence[FolderCount], int] | None:
    """Each folder's mails and threads, and the threads in all; nothing is fetched or marked.

    None where nothing has changed since the last count. Raises ServerFault and Stopped.
    """
    session = open_session()
    if not _has_changed(source, session):
        return None
    together = Threads()
    counts = [_count(session, name, together) for name in source.folders]
    return counts, together.count


def _count(session: ImapSession, name: str, together: Threads) -> FolderCount:
    selected = session.select(name, readonly=True)
    uids = [uid for uid in session.list_uids(1) if uid < selected.uidnext]
    own = Threads()
    for start in range(0, len(uids), _AT_ONCE):
        for block in session.read_threads(uids[start : start + _AT_ONCE]):
            message_id, references = thread_ids(block)
            own.add(message_id, references)
            together.add(message_id, references)
    return FolderCount(name, selected.uidvalidity, selected.uidnext, len(uids), own.count)


def _has_changed(source: LeasedSource, session: ImapSession) -> bool:
    known = (source.trial or {}).get("folders", [])
    if [folder["name"] for folder in known] != list(source.folders):
        return True
    for folder in known:
        now = session.status(folder["name"])
        if (now.uidvalidity, now.uidnext) != (folder["uidvalidity"], folder["uidnext"]):
            return True
    return False
