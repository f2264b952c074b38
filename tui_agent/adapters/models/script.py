"""A script for a model: what it answers, in which order, under which condition, with which faults.

A script is a TOML file (or JSON with the same names and structure):

    model = "scripted"              # the name that answers bear
    side = "A summary."             # answers requests that offer no tools, if given

    [facts]                         # what is known of the model, if anything
    context_tokens = 8000
    input_price = 3.0               # and output_price, cached_price: dollars a million tokens
    images = true                   # whether it sees images

    [[turn]]
    text = "I'll run the tests."    # streamed in pieces of `chunk` characters
    reasoning = "They fail."        # streamed before the text
    rate = 0                        # tokens (four characters) a second; 0: as fast as it is read
    chunk = 24
    delay_ms = 0                    # before the first piece
    repeat = 1                      # so many turns alike; `{i}` in texts counts from 1
    stop = "end"                    # else derived: "tool_calls" with calls, "end" without
    label = "again"                 # a name for `goto`
    goto = "again"                  # the turn that follows this one

    [[turn.call]]
    name = "shell"
    arguments = { command = "pytest -q" }    # a table, or a text that is sent as it stands

    [turn.when]                     # the turn is passed over unless all of this holds
    contains = "REJECTED"           # in what was said since the last answer
    lacks = "passed"                # not in it
    tool = "apply_patch"            # look at this tool's results only; there must be one
    failed = true                   # its result says that it failed

    [turn.usage]
    input_tokens = 1200             # and output_tokens, cached_tokens, cache_write_tokens,
    output_tokens = 80              # reasoning_tokens, cost_usd

    [[turn.fault]]
    kind = "status"                 # status html hang silence half half_call invalid reset
                                    # split_utf8 gzip redirect echo_key
    times = 1                       # so many attempts fail before one succeeds
    status = 503
    retry_after = 1                 # seconds
    after = 10                      # characters of text before a silence, half or reset
    body = ""

Which turn answers is derived from the request alone: the answers in it are matched with the script
from its start, so that a session taken up in another process goes on where it was. An answer that
was cut off (a true beginning of its turn's text, without calls) doesn't count. Calls bear the
number of their turn in their ids, so that the place is found again after the start was summarised
away.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from tui_agent.core.blob import preview_of
from tui_agent.core.messages import Message, Usage

T = TypeVar("T")
Value = Any
"""What TOML or JSON gave, before it is checked."""

FAULTS = (
    *("status", "html", "hang", "silence", "half", "half_call", "invalid", "reset"),
    *("split_utf8", "gzip", "redirect", "echo_key"),
)
_CALL_ID = re.compile(r"call_(\d+)_\d+_\d+")
_FAILED = re.compile(
    r"^\W*(error|failed|denied|rejected|cancelled|refused)\b|exit(ed)?[^\n]{0,20}?[: ][1-9]",
    re.IGNORECASE,
)


class ScriptError(ValueError):
    """A script can't be read or isn't one; the message names file and place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptCall:
    """A tool call of a turn."""

    name: str
    arguments: str = "{}"
    """Raw text, as a model sends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFault:
    """What goes wrong before a turn succeeds."""

    kind: str
    times: int = 1
    status: int = 500
    retry_after: float | None = None
    after: int = 10
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What must hold for a turn to be taken."""

    contains: str = ""
    lacks: str = ""
    tool: str = ""
    failed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTurn:
    """One answer."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[ScriptCall, ...] = ()
    when: When = When()
    label: str = ""
    goto: str = ""
    delay_ms: float = 0.0
    rate: float = 0.0
    chunk: int = 24
    stop: str = ""
    usage: Usage | None = None
    faults: tuple[ScriptFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFacts:
    """What is known of the scripted model; prices in dollars a million tokens."""

    context_tokens: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    cached_price: float | None = None
    images: bool | None = None
    """Whether it sees images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole script."""

    turns: tuple[ScriptTurn, ...]
    model: str = "scripted"
    side: str = ""
    name: str = "the script"
    """For messages: where it came from."""
    labels: Mapping[str, int] = field(default_factory=dict)
    facts: ScriptFacts = ScriptFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The turn that answers a request."""

    turn: ScriptTurn
    index: int
    """Its place in the script; -1 for the side answer."""
    visit: int
    """How many answers came before."""

    def call_id(self, number: int) -> str:
        """Return the id of the turn's call `number`, from 0; unique in a session."""
        return f"call_{self.index}_{self.visit}_{number}"


def load_script(path: Path) -> Script:
    """Return the script in a `.json` or TOML file.

    Raises:
        ScriptError: if it can't be read or isn't one.
    """
    try:
        text = path.read_text("utf-8")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ScriptError(f"no script at {path}: {error.strerror}") from error
    except ValueError as error:
        raise ScriptError(f"{path}: {error}") from error
    return parse_script(data, str(path))


