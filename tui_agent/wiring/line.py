"""A session in line mode: the agent, the terminal, the editor."""

from __future__ import annotations

import asyncio
import signal
import sys
import termios
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui_agent.ui.crash import forget_output
from tui_agent.ui.exit_status import INTERRUPTED
from tui_agent.ui.line import LineMode, LineSetup
from tui_agent.ui.line_doors import Others
from tui_agent.ui.line_input import Input, TerminalInput
from tui_agent.ui.line_reading import DumbInput, Interrupted, Left, Stops
from tui_agent.ui.line_sessions import Choices, Exports, choose
from tui_agent.ui.tui.terminal import clipboard, notification, untaken
from tui_agent.wiring import cycles
from tui_agent.wiring.appearance import appearance_of
from tui_agent.wiring.attaching import attach_image
from tui_agent.wiring.blaming import blame_door
from tui_agent.wiring.editing import editor_of
from tui_agent.wiring.finding import finder_of
from tui_agent.wiring.going_on import goes_on
from tui_agent.wiring.line_first import key_pasted, without_model
from tui_agent.wiring.looks import signals
from tui_agent.wiring.remembering import memory_door
from tui_agent.wiring.session_doors import MOST_FOUND, SessionDoors
from tui_agent.wiring.spending import cost_door
from tui_agent.wiring.trusting import ask_in_lines
from tui_agent.wiring.world import NoModelError

if TYPE_CHECKING:
    from tui_agent.ui.tui.outlets import Prepared
    from tui_agent.ui.tui.terminal import Signals
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Opened


def line_mode(around: Around) -> int:
    """Talk in lines until the person leaves; return the exit status."""
    status, then = asyncio.run(_run(around))
    match then:
        case ("demo",):
            from tui_agent.wiring.demo import demo

            return demo(around.paper, by_itself=False, plain=True)
        case ("key", place):
            return key_pasted(around, place)
    return status


async def _run(around: Around) -> tuple[int, tuple[str, ...]]:
    """Talk, and leave in order where the terminal goes away or the machine goes down."""

    def leave() -> None:
        talk.cancel()

    stops = Stops(leave)
    talk = asyncio.ensure_future(_talk(around, stops))
    heard = {signal.SIGINT: stops.press, signal.SIGTERM: stops.leave, signal.SIGHUP: stops.leave}
    heard[signal.SIGCONT] = around.paper.ask_again
    loop = asyncio.get_running_loop()
    for number, hear in heard.items():
        loop.add_signal_handler(number, hear)
    try:
        return await talk
    except asyncio.CancelledError:
        return _interrupted(), ()
    except OSError:
        if _terminal_is_there():
            raise
        return _interrupted(), ()
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


def _interrupted() -> int:
    """Return the status; what could not be told to a terminal that is gone is no fault."""
    if not _terminal_is_there():
        forget_output()
    return INTERRUPTED


def _terminal_is_there() -> bool:
    try:
        termios.tcgetattr(sys.stdout.fileno())
    except (OSError, ValueError, termios.error):
        return False
    return True


async def _talk(around: Around, stops: Stops) -> tuple[int, tuple[str, ...]]:
    around.paper.spoken = appearance_of(around).screen_reader
    one_by_one = around.paper.plain or around.paper.spoken
    earlier = SessionDoors(around).history
    given: Input = (
        DumbInput(stops, around.paper)
        if one_by_one
        else TerminalInput(stops, editor_of(around), earlier)
    )
    choices = Choices(
        lambda: around.summaries(all_repositories=False),
        around.paper,
        search=partial(_places, around),
        label=lambda session, text: around.sessions.label(around.shelf.find(session), text),
    )
    try:
        await ask_in_lines(around, given)
        if around.options.pick:
            chosen = await choose(choices, given)
            around.options = replace(around.options, resume=chosen, pick=False)
        while True:
            try:
                status, then = await _session(around, given, choices)
            except NoModelError:
                status, then = await without_model(around, given)
                if not then:
                    continue
            if not await goes_on(around, then, plain=True):
                return status, then
    except (Left, Interrupted):
        return 0, ()
    finally:
        await around.close()


async def _session(around: Around, given: Input, choices: Choices) -> tuple[int, tuple[str, ...]]:
    """Talk in one session; return the exit status, and what is gone on to."""
    opened = await around.open(attended=True)
    cycles.as_ever()
    first, around.first = around.first, None
    finder = finder_of(around)
    setup = LineSetup(
        prompt=around.options.prompt,
        folder_goes=around.options.folder_goes,
        first=first,
        past=opened.past,
        editor=editor_of(around),
        others=Others(
            blame=blame_door(around),
            cost=cost_door(around),
            memory=memory_door(around),
            sessions=choices,
            exports=_exports(around, opened, given),
            attach=partial(attach_image, opened),
            copy=partial(_copied, signals(around)),
            files=finder.find,
            history=SessionDoors(around).history,
        ),
        greeting=_greeting(opened),
        notice=partial(_notice, signals(around)),
    )
    try:
        mode = LineMode(opened.agent, around.paper, given, setup)
        return await mode.run(), mode.then
    finally:
        finder.close()
        with given.stops.closing():
            await opened.agent.close()


def _notice(wanted: Signals, words: str) -> str:
    """Return what notifies of words, where a way is named: lines do not know who looks here."""
    if wanted.notify == "auto":
        return ""
    return notification("agent", words, wanted.notify, wanted.environ)


def _exports(around: Around, opened: Opened, given: Input) -> Exports | None:
    folder = opened.folder
    if folder is None:
        return None

    async def make(form: str, session: str) -> Prepared:
        from tui_agent.wiring.outlets import prepared

        return await prepared(around, around.stored(session or str(folder)), form, 0)

    return Exports(make, given, around.paper)


def _places(around: Around, words: str) -> dict[str, str]:
    """Return the sessions in which words stand, each with the first place."""
    found: dict[str, str] = {}
    for hit in around.sessions.search(words, everywhere=False, limit=MOST_FOUND):
        found.setdefault(hit.session, f"{hit.kind}: {hit.before}{hit.match}{hit.after}")
    return found


async def _copied(told: Signals, text: str) -> tuple[str, str]:
    """Copy by way of a program where there is one; else the terminal is to be asked."""
    if told.copy is not None and await told.copy(text):
        passed = "TMUX" in told.environ  # the program gives it to tmux, which may keep it
        return clipboard(text, told.environ, buffer=False) if passed else "", ""
    return clipboard(text, told.environ), untaken(told.environ)


def _greeting(opened: Opened) -> tuple[str, ...]:
    state = opened.agent.state
    place = state.started.repository if state.started is not None else ""
    facts = f"model {state.model}, mode {state.mode}, sandbox {state.sandbox}"
    return (
        f"agent in {place}: {facts}. /help lists the commands, Ctrl-D leaves.",
        *(f"! {notice}" for notice in opened.notices),
    )
