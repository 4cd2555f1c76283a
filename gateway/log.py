"""The event log: names and fields, one JSON object a line in service, coloured on a terminal.

Never an address, a subject, a body or a token: fields are ids, counts, durations and states.
"""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor


def configure(*, json: bool | None = None, level: str = "INFO") -> None:
    """Set up logging of this process; JSON lines unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if json is None else json
    # Not the coloured tracebacks: those print local variables, and so what people wrote.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Processor = structlog.processors.JSONRenderer() if as_json else console
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        chain.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )


class _Lossy:
    """Where events are written: a full disk under the log loses lines, and stops nobody's work."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write it, or not."""
        with suppress(OSError):
            self._file.write(text)
            self._file.flush()

    def flush(self) -> None:
        """Each write is through already."""


def name_request(request_id: str) -> None:
    """Every event of this thread names this request from now on, also in what it starts."""
    structlog.contextvars.bind_contextvars(request=request_id)


def forget_request() -> None:
    """The request is over."""
    structlog.contextvars.unbind_contextvars("request")


def get(part: str) -> FilteringBoundLogger:
    """The log of one part of the program."""
    logger: FilteringBoundLogger = structlog.get_logger(part=part)
    return logger
