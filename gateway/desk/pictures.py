"""Pictures that staff put into their text: what may be one, and which Content-ID each gets."""

from collections.abc import Collection, Iterable

from gateway.errors import Invalid
from gateway.mail.markdown import missing_pictures, named_pictures

MAX_PICTURES = 20
MAX_PICTURE_BYTES = 5 * 1024 * 1024
PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class LostPicture(Invalid):
    """The text names a picture that is not there: it would go out as `![name]`."""

    def __init__(self, name: str) -> None:
        self.name = name
        words = f"The picture {name} is no longer here: paste it again, or take it out of the text."
        super().__init__(words, field="text")


def check_named(text: str, filenames: Collection[str]) -> None:
    """Raise LostPicture where the text shows a picture that is not among these files."""
    if lost := missing_pictures(text, filenames):
        raise LostPicture(lost[0])


def check_picture(detected_type: str, size_bytes: int) -> None:
    """Raise Invalid for what is no picture that every mail program shows, or too large for one."""
    if detected_type not in PICTURE_TYPES:
        raise Invalid("A picture in the text is a PNG, JPEG, GIF or WebP.", field="files")
    if size_bytes > MAX_PICTURE_BYTES:
        raise Invalid("A picture in the text has at most 5 MB.", field="files")


def content_ids(names: Iterable[str], text: str, *, public_id: str, domain: str) -> dict[str, str]:
    """The Content-ID of each picture whose name stands in the text as `![name]`.

    Of several with one name the first has the place; whatever has none goes as an attachment. Raises
    Invalid above 20 pictures.
    """
    told = list(names)
    if len(told) > MAX_PICTURES:
        raise Invalid("A text has at most 20 pictures.", field="files")
    placed = named_pictures(text)
    unique = [name for name in dict.fromkeys(told) if name in placed]
    return {name: f"{public_id}.{number}@{domain}" for number, name in enumerate(unique, 1)}
