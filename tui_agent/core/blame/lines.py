"""Which line came from where: a file's versions in order, and who made each line of the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from tui_agent.core.patch.diff import Span, changed_spans
from tui_agent.core.text import TextError, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What made a line: a call of a session."""

    session: str
    step: int
    """Its number in the session, as `ID@STEP` names it; 0 where it has none."""
    turn: int
    call_id: str
    tool: str
    model: str
    """Empty where no model asked for it."""
    agent: str
    """The child agent, or the other program, that made it; empty for the main agent."""
    decision: str
    """`accepted`, `edited by hand`, `by rule …`, `by mode …`, `allowed`, `undo`."""
    title: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines of the file before, half-open and from 0, whose change was decided in its own way."""

    start: int
    end: int
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One call's change of a file."""

    origin: Origin
    path: str
    """Where the file was before."""
    target: str
    before: bytes | None
    after: bytes | None
    pieces: tuple[Piece, ...] = ()
    restores: tuple[str, ...] = ()
    """Of an undo: digests of the versions that it brings back, as far as it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blamed:
    """A file with the origin of each of its lines."""

    path: str
    lines: tuple[str, ...]
    origins: tuple[Origin | None, ...]
    notes: tuple[str, ...] = ()
    """What could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    lines: tuple[str, ...] = ()
    origins: tuple[Origin | None, ...] = ()


def blamed(versions: Sequence[Version], now: bytes) -> tuple[Origin | None, ...]:
    """Return the origin of each line of `now`; None: a person's, or from before any session.

    `versions` are one file's in the order in which they came about. What stands between the end of
    one and the beginning of the next was written by a person. A file that is again exactly what it
    was at some time has the origins that it had then.
    """
    known: dict[str, _State] = {}
    state = _State()
    for number, version in enumerate(versions):
        before = _lines(version.before)
        if number == 0:
            state = _State(lines=before, origins=(None,) * len(before))
        else:
            state = _by_a_person(state, known, version.before)
        known.setdefault(_name(version.before), state)
        state = _changed(state, version, known)
        known[_name(version.after)] = state
    return _by_a_person(state, known, now).origins


def _by_a_person(state: _State, known: dict[str, _State], data: bytes | None) -> _State:
    found = known.get(_name(data))
    if found is not None:
        return found
    lines = _lines(data)
    if not known:
        return _State(lines=lines, origins=(None,) * len(lines))
    return _carried(state, lines)[0]


def _changed(state: _State, version: Version, known: dict[str, _State]) -> _State:
    kept, spans = _carried(state, _lines(version.after))
    origins = list(kept.origins)
    for old_start, old_end, start, end in spans:
        origin = _origin(version, old_start, old_end)
        for at in range(start, end):
            origins[at] = origin
    for name in version.restores:
        earlier = known.get(name)
        if earlier is not None:
            _restore(origins, kept.lines, earlier, spans)
    return _State(lines=kept.lines, origins=tuple(origins))


def _restore(
    origins: list[Origin | None], lines: Sequence[str], earlier: _State, spans: Sequence[Span]
) -> None:
    """Give lines that an undo brought back the origins that they had before they were taken."""
    fresh = {at for _, _, start, end in spans for at in range(start, end)}
    at = place = 0
    ends = (len(earlier.lines), len(earlier.lines), len(lines), len(lines))
    for _, old_end, start, end in (*changed_spans(earlier.lines, lines), ends):
        for offset in range(start - at):
            if at + offset in fresh:
                origins[at + offset] = earlier.origins[place + offset]
        at, place = end, old_end


def _origin(version: Version, start: int, end: int) -> Origin:
    for piece in version.pieces:
        if piece.start <= end and start <= piece.end:
            return replace(version.origin, decision=piece.decision)
    return version.origin


def _carried(state: _State, lines: tuple[str, ...]) -> tuple[_State, tuple[Span, ...]]:
    """Return the lines with the origins of those that stay; the others have none yet."""
    spans = changed_spans(state.lines, lines)
    origins: list[Origin | None] = []
    at = 0
    for old_start, old_end, start, end in spans:
        origins += state.origins[at:old_start]
        origins += [None] * (end - start)
        at = old_end
    origins += state.origins[at:]
    return _State(lines=lines, origins=tuple(origins)), spans


def _lines(data: bytes | None) -> tuple[str, ...]:
    if data is None:
        return ()
    try:
        return decode(data).lines
    except TextError:
        return ()


def _name(data: bytes | None) -> str:
    return sha256(data).hexdigest() if data is not None else ""


Entry = Callable[[str], "Version | None"]
"""One call, asked by the name that a file has after it; None where it did nothing to that file."""


def lineage(entries: Sequence[Entry], path: str) -> tuple[Version, ...]:
    """Return the versions that made what is now at `path`, through the names it has had.

    `entries` are all calls in order. A file that was renamed is followed back under its old name;
    one that was created begins there, unless an undo brought it back.
    """
    chosen: list[Version] = []
    name = path
    for entry in reversed(entries):
        version = entry(name)
        if version is None:
            continue
        chosen.append(version)
        if version.before is None and not version.restores:
            break
        name = version.path
    return tuple(reversed(chosen))


def entry_of(version: Version) -> Entry:
    """Return a version as what answers for its call."""
    return lambda name: version if version.target == name else None
