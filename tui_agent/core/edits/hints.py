"""What a refusal says so that the next attempt fits; nothing here decides where an edit goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui_agent.core.edits.contract import EditError
from tui_agent.core.edits.rungs import BLANKS, is_blank, occurrences

PLACES = 5
"""Places that an ambiguous edit's message names."""
_SHOWN = 160
_SEEDS = 300
_NUMBERED = re.compile(r"^\s*\d+(?:\t|\s*[|:\u2192] ?)")
_ESCAPE = re.compile(r"\\([nt\"'\\])")
_ESCAPED = {"n": "\n", "t": "\t"}
_DOTS = {"...", "\u2026"}
_MAX_OLD = 400
_TELLING = 6
_COMPARED = 300


def visible(line: str) -> str:
    """Show a line with its blanks: dots and arrows at the edges, codes for odd characters."""
    body = line.strip(BLANKS)
    lead = line[: len(line) - len(line.lstrip(BLANKS))]
    trail = line[len(lead) + len(body) :]
    edges = str.maketrans({" ": "\u00b7", "\t": "\u2192"})
    shown = "".join(
        letter
        if letter == " " or (letter.isascii() and letter.isprintable()) or letter.isalnum()
        else ascii(letter)[1:-1]
        for letter in body
    )
    shown = lead.translate(edges) + shown + trail.translate(edges)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "\u2026"


def no_match(
    path: str,
    file: Sequence[str],
    old: Sequence[str],
    new: Sequence[str],
    what: str = "The old lines are",
    *,
    marked: bool = False,
) -> EditError:
    """Say what the old lines come closest to, and where they first differ.

    `marked` lines are from a patch, where each has a mark in front.
    """
    parts = [f"{what} not in {path}."]
    parts += _closest(path, file, old)
    parts += _present(file, new)
    parts += (_mismarked(file, old) if marked else []) or _misspelt(file, old)
    return EditError("no-match", "\n".join(parts))


def no_anchor(path: str, file: Sequence[str], anchors: Sequence[str]) -> EditError:
    """Say which anchor is missing where the one before it leads, and which lines hold its text."""
    bare = [line.strip(BLANKS) for line in file]
    above, floor = "", -1
    for anchor in anchors:
        at = next((at for at, line in enumerate(bare) if at > floor and line == anchor.strip()), -1)
        if at < 0:
            break
        above, floor = f", not below {anchor!r} at line {at + 1}", at
    wanted = anchor.strip()
    holders = [at for at, line in enumerate(bare) if wanted in line]
    below = [at for at in holders if at > floor]
    if not holders:
        return no_match(path, file, [anchor], (), f"The anchor {anchor!r} is")
    if any(bare[at] == wanted for at in holders):
        said = f"The anchor {anchor!r} is in {path}{above}:"
        wish = "Give the anchors from the outermost to the innermost, each below the last."
    else:
        said = f"The anchor {anchor!r} is not a whole line of {path}. Lines that hold it:"
        wish = "Give the whole line after @@."
    return EditError("no-match", f"{said}\n{_listed(file, below or holders)}\n{wish}")


def ambiguous(
    path: str, file: Sequence[str], starts: Sequence[int], what: str = "The old lines are"
) -> EditError:
    """Name the places, at most five, and ask for context."""
    places = sorted(set(starts))
    return EditError(
        "ambiguous",
        f"{what} in {len(starts)} places of {path}:\n{_listed(file, places)}\n"
        "Add lines of context before or after until only one place fits.",
    )


def _listed(file: Sequence[str], places: Sequence[int]) -> str:
    shown = "\n".join(
        f"  line {at + 1}: {visible(file[at])}" for at in places[:PLACES] if at < len(file)
    )
    return shown + (f"\n  and {len(places) - PLACES} more" if len(places) > PLACES else "")


def missing(path: str, namesakes: Sequence[str]) -> EditError:
    """Say that there is no such file, and which files have its name."""
    names = ", ".join(namesakes[:PLACES])
    other = f" Files of that name: {names}. Name the one you mean." if names else ""
    return EditError("no-match", f"There is no file {path}.{other}")


