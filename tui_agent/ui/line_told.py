"""What line mode's commands only tell: the state, what was said, what a call was given and gave."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui_agent.core.blob import preview_of
from tui_agent.core.state import Call, Session
from tui_agent.core.undo import rewind_points
from tui_agent.ui.context_lines import context_lines
from tui_agent.ui.cost_lines import meter_words
from tui_agent.ui.figures import plural
from tui_agent.ui.rewind_words import HELP as REWIND_HELP
from tui_agent.ui.text import Line
from tui_agent.ui.tool_lines import tool_line
from tui_agent.ui.transcript import Transcript

MOST_SAID = 15
"""Messages that are listed at once."""


def status_lines(state: Session) -> list[Line | str]:
    """Return model, mode and meters, and what stands in line."""
    none = "No tokens were counted yet." if state.main.turns else "Nothing was asked yet."
    lines: list[Line | str] = [
        f"model {state.model}, mode {state.mode}, sandbox {state.sandbox}",
        meter_words(state) or none,
    ]
    if state.waiting:
        lines.append(f"{plural(len(state.waiting), 'question')} to answer: an empty line does")
    lines += [f"queued: {preview_of(one.text)}" for one in state.queue]
    return lines


def told_context(state: Session) -> Sequence[Line | str]:
    """Return what the model is told before the person's words."""
    main = state.main
    if main.instructions is None:
        return ("Nothing was gathered yet: it is, with the first message.",)
    return context_lines(main.instructions, main.system, main.tools)


def rewind_lines(state: Session) -> list[Line | str]:
    """Return the places that can be gone back to, the latest first."""
    points = rewind_points(state.main)
    if not points:
        return ["There is nothing to go back to yet."]
    lines: list[Line | str] = [
        [("bold", f"  {point.name:<6}"), ("", f"{point.place}: {point.text}")]
        for point in reversed(points)
    ]
    return [*lines, REWIND_HELP]


def last_answer(state: Session) -> str:
    """Return the last answer, as the model wrote it; empty where there is none."""
    steps = (step for turn in reversed(state.main.turns) for step in reversed(turn.steps.values()))
    return next((step.text for step in steps if step.text.strip()), "")


async def call_lines(told: Transcript, text: str) -> list[Line | str]:
    """Return a call's whole input and output: the last one's, or of a number of `/output list`."""
    calls = [
        call
        for agent in told.state.agents.values()
        for turn in agent.turns
        for call in turn.calls.values()
    ]
    calls.sort(key=lambda call: call.seq)
    if not calls:
        return ["No tool was called yet."]
    if text == "list":
        return [
            [*tool_line(call), ("dim", f"  /output {number}")]
            for number, call in enumerate(calls, 1)
        ]
    if text and not (text.isdecimal() and 1 <= int(text) <= len(calls)):
        return [f"/output tells the last call, /output 1 to {len(calls)} another; /output list"]
    return await _whole(told, calls[int(text) - 1 if text else -1])


async def _whole(told: Transcript, call: Call) -> list[Line | str]:
    lines: list[Line | str] = [tool_line(call)]
    given = await told.text_of(call.arguments)
    try:
        arguments = json.loads(given or "{}")
    except ValueError:
        arguments = None
    if isinstance(arguments, dict):
        lines += [line for name, value in arguments.items() for line in _argument(name, value)]
    else:
        lines.append(f"  {given}")
    if call.output is None:
        return [*lines, "  it has given nothing yet"]
    gave = await told.text_of(call.output.output or call.output.text)
    return [*lines, "  it gave:", *_indented(gave)]


def _argument(name: str, value: object) -> list[Line | str]:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if "\n" in shown:
        return [f"  {name}:", *_indented(shown)]
    return [[("dim", f"  {name} = "), ("", shown)]]


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.rstrip("\n").split("\n")]


def said_lines(said: Sequence[str], words: str) -> list[Line | str]:
    """Return the last messages with these words, each with its number."""
    wanted = words.casefold().split()
    found = [
        (number, text)
        for number, text in enumerate(said, 1)
        if all(word in text.casefold() for word in wanted)
    ][-MOST_SAID:]
    if not found:
        return ["Nothing like that was said."]
    lines: list[Line | str] = [
        [("bold", f"  {number:>3}  "), ("", " ".join(text.split()))] for number, text in found
    ]
    return [*lines, "/history NUMBER says one of them again."]
