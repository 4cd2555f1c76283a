"""A program that makes a small picture of a large one: bytes in, WebP out, nothing else allowed.

Decoders of pictures are written in C and read what strangers made, so they run in a process of their own
that has bound itself beforehand: memory, processor time, no further file, no further process.
"""

import contextlib
import io
import os
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 480
MAX_PIXELS = 50_000_000
"""After a JPEG was scaled down while it is decoded; three of its copies must fit into the memory."""

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 8
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_OPEN_FILES = 3  # the standard ones


def preview(content: bytes) -> bytes:
    """A WebP of at most `MAX_SIDE` pixels a side, upright, without a word of the original's metadata.

    Of moving pictures it is the first frame. Raises ValueError for too many pixels, or what the decoder does.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # counted here, after the cheap way of making a JPEG smaller
    with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
        width, height = opened.size
        if width * height > MAX_PIXELS:
            raise ValueError("too many pixels")
        upright = _plain(ImageOps.exif_transpose(opened))
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    bare = upright.copy()
    bare.info.clear()
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()


def _plain(picture: "Image.Image") -> "Image.Image":
    """In colours that WebP knows, see-through where the original is."""
    see_through = picture.has_transparency_data
    return picture.convert("RGBA" if see_through else "RGB")


def bind() -> None:
    """Give up all that decoding does not need; for good."""
    limits = [
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ]
    for what, limit in limits:
        with contextlib.suppress(ValueError, OSError):  # not every system knows every one
            resource.setrlimit(what, (limit, limit))


def load() -> None:
    """Import, while files can still be opened, all that a preview needs: by making one of each format."""
    from PIL import Image

    for name in _FORMATS:
        sample = io.BytesIO()
        Image.new("RGB", (1, 1)).save(sample, name)
        preview(sample.getvalue())


def main() -> int:
    """Read a picture from stdin, write its preview to stdout; status 1 when that cannot be done."""
    os.nice(10)
    load()
    bind()
    content = sys.stdin.buffer.read()
    try:
        made = preview(content)
    except Exception:  # noqa: BLE001 - whatever a decoder raises: there is no preview, and nobody to tell
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
