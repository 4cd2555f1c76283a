"""What we hand out and take back unchanged: signed with the installation's key, and good for a while."""

import hashlib

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from webui.office import office


class _Signer(TimestampSigner):
    """Asks our clock for the time."""

    def get_timestamp(self) -> int:
        return int(office().clock.now().timestamp())


def serializer(purpose: str) -> URLSafeTimedSerializer:
    """Signs and reads values for one purpose; what was signed for another is none."""
    return URLSafeTimedSerializer(
        office().settings.key(),
        salt=purpose,
        signer=_Signer,
        signer_kwargs={"digest_method": hashlib.sha256},
    )
