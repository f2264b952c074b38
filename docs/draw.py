"""Draw the pictures and the cast of the pages from the recorded demo, or say which are stale.

The screens are the program's own, and what they show is the session that `make golden` recorded:
nothing is drawn by hand. Run as `python -m docs.draw`, with `--check` to write nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte
from pyte.screens import Char
from textual.pilot import Pilot

from tui_agent.adapters.bundles.session import BundledSession
from tui_agent.core.commands import Command
from tui_agent.core.events import ApprovalRequested, Record
from tui_agent.core.masking import masked
from tui_agent.core.ports import Client
from tui_agent.core.state import Session
from tui_agent.ui.exports.pictures import Manner, as_svg, show_nobody
from tui_agent.ui.tui.chrome import Status
from tui_agent.ui.tui.frame import Frame
from tui_agent.ui.tui.glyphs import UNICODE
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "tests" / "sessions" / "demo.agentz"
PICTURES = ROOT / "docs" / "pictures"
TRUE_COLOUR = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
QUIET_SECONDS, PATIENCE = 0.02, 500
END = 99
FONT = re.compile(r"@font-face\s*\{[^}]*\}\s*")
"""It would be fetched from elsewhere; every reader has a font of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A moment of the session, and the keys that are pressed there."""

    at: int
    """The number of the question that is open, from 0; `END` is the session's end."""
    keys: tuple[str, ...] = ()
    seconds: float = 2.0
    """How long the moving picture rests on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of one scene, or a moving one of several."""

    scenes: tuple[Scene, ...]
    size: tuple[int, int] = (120, 40)
    theme: str = "dark"


LIVE = {
    "review": Picture(scenes=(Scene(at=0, keys=("y",)),)),
    "review-light": Picture(scenes=(Scene(at=0, keys=("y",)),), theme="light"),
    "review-full": Picture(scenes=(Scene(at=0, keys=("y", "f")),), size=(140, 40)),
    "approval": Picture(scenes=(Scene(at=2, keys=("x",)),)),
    "report": Picture(scenes=(Scene(at=END),)),
    "small": Picture(scenes=(Scene(at=0, keys=("f6",)),), size=(80, 24)),
    "demo": Picture(
        size=(110, 32),
        scenes=(
            Scene(at=0, seconds=3.0),
            Scene(at=0, keys=("y",), seconds=1.5),
            Scene(at=0, keys=("n",), seconds=1.5),
            Scene(at=1, seconds=2.5),
            Scene(at=2, seconds=2.5),
            Scene(at=3, seconds=2.5),
            Scene(at=4, seconds=2.5),
            Scene(at=END, seconds=4.0),
        ),
    ),
}


class Told:
    """A client whose agent is the recorded session, told up to a moment."""

    def __init__(self, session: BundledSession) -> None:
        self._session = session
        self._heard = 0
        self._queue: asyncio.Queue[Record] = asyncio.Queue()
        self._asked = [r.seq for r in session.records if isinstance(r.event, ApprovalRequested)]
        self.state: Session | None = None

    def tell(self, at: int) -> None:
        """Publish all up to a question, or to the end."""
        records = self._session.records
        last = self._asked[at] if at < len(self._asked) else records[-1].seq - 1
        for record in records[self._heard : last]:
            self._queue.put_nowait(record)
        self._heard = max(self._heard, last)

    def send(self, command: Command) -> None:
        """Nobody answers: what was decided is recorded."""

    async def events(self) -> AsyncIterator[Record]:
        """Give records as they are told."""
        while True:
            yield await self._queue.get()

    async def blob(self, sha: str) -> bytes:
        """Load a payload."""
        return await self._session.blob(sha)


