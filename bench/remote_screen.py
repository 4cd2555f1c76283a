"""A customer's screen while it is measured: `python remote_screen.py :DISPLAY`, told by lines what to show.

Each line names a scene and is answered, once it is there, by a line of JSON: when each frame of the scene
before was drawn, by its number, in seconds since the epoch. The number is on the screen too, as a bar of 16
blocks.

patch, patch+video and page change at each key or button that is pressed on them: the patch and five squares
of the page are red or blue. typing, scroll, drag and video change by the clock.
"""

import json
import math
import random
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xcffib
import xcffib.xproto
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1920, 1080
BAR_X, BAR_Y, BLOCKS, BLOCK = 64, 32, 16, 16
PATCH = (800, 400, 320, 240)
VIDEO = (1200, 600, 640, 360)
SHEET = (300, 100, 1200, 900)
SQUARES = (
    (16, 16),
    (WIDTH - 16, 16),
    (16, HEIGHT - 16),
    (WIDTH - 16, HEIGHT - 16),
    (WIDTH // 2, HEIGHT // 2),
)
RED, BLUE = 0xFF0000, 0x0000FF

_PIECE_BYTES = 200_000
_VIDEO_FRAMES = 60
_WORDS = (
    "ticket",
    "customer",
    "reply",
    "printer",
    "invoice",
    "password",
    "network",
    "cable",
    "queue",
    "agent",
)
_EVENTS = xcffib.xproto.EventMask.KeyPress | xcffib.xproto.EventMask.ButtonPress
_PRESSES = (xcffib.xproto.KeyPressEvent, xcffib.xproto.ButtonPressEvent)


def photo(width: int, height: int, seed: int, detail: int = 80) -> Image.Image:
    """Soft clouds of colour with some grain, always the same of a seed."""
    made = np.random.default_rng(seed)
    whole = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((6, 1.0), (detail // 4, 0.5), (detail, 0.3)):
        coarse = made.random((max(2, cells * height // 1080), max(2, cells * width // 1920), 3)) * 255
        image = Image.fromarray(coarse.astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
        whole += weight * np.asarray(image, np.float32)
    whole += made.normal(0, 4, whole.shape).astype(np.float32)
    whole -= whole.min()
    return Image.fromarray((whole * (255 / whole.max())).astype(np.uint8))


def page_of_text(width: int, height: int, seed: int, *, is_dark: bool = False) -> Image.Image:
    """Lines of words in a few colours."""
    made = random.Random(seed)
    font = ImageFont.load_default(15)
    image = Image.new("RGB", (width, height), (24, 26, 30) if is_dark else (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for y in range(8, height - 20, 20):
        red, green, blue = made.choice([(30, 30, 30), (30, 30, 30), (0, 70, 160), (150, 30, 30)])
        ink = (255 - red, 255 - green, 255 - blue) if is_dark else (red, green, blue)
        line = " ".join(made.choice(_WORDS) for _ in range(width // 70))
        draw.text((10 + 20 * made.randint(0, 3), y), line, font=font, fill=ink)
    return image


def swapped_page(number: int) -> Image.Image:
    """A page with a picture in it, and squares that tell which it is."""
    image = page_of_text(WIDTH, HEIGHT, 10 + number, is_dark=bool(number))
    image.paste(photo(600, 400, 20 + number), (1150, 250))
    draw = ImageDraw.Draw(image)
    for x, y in SQUARES:
        draw.rectangle((x - 16, y - 16, x + 16, y + 16), fill=(0, 0, 255) if number else (255, 0, 0))
    return image


def film() -> list[Image.Image]:
    """Two photos that drift over each other, and a disc."""
    behind, before = (np.asarray(photo(1280, 720, seed), np.uint16) for seed in (7, 8))
    _, _, width, height = VIDEO
    rows, columns = np.mgrid[0:height, 0:width]
    frames = []
    for number in range(_VIDEO_FRAMES):
        turn = 2 * math.pi * number / _VIDEO_FRAMES
        x, y = int(300 + 280 * math.sin(turn)), int(180 + 150 * math.cos(turn))
        one = behind[y : y + height, x : x + width]
        other = before[360 - y : 360 - y + height, 600 - x : 600 - x + width]
        mixed = ((one + other) // 2).astype(np.uint8)
        middle_x, middle_y = 320 + 200 * math.cos(turn), 180 + 100 * math.sin(2 * turn)
        mixed[(columns - middle_x) ** 2 + (rows - middle_y) ** 2 < 45**2] = (250, 220, 40)
        frames.append(Image.fromarray(mixed))
    return frames


@dataclass
class Scene:
    """`step(n)` draws frame n, `rate` times a second; `pressed()` follows a key. `counts`: they are told."""

    rate: float = 0.0
    step: Callable[[int], None] | None = None
    pressed: Callable[[], None] | None = None
    counts: bool = False


class Stage:
    """The display and what stands on it."""

    def __init__(self, display: str) -> None:
        connect: Any = xcffib.connect  # its types end here
        self._x: Any = connect(display)
        self._core: Any = self._x.core
        self._screen: Any = self._x.get_setup().roots[0]
        self._gc = self._graphics(0)
        self._black, self._white = self._graphics(0), self._graphics(0xFFFFFF)
        self._windows: list[int] = []
        self._kept: dict[str, list[int]] = {}
        self._bar = self._pixmap_of(BLOCKS * BLOCK, BLOCK)
        self._bar_window = 0
        self.fileno: int = self._x.get_file_descriptor()
        wallpaper = self._upload("wallpaper", lambda: [photo(WIDTH, HEIGHT, 1)])[0]
        self._window((0, 0, WIDTH, HEIGHT), pixmap=wallpaper)
        self._windows.clear()  # it stays

    def _graphics(self, colour: int) -> int:
        made: int = self._x.generate_id()
        values = [colour, 0]
        self._core.CreateGC(
            made, self._screen.root, xcffib.xproto.GC.Foreground | xcffib.xproto.GC.GraphicsExposures, values
        )
        return made

    def _pixmap_of(self, width: int, height: int) -> int:
        made: int = self._x.generate_id()
        self._core.CreatePixmap(24, made, self._screen.root, width, height)
        return made

    def _upload(self, name: str, make: Callable[[], list[Image.Image]]) -> list[int]:
        """Pictures as pixmaps, made once."""
        if name not in self._kept:
            self._kept[name] = [self._uploaded(image) for image in make()]
            self.sync()
        return self._kept[name]

    def _uploaded(self, image: Image.Image) -> int:
        rgb = np.asarray(image)
        bgrx: npt.NDArray[np.uint8] = np.zeros((*rgb.shape[:2], 4), np.uint8)
        bgrx[..., :3] = rgb[..., ::-1]
        pixmap = self._pixmap_of(image.width, image.height)
        rows = max(1, _PIECE_BYTES // (image.width * 4))
        for y in range(0, image.height, rows):
            part = bgrx[y : y + rows].tobytes()
            height = len(part) // (image.width * 4)
            self._core.PutImage(2, pixmap, self._gc, image.width, height, 0, y, 0, 24, len(part), part)
        return pixmap

    def _window(self, place: tuple[int, int, int, int], *, colour: int = 0xFFFFFF, pixmap: int = 0) -> int:
        window: int = self._x.generate_id()
        back = xcffib.xproto.CW.BackPixmap if pixmap else xcffib.xproto.CW.BackPixel
        mask = back | xcffib.xproto.CW.OverrideRedirect | xcffib.xproto.CW.EventMask
        values = [pixmap or colour, 1, _EVENTS]
        visual = self._screen.root_visual
        self._core.CreateWindow(24, window, self._screen.root, *place, 0, 1, visual, mask, values)
        self._core.MapWindow(window)
        self._windows.append(window)
        self.sync()
        return window

    def sync(self) -> None:
        """Until all of it is drawn."""
        self._core.GetInputFocus().reply()

    def flush(self) -> None:
        """Send what was asked for."""
        self._x.flush()

    def presses(self) -> int:
        """How many keys and buttons went down since last asked."""
        count = 0
        while (event := self._x.poll_for_event()) is not None:
            count += isinstance(event, _PRESSES)
        return count

    def number(self, n: int) -> None:
        """The number of this frame, as black and white blocks."""
        blocks = [[], []]  # type: list[list[Any]]
        for bit in range(BLOCKS):
            place = xcffib.xproto.RECTANGLE.synthetic(bit * BLOCK, 0, BLOCK, BLOCK)
            blocks[n >> bit & 1].append(place)
        for context, places in zip((self._black, self._white), blocks, strict=True):
            if places:
                self._core.PolyFillRectangle(self._bar, context, len(places), places)
        self._copy(self._bar, self._bar_window, (0, 0), (0, 0, BLOCKS * BLOCK, BLOCK))

    def _copy(
        self, source: int, target: int, start: tuple[int, int], place: tuple[int, int, int, int]
    ) -> None:
        self._core.CopyArea(source, target, self._gc, *start, *place)

    def show(self, name: str) -> Scene:
        """Nothing but this scene."""
        for window in self._windows:
            self._core.DestroyWindow(window)
        self._windows.clear()
        makers: dict[str, Callable[[], Scene]] = {
            "nothing": Scene,
            "patch": self._patch,
            "patch+video": self._patch_and_video,
            "page": self._page,
            "typing": self._typing,
            "scroll": self._scroll,
            "drag": self._drag,
            "video": self._video,
        }
        scene = makers[name]()
        if scene.counts:
            self._bar_window = self._window((BAR_X, BAR_Y, BLOCKS * BLOCK, BLOCK))
        self.sync()
        return scene

    def _patch(self) -> Scene:
        window = self._window(PATCH, colour=RED)
        self._core.SetInputFocus(1, window, 0)
        colours = [BLUE, RED]

        def flip() -> None:
            self._core.ChangeWindowAttributes(window, xcffib.xproto.CW.BackPixel, [colours[0]])
            self._core.ClearArea(False, window, 0, 0, 0, 0)  # noqa: FBT003
            colours.reverse()

        return Scene(pressed=flip)

    def _patch_and_video(self) -> Scene:
        playing = self._video()
        patch = self._patch()
        return Scene(playing.rate, playing.step, patch.pressed)

    def _page(self) -> Scene:
        pages = self._upload("pages", lambda: [swapped_page(0), swapped_page(1)])
        window = self._window((0, 0, WIDTH, HEIGHT), pixmap=pages[0])
        self._core.SetInputFocus(1, window, 0)
        shown = [1, 0]

        def swap() -> None:
            self._copy(pages[shown[0]], window, (0, 0), (0, 0, WIDTH, HEIGHT))
            shown.reverse()

        return Scene(pressed=swap)

    def _typing(self) -> Scene:
        def letters() -> list[Image.Image]:
            font, made = ImageFont.load_default(15), []
            for letter in "abcdefghijklmnopqrstuvwxyz ":
                image = Image.new("RGB", (10, 20), "white")
                ImageDraw.Draw(image).text((0, 0), letter, font=font, fill="black")
                made.append(image)
            return made

        types, sheet = self._upload("letters", letters), self._window(SHEET)

        def step(n: int) -> None:
            place = (10 + n % 115 * 10, 10 + n // 115 % 40 * 20, 10, 20)
            self._copy(types[n * 7 % len(types)], sheet, (0, 0), place)

        return Scene(20, step, counts=True)

    def _scroll(self) -> Scene:
        [text] = self._upload("text", lambda: [page_of_text(1200, 6000, 3)])
        sheet = self._window(SHEET)
        return Scene(
            30,
            lambda n: self._copy(text, sheet, (0, n * 40 % 5000), (0, 0, 1200, 900)),
            counts=True,
        )

    def _drag(self) -> Scene:
        def contents() -> list[Image.Image]:
            image = page_of_text(800, 600, 4)
            image.paste(photo(300, 200, 5), (400, 300))
            return [image]

        window = self._window((100, 100, 800, 600), pixmap=self._upload("window", contents)[0])
        both = xcffib.xproto.ConfigWindow.X | xcffib.xproto.ConfigWindow.Y

        def step(n: int) -> None:
            x, y = 520 + 480 * math.sin(n / 60 * 2.1), 260 + 180 * math.sin(n / 60 * 1.3)
            self._core.ConfigureWindow(window, both, [int(x), int(y)])

        return Scene(60, step, counts=True)

    def _video(self) -> Scene:
        frames = self._upload("film", film)
        window = self._window(VIDEO)
        return Scene(
            30,
            lambda n: self._copy(frames[n % len(frames)], window, (0, 0), (0, 0, *VIDEO[2:])),
            counts=True,
        )


def play(stage: Stage, scene: Scene) -> dict[int, float]:
    """Until another line comes in; when each frame was drawn."""
    drawn: dict[int, float] = {}
    began, n = time.perf_counter(), 0
    while True:
        # Before one waits: what came while something was asked is in no socket any more.
        for _ in range(stage.presses()):
            if scene.pressed is not None:
                scene.pressed()
                stage.flush()
        pause = max(began + n / scene.rate - time.perf_counter(), 0.0) if scene.rate else None
        readable, _, _ = select.select([sys.stdin, stage.fileno], [], [], pause)
        if sys.stdin in readable:
            return drawn
        if scene.step is not None and time.perf_counter() >= began + n / scene.rate:
            n += 1
            scene.step(n)
            if scene.counts:
                stage.number(n)
            stage.sync()
            drawn[n] = time.time()


def main() -> None:
    """Scene after scene, until there is no more line."""
    stage = Stage(sys.argv[1])
    drawn: dict[int, float] = {}
    while name := sys.stdin.readline().strip():
        scene = stage.show(name)
        print(json.dumps(drawn), flush=True)
        drawn = play(stage, scene)


if __name__ == "__main__":
    main()
