"""Who asks: the address of the client's machine, also where a reverse proxy of one's own stands before us."""

from flask import request

from gateway.inbound.networks import contain, plain
from webui.office import office


def address() -> str:
    """The client's address; "" for what is none.

    Of X-Forwarded-For the last entry alone is believed, which the proxy itself has added: what stands
    before it, anybody may have written.
    """
    peer = plain(request.remote_addr)
    if not contain(office().proxies, peer):
        return peer
    return plain(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()) or peer