class Cast:
    """A recording in asciicast's second form: the whole screen at each scene.

    Only what stands there at the end of a scene is kept: how it came there differs from run to run.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        columns, rows = size
        head = {"version": 2, "width": columns, "height": rows, "title": "agent demo"}
        self._lines = [json.dumps(head)]
        self._clock = 0.0
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)

    def write(self, text: str) -> None:
        """Take what a terminal would get."""
        self._stream.feed(text)

    def pause(self, seconds: float) -> None:
        """Keep the screen as it stands, for so many seconds."""
        rows = (self._row(number) for number in range(self._screen.lines))
        text = "\x1b[?25l\x1b[H" + "\r\n".join(rows)
        self._lines.append(json.dumps([round(self._clock, 3), "o", text], ensure_ascii=False))
        self._clock += seconds

    def _row(self, number: int) -> str:
        cells = self._screen.buffer[number]
        runs = groupby((cells[at] for at in range(self._screen.columns)), key=_style)
        return "".join(f"{style}{''.join(cell.data for cell in run)}" for style, run in runs)

    def text(self) -> str:
        """Return the recording."""
        end = json.dumps([round(self._clock, 3), "o", ""])
        return "\n".join((*self._lines, end)) + "\n"


def _style(cell: Char) -> str:
    codes = ["0"]
    codes += [code for on, code in ((cell.bold, "1"), (cell.italics, "3")) if on]
    codes += [code for on, code in ((cell.underscore, "4"), (cell.reverse, "7")) if on]
    for ground, colour in (("38", cell.fg), ("48", cell.bg)):
        if re.fullmatch("[0-9a-f]{6}", colour):
            codes += [ground, "2", *(str(part) for part in bytes.fromhex(colour))]
    return f"\x1b[{';'.join(codes)}m"


def frames(session: BundledSession, picture: Picture, cast: Cast) -> list[str]:
    """Return the screen at each scene of a picture, as SVG, and record it as it is drawn."""
    told = Told(session)

    async def connect() -> Client:
        return told

    shell = Shell(
        Doors(connect=connect),
        choose_theme(picture.theme, TRUE_COLOUR),
        glyphs=UNICODE,
        status=Status(repository="basket", mode="ask"),
    )
    taken: list[str] = []

    async def piloted(pilot: Pilot[Any]) -> None:
        for scene in picture.scenes:
            told.tell(scene.at)
            await _ready(pilot, shell, armed=scene.at < END)
            for key in scene.keys:
                await pilot.press(key)
            await _ready(pilot, shell, armed=scene.at < END)
            taken.append(FONT.sub("", shell.export_screenshot(title="agent")))
            cast.pause(scene.seconds)
        shell.exit(0)

    show_nobody(shell, picture.size, piloted, cast.write)
    return taken


async def _ready(pilot: Pilot[Any], shell: Shell, *, armed: bool) -> None:
    """Wait until nothing is drawn any more, and a question that is open listens."""
    before = ""
    for _ in range(PATIENCE):
        await pilot.pause(QUIET_SECONDS)
        rest = getattr(shell, "rest", None)
        now = shell.export_screenshot()
        if now == before and isinstance(rest, Frame) and (rest.arming.armed or not armed):
            return
        before = now


def moving(shots: Sequence[str], scenes: Sequence[Scene]) -> str:
    """Return one picture that shows each screen for its time, round and round.

    Who wants less motion sees the last one alone.
    """
    whole = sum(scene.seconds for scene in scenes)
    styles, shown, begun = [], [], 0.0
    for number, (shot, scene) in enumerate(zip(shots, scenes, strict=True)):
        first, last = (round(100 * at / whole, 3) for at in (begun, begun + scene.seconds))
        before = "0%{visibility:hidden}" if first else ""
        after = f"{last}%{{visibility:hidden}}" if begun + scene.seconds < whole else ""
        styles.append(f"@keyframes s{number}{{{before}{first}%{{visibility:visible}}{after}}}")
        styles.append(f"#s{number}{{animation:s{number} {whole:g}s step-end infinite}}")
        shown.append(f'<g id="s{number}" class="scene">\n{shot}</g>')
        begun += scene.seconds
    still = f".scene{{animation:none!important}}#s{len(shots) - 1}{{visibility:visible}}"
    style = "\n".join(
        (".scene{visibility:hidden}", *styles, f"@media(prefers-reduced-motion){{{still}}}")
    )
    box = shots[0].partition('viewBox="')[2].partition('"')[0]
    head = f'<svg viewBox="{box}" xmlns="http://www.w3.org/2000/svg">'
    return "\n".join((head, f"<style>{style}</style>", *shown, "</svg>\n"))


def drawn() -> dict[str, str]:
    """Return every file of the folder with the pictures, by name."""
    session = BundledSession(DEMO)
    made = {}
    for name, picture in LIVE.items():
        cast = Cast(picture.size)
        shots = frames(session, picture, cast)
        made[f"{name}.svg"] = shots[0]
        if len(shots) > 1:
            made[f"{name}.svg"] = moving(shots, picture.scenes)
            made[f"{name}.cast"] = cast.text()
    whole = masked(session.records, session.payload, lambda text: (text, ()))
    made["replay.svg"] = as_svg(whole, Manner(at="9"))
    return {name: _without_trailing_blanks(text) for name, text in made.items()}


def _without_trailing_blanks(text: str) -> str:
    return "\n".join(row.rstrip() for row in text.split("\n"))


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` only name it and return 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    check = parser.parse_args(arguments).check
    os.environ["TZ"] = "UTC"
    time.tzset()
    made = drawn()
    old = sorted(path.name for path in PICTURES.glob("*") if path.name not in made)
    for name, text in made.items():
        path = PICTURES / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            old.append(name)
            if not check:
                PICTURES.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for name in old:
        print(f"{name} is stale: run `make docs`" if check else f"docs/pictures/{name}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
