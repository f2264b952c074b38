"""What the user asks of a project's memory, and what is told of it: the same wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_agent.core.memory import Memory, Remembered
from tui_agent.ui.text import Line

MemoryDoor = Callable[[str, str], Sequence[Line]]
"""Carries out `remember`, `forget` or `memory` with what follows it, and tells of it.

Raises ValueError with what can be typed.
"""
EMPTY = "Nothing is remembered about this project. /remember TEXT keeps something."


def carried_out(memory: Memory, verb: str, text: str) -> Sequence[Line]:
    """Do what is asked and return what to say. Raises ValueError."""
    try:
        if verb == "remember":
            return _remember(memory, text)
        if verb == "forget":
            return _forget(memory, text)
        return _shown(memory, text)
    except OSError as error:
        message = f"{memory.place}: {error.strerror or error}"
        raise ValueError(message) from error


def _remember(memory: Memory, text: str) -> Sequence[Line]:
    try:
        kept = memory.remember(text)
    except ValueError as error:
        message = f"/remember TEXT keeps something for this project; {error}"
        raise ValueError(message) from None
    return [
        [("", f"Remembered for this project: {kept.text}")],
        [("dim", f"/forget {kept.number} takes it back; it stands in {memory.place}")],
    ]


def _forget(memory: Memory, text: str) -> Sequence[Line]:
    """Forget the entry of a number, or the only one in which the words stand."""
    if not text:
        message = "/forget NUMBER or WORDS takes an entry away; /memory lists them"
        raise ValueError(message)
    number = int(text) if text.isdecimal() else 0
    if not number:
        found = memory.search(text)
        if len(found) != 1:
            many = f"{len(found)} entries have" if found else "no entry has"
            message = f"{many} these words; /memory lists them, /forget NUMBER takes one away"
            raise ValueError(message)
        number = found[0].number
    try:
        gone = memory.forget(number)
    except LookupError as error:
        message = f"{error.args[0]}; /memory lists them"
        raise ValueError(message) from None
    return [[("", f"Forgotten: {gone.text}")]]


def _shown(memory: Memory, words: str) -> Sequence[Line]:
    found = memory.search(words) if words else memory.entries()
    if not found:
        return [[("", f"No entry has the words {words!r}." if words else EMPTY)]]
    where: Line = [("dim", f"They stand in {memory.place}, and are told to the model.")]
    return [*(_line(one) for one in found), where]


def _line(one: Remembered) -> Line:
    return [("dim", f"{one.number:>4}  "), ("", one.text)]
