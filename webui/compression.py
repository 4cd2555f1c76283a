"""Pages leave compressed when the browser can read that and it is worth it."""

import zlib

from flask import Flask, Response, request

_LEAST_BYTES = 1024
_LEVEL = 1  # the levels above cost more time than they save bytes on a page of ours
_GZIP = 16 + zlib.MAX_WBITS
_TEXTS = ("text/", "application/json", "application/problem+json", "image/svg+xml")


def install(app: Flask) -> None:
    """Compress whole answers of text over one kilobyte."""

    @app.after_request
    def compress(response: Response) -> Response:
        if (
            response.is_streamed
            or response.direct_passthrough
            or not (response.content_type or "").startswith(_TEXTS)
            or "gzip" not in request.headers.get("Accept-Encoding", "")
            or "Content-Encoding" in response.headers
        ):
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        if len(body) >= _LEAST_BYTES:
            packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
            response.set_data(packer.compress(body) + packer.flush())
            response.headers["Content-Encoding"] = "gzip"
        return response