def parse_script(data: Value, name: str = "the script") -> Script:
    """Return the script that `data` spells.

    Raises:
        ScriptError: if it spells none.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("turn"), list):
        raise ScriptError(f"{name}: a script has at least one [[turn]]")
    turns: list[ScriptTurn] = []
    for number, values in enumerate(data["turn"], 1):
        turns += _turns(values, f"{name}, turn {number}")
    labels = {turn.label: at for at, turn in enumerate(turns) if turn.label}
    for turn in turns:
        if turn.goto and turn.goto not in labels:
            raise ScriptError(f"{name}: no turn is labelled {turn.goto!r}")
    return Script(
        turns=tuple(turns),
        model=str(data.get("model", "scripted")),
        side=str(data.get("side", "")),
        name=name,
        labels=labels,
        facts=_made(ScriptFacts, data.get("facts", {}), f"{name}, facts"),
    )


def choose(script: Script, messages: Sequence[Message], *, tools: bool) -> Chosen | None:
    """Return the turn that answers `messages`, or None if the script has come to its end."""
    if script.side and not tools:
        return Chosen(turn=ScriptTurn(text=script.side), index=-1, visit=0)
    at, visit, since = 0, 0, 0
    for place, message in enumerate(messages):
        if message.role != "assistant":
            continue
        index = _numbered(script, message)
        if index is None:
            index = _taken(script, at, messages[since:place], messages[:place])
        if index is not None and not _cut_off(script.turns[index], message):
            at = _after(script, index)
            visit += 1
        since = place + 1
    index = _taken(script, at, messages[since:], messages)
    if index is None:
        return None
    return Chosen(turn=script.turns[index], index=index, visit=visit)


def _taken(
    script: Script, at: int, recent: Sequence[Message], before: Sequence[Message]
) -> int | None:
    for index in range(at, len(script.turns)):
        if _holds(script.turns[index].when, recent, before):
            return index
    return None


def _after(script: Script, index: int) -> int:
    goto = script.turns[index].goto
    return script.labels[goto] if goto else index + 1


def _numbered(script: Script, message: Message) -> int | None:
    """Return the turn whose number an answer's calls bear."""
    for call in message.tool_calls:
        if found := _CALL_ID.fullmatch(call.id):
            index = int(found[1])
            return index if index < len(script.turns) else None
    return None


def _cut_off(turn: ScriptTurn, message: Message) -> bool:
    said = preview_of(message.text)
    return not message.tool_calls and said != turn.text and turn.text.startswith(said)


def _holds(when: When, recent: Sequence[Message], before: Sequence[Message]) -> bool:
    if when == When():
        return True
    looked_at = [m for m in recent if not when.tool or m.call_id in _calls_of(when.tool, before)]
    if when.tool and not looked_at:
        return False
    said = "\n".join(preview_of(message.text) for message in looked_at)
    if when.failed is not None:
        results = [preview_of(m.text) for m in looked_at if m.role == "tool"]
        if any(_FAILED.search(text) for text in results) != when.failed:
            return False
    return when.contains in said and not (when.lacks and when.lacks in said)


def _calls_of(tool: str, messages: Sequence[Message]) -> set[str]:
    return {call.id for m in messages for call in m.tool_calls if call.name == tool}


def _turns(values: Value, where: str) -> list[ScriptTurn]:
    if not isinstance(values, Mapping):
        raise ScriptError(f"{where}: a turn is a table")
    copies = values.get("repeat", 1)
    if not isinstance(copies, int) or copies < 1:
        raise ScriptError(f"{where}: repeat is a number from 1")
    if copies == 1:
        return [_turn(values, where)]
    return [_turn(_counted(values, number), where) for number in range(1, copies + 1)]


def _counted(value: Value, number: int) -> Value:
    if isinstance(value, str):
        return value.replace("{i}", str(number))
    if isinstance(value, Mapping):
        return {key: _counted(inner, number) for key, inner in value.items()}
    return [_counted(inner, number) for inner in value] if isinstance(value, list) else value


def _turn(values: Mapping[str, Any], where: str) -> ScriptTurn:
    plain = {k: v for k, v in values.items() if k not in _PARTS}
    usage = values.get("usage")
    return _made(
        ScriptTurn,
        plain
        | {
            "calls": tuple(_call(call, where) for call in values.get("call", [])),
            "when": _made(When, values.get("when", {}), where),
            "usage": None if usage is None else _made(Usage, usage, where),
            "faults": tuple(_fault(fault, where) for fault in values.get("fault", [])),
        },
        where,
    )


_PARTS = ("repeat", "call", "when", "usage", "fault")


def _call(values: Value, where: str) -> ScriptCall:
    call = _made(ScriptCall, values, where)
    if isinstance(call.arguments, str):
        return call
    return ScriptCall(name=call.name, arguments=json.dumps(call.arguments, ensure_ascii=False))


def _fault(values: Value, where: str) -> ScriptFault:
    fault = _made(ScriptFault, values, where)
    if fault.kind not in FAULTS:
        raise ScriptError(
            f"{where}: no fault is called {fault.kind!r}; there are {', '.join(FAULTS)}"
        )
    return fault


def _made(kind: type[T], values: Value, where: str) -> T:
    known = {one.name for one in fields(cast("Value", kind))}
    if not isinstance(values, Mapping):
        raise ScriptError(f"{where}: {kind.__name__} is a table")
    unknown = sorted(set(values) - known)
    if unknown:
        raise ScriptError(f"{where}: {unknown[0]!r} is none of {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ScriptError(f"{where}: {error}") from error
