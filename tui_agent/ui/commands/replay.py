"""`agent replay`: see a session again, step by step; or put it through today's code again.

Seeing takes no model, no tools and no network.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_agent.core.events import SessionStarted
from tui_agent.core.state.stops import Stop, find_stops, stop_at
from tui_agent.ui.commands import rerunning
from tui_agent.ui.commands.contract import StoredSession, Surroundings
from tui_agent.ui.commands.options import Parser, session_and_place
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, UNREPLAYABLE, USAGE
from tui_agent.ui.replay import ONLY, kept, stop_json, stop_line, stops_json, tell_session
from tui_agent.ui.transcript import Load

if TYPE_CHECKING:
    from tui_agent.ui.tui.screens.tree_diff import Compare

EXAMPLES = """\
examples:
  agent replay last                    the same panes, forwards and backwards
  agent replay 01k --plain             told in text
  agent replay last --plain --at 12    up to step 12 (a number, a time or a label)
  agent replay last --only approvals   its approvals, one line each
  agent replay last --json             one JSON object a step
  agent replay last --run              would today's code do the same?
  agent replay last --run --level world   and would the commands end the same?
  agent replay --check tests/sessions/*.agentz --junit out.xml
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent replay", description=__doc__, epilog=EXAMPLES)
    made.add_argument(
        "id", nargs="*", default=["last"], help="id, its beginning, a file, a bundle, or last"
    )
    made.add_argument("--at", metavar="STEP", help="a step's number, a time or a label")
    made.add_argument("--only", metavar="KINDS", default="", help=f"of {', '.join(ONLY)}")
    made.add_argument("--speed", type=float, default=1.0, metavar="N", help="so many times faster")
    made.add_argument("--max-pause", default="2s", metavar="2s", help="longest pause that is kept")
    made.add_argument("--plain", action="store_true", help="in text")
    made.add_argument("--json", action="store_true", help="as JSON lines")
    rerunning.add_options(made)
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.run or parsed.check:
        return await rerunning.run(parsed, parsed.id, around)
    return await _show(parsed, around)


async def _show(parsed: Namespace, around: Surroundings) -> int:
    if len(parsed.id) > 1:
        raise UsageError("one session at a time is shown; --check takes many")
    only = _kinds(parsed.only)
    name, place = session_and_place(parsed.id[0])
    at = parsed.at or place or None
    stored = around.stored(name)
    stops = find_stops(stored.records)
    if not stops:
        around.paper.say(f"There is nothing to replay in {stored.folder}.")
        return UNREPLAYABLE
    for problem in stored.problems:
        around.paper.say([("warning", f"! {problem}")])
    if not (parsed.plain or parsed.json or only) and _on_a_terminal():
        start = (at or "", parsed.speed, _seconds(parsed.max_pause))
        await around.reruns.unfold_trees(name)
        return await _on_screen(around, stored, start)
    chosen = kept(stops, only)
    if at is not None:
        try:
            return await _at(around, stored, stop_at(stops, at), as_json=parsed.json)
        except LookupError as error:
            around.paper.say(str(error.args[0]))
            return USAGE
    if parsed.json:
        for line in stops_json(chosen):
            around.paper.data(line)
    elif only:
        around.paper.put(*(stop_line(stop) for stop in chosen))
    else:
        await tell_session(stored.records, stored.blob, around.paper)
    return DONE


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _seconds(text: str) -> float:
    try:
        return max(0.0, float(text.removesuffix("s")))
    except ValueError:
        raise UsageError(f"--max-pause takes seconds such as 2s, not '{text}'") from None


async def _on_screen(
    around: Surroundings, stored: StoredSession, start: tuple[str, float, float]
) -> int:
    from tui_agent.ui.tui.glyphs import choose_glyphs
    from tui_agent.ui.tui.keymap import KeymapError, build_keymap
    from tui_agent.ui.tui.screens.replay import Start, show_replay
    from tui_agent.ui.tui.theme import choose_theme
    from tui_agent.ui.tui.theme_file import ThemeError

    interface = around.loaded.settings.interface
    at, speed, max_pause = start
    try:
        status = await show_replay(
            stored.records,
            stored.blob,
            look=choose_theme(interface.theme, around.environ, around.own_themes),
            glyphs=choose_glyphs(interface.glyphs, around.environ),
            keymap=build_keymap(interface.keymap, interface.keys),
            start=Start(
                at=at,
                speed=speed,
                max_pause=max_pause,
                compare=_compare(around, stored),
                outlets=around.outlets(stored),
            ),
        )
        if around.branched:
            around.paper.say(f"Branched: agent -r {around.branched} goes on with it.")
        return status
    except (ThemeError, KeymapError) as error:
        around.paper.say(f"The settings cannot be used: {error}")
    except LookupError as error:
        around.paper.say(str(error.args[0]))
    return USAGE


def _compare(around: Surroundings, stored: StoredSession) -> Compare | None:
    started = next(
        (one.event for one in stored.records if isinstance(one.event, SessionStarted)), None
    )
    if started is None:
        return None
    return lambda old, new: around.tree_changes(started.workspace, old, new)


async def _at(around: Surroundings, stored: StoredSession, stop: Stop, *, as_json: bool) -> int:
    if as_json:
        around.paper.data(stop_json(stored.records, stop))
        return DONE
    load: Load = stored.blob
    await tell_session(stored.records, load, around.paper, until=stop.count)
    return DONE


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(part.strip() for part in text.split(",") if part.strip())
    for kind in kinds:
        if kind not in ONLY:
            message = f"--only knows {', '.join(ONLY)}, not '{kind}'"
            raise UsageError(message)
    return kinds
