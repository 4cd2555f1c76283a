"""What a door allows itself and others."""

COMMAND_BYTES = 1024
"""Longest command line: 512 of RFC 5321, 4.5.3.1.4, and room for the parameters of extensions."""

BLOCK_BYTES = 256 * 1024
"""Data is read and written in blocks up to this size; one takes about a millisecond of the loop."""

BUFFER_BYTES = 64 * 1024
"""A connection that has sent twice as much more than was read is not listened to for the moment."""

IDLE_SECONDS = 300.0
"""RFC 5321, 4.5.3.2.7."""

BAD_COMMANDS = 20
"""Commands that make no sense, before a client is told to go."""

GRACE_SECONDS = 4.0
"""How long a client may go on sending its mail after the door was told to close."""


KEEPING_SECONDS = 6.0
"""How long a mail that was sent whole may take to become durable: the database waits 5 s for a lock."""

THREADS = 8
"""Mails of one process that become durable at the same time; more wait for their turn."""

BACKLOG = 512
"""Connections that the kernel holds for us until they are taken."""
