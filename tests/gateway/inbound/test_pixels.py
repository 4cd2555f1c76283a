"""The program that makes previews: what it makes, and how it binds itself before it reads a byte."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from gateway.inbound import pixels
from gateway.inbound.pixels import MAX_SIDE, preview

ORIENTATION, ARTIST = 0x0112, 0x013B


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = (1200, 600), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size).save(made, form, **options)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("GIF", "P"),
        ("WEBP", "RGB"),
        ("BMP", "RGB"),
    ],
)
def test_every_kind_of_picture_becomes_a_small_webp(form: str, mode: str) -> None:
    made = opened(preview(picture(form, mode)))
    assert (made.format, made.size) == ("WEBP", (MAX_SIDE, MAX_SIDE // 2))


def test_a_small_picture_keeps_its_size_and_what_is_see_through() -> None:
    made = opened(preview(picture("PNG", "RGBA", (30, 20))))
    assert (made.size, made.mode) == ((30, 20), "RGBA")


def test_a_photograph_stands_upright_and_tells_nothing() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST] = 6, "Ann Example"
    content = picture("JPEG", exif=exif, comment=b"at home", icc_profile=b"profile")
    made = preview(content)
    assert opened(made).size == (MAX_SIDE // 2, MAX_SIDE)
    assert not any(word in made for word in (b"Ann Example", b"at home", b"EXIF", b"profile"))


def test_a_picture_of_too_many_pixels_is_refused_unread() -> None:
    with pytest.raises(ValueError, match="too many pixels"):
        preview(picture("PNG", "1", (10_000, 10_000)))


@pytest.mark.parametrize("form", ["TIFF", "ICO", "PPM"])
def test_kinds_that_mails_hardly_bring_are_not_even_decoded(form: str) -> None:
    with pytest.raises(OSError, match="cannot identify"):
        preview(picture(form, size=(32, 32)))


def bound(code: str) -> str:
    """What a line of Python says after the program has bound itself."""
    program = "from gateway.inbound import pixels\nimport sys\npixels.load()\npixels.bind()\n"
    attempt = f"try:\n    {code}\nexcept BaseException as error:\n    print(type(error).__name__)\n"
    root = Path(pixels.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program + attempt],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.strip() or f"status {done.returncode}"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer limits")
@pytest.mark.parametrize(
    ("attempt", "end"),
    [
        ("open('/etc/passwd')", "OSError"),
        ("open('/tmp/x', 'w')", "OSError"),
        ("__import__('socket').create_connection(('127.0.0.1', 1))", "OSError"),
        ("bytearray(2**30)", "MemoryError"),
        ("exec('while True: pass')", "status -9"),
    ],
)
def test_once_bound_it_can_do_nothing_else(attempt: str, end: str) -> None:
    assert bound(attempt) == end
