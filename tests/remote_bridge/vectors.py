"""Read the vectors that both twins of the protocol are held to; `tools/remote_vectors.py` writes them."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from remote_bridge.protocol.errors import ProtocolError
from tools.remote_vectors import FOLDER

_Data = TypeVar("_Data")


def vectors_of(name: str) -> Any:
    """What the file of this name holds."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def code_of(read: Callable[[_Data], object], data: _Data) -> int | None:
    """How reading these data closes a socket; None: it does not."""
    try:
        read(data)
    except ProtocolError as error:
        return error.code.value
    return None