def _closest(path: str, file: Sequence[str], old: Sequence[str]) -> list[str]:
    if not file:
        return [f"{path} is empty."]
    start = _longest_run(file, old[:_MAX_OLD])
    if start is None:
        start = _most_similar(file, old)
    if start is None:
        return []
    odd = [index for index, line in enumerate(old) if _at(file, start + index) != line]
    if not odd:
        return []
    first = max(start, 0) + 1
    said = [f"The closest place begins at line {first}; the first difference, at "]
    said[-1] += _difference(file, start + odd[0], old[odd[0]])
    worse = [
        index for index in odd if (_at(file, start + index) or "").strip() != old[index].strip()
    ]
    if worse and worse[0] != odd[0] and (_at(file, start + odd[0]) or "").strip():
        said.append(
            f"The first that is not only in blanks, at "
            f"{_difference(file, start + worse[0], old[worse[0]])}"
        )
    return said


def _at(file: Sequence[str], place: int) -> str | None:
    return file[place] if 0 <= place < len(file) else None


def _difference(file: Sequence[str], at: int, line: str) -> str:
    actual = _at(file, at)
    place = f"line {at + 1}" if at >= 0 else "before the first line"
    has = "no such line" if actual is None else visible(actual) or "(an empty line)"
    return f"{place}:\n  expected: {visible(line)}\n  the file: {has}"


def _longest_run(file: Sequence[str], old: Sequence[str]) -> int | None:
    """Where ``old`` would begin if its longest run of lines in the file stood in its place."""
    bare = [line.strip() for line in file]
    places: dict[str, list[int]] = {}
    for at, line in enumerate(bare):
        places.setdefault(line, []).append(at)
    best, start = 0, None
    runs: dict[int, int] = {}
    for index, line in enumerate(map(str.strip, old)):
        found = places.get(line, ())
        if not line or len(found) > _SEEDS:
            found = [at + 1 for at in runs if at + 1 < len(bare) and bare[at + 1] == line]
        runs = {at: runs.get(at - 1, 0) + 1 for at in found}
        for at, length in runs.items():
            if length > best:
                best, start = length, at - index
    return start


def _most_similar(file: Sequence[str], old: Sequence[str]) -> int | None:
    from rapidfuzz import fuzz, process

    index, line = next(((i, line) for i, line in enumerate(old) if not is_blank(line)), (0, ""))
    heads = [other[:_COMPARED] for other in file]
    found = process.extractOne(line[:_COMPARED], heads, scorer=fuzz.ratio, score_cutoff=60)
    return int(found[2]) - index if found and line else None


def _present(file: Sequence[str], new: Sequence[str]) -> list[str]:
    if len("".join(new).strip()) < _TELLING:
        return []
    at = next(occurrences(file, new), None)
    return [] if at is None else [f"The new lines are already there, at line {at + 1}."]


def _misspelt(file: Sequence[str], old: Sequence[str]) -> list[str]:
    if all(_NUMBERED.match(line) for line in old):
        bare = [_NUMBERED.sub("", line) for line in old]
        if next(occurrences(file, bare), None) is not None:
            return ["Leave out the line numbers: they are not in the file."]
    text = "\n".join(old)
    plain = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)
    if plain != text and plain in "\n".join(file):
        return ["The old lines are escaped once too often: write the characters themselves."]
    if any(line.strip() in _DOTS for line in old):
        return ["Dots do not stand for lines left out: quote every line, or less of them."]
    return []


def _mismarked(file: Sequence[str], old: Sequence[str]) -> list[str]:
    if old[0].startswith("-- "):
        return ["Leave out the --- and +++ lines: the file is named by its *** line."]
    known = set(file)
    odd = [line for line in old if line.strip() and line not in known]
    if odd and all(f" {line}" in known for line in odd):
        return ["A line of context begins with one space more than the file's own line."]
    return []
