"""What we hand out and take back unchanged: signed with the installation's key, and good for a while."""

import hashlib
from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from gateway.clock import Clock
from webui.office import office


class _Signer(TimestampSigner):
    """Asks our clock for the time; may sign after its request has ended."""

    def __init__(self, *arguments: Any, clock: Clock, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock.now().timestamp())


def serializer(purpose: str) -> URLSafeTimedSerializer:
    """Signs and reads values for one purpose; what was signed for another is none."""
    here = office()
    return URLSafeTimedSerializer(
        here.settings.key(),
        salt=purpose,
        signer=_Signer,
        signer_kwargs={"digest_method": hashlib.sha256, "clock": here.clock},
    )
