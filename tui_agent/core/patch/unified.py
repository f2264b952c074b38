"""Patches as unified diffs, for people, models and git to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tui_agent.core.patch.diff import changed_spans
from tui_agent.core.patch.modes import LINK, is_link, may_run
from tui_agent.core.patch.resolve import Piece, hunk_range, pieces, resolve
from tui_agent.core.patch.values import FilePatch, HunkDecision
from tui_agent.core.patch.view import CONTEXT, FileView
from tui_agent.core.text import dominant, terminated

_QUOTED = '"\\\t\n\r'
_DEFAULT_MODE = 0o644


def unified(view: FileView, decisions: Iterable[HunkDecision] | None = None) -> str:
    """Diff from *before* to what the decisions make of it (without them: the whole proposal).

    Empty if nothing changes. Every change must be decided, or PatchError is raised. The result is
    what ``git apply`` reads, except for binary files.
    """
    if decisions is None:
        decisions = (HunkDecision(path=view.path, runs=view.patch.run_ids, verdict="accept"),)
    chosen = tuple(decisions)
    outcome = resolve(view, chosen)
    if not outcome.changed:
        return ""
    head = list(
        _file_header(view.patch, outcome.target, outcome.mode, deleted=outcome.content is None)
    )
    body = list(hunks_text(view.before, pieces(view, chosen), dominant(view.before, view.after)))
    if view.patch.binary and outcome.content != view.old_bytes:
        body = ["Binary files differ\n"]
    elif body:
        old, new = _quoted("a/", view.path), _quoted("b/", outcome.target)
        head.append(f"--- {'/dev/null' if view.old_bytes is None else old}\n")
        head.append(f"+++ {'/dev/null' if outcome.content is None else new}\n")
    return "".join(head + body)


def _file_header(
    patch: FilePatch, target: str, mode: int | None, *, deleted: bool
) -> Iterator[str]:
    yield f"diff --git {_quoted('a/', patch.path)} {_quoted('b/', target)}\n"
    if patch.kind == "create":
        yield f"new file mode {_git_mode(mode)}\n"
    elif deleted:
        yield f"deleted file mode {_git_mode(patch.old_mode)}\n"
    elif mode is not None and mode != patch.old_mode:
        yield f"old mode {_git_mode(patch.old_mode)}\nnew mode {_git_mode(mode)}\n"
    if target != patch.path:
        yield f"rename from {_quoted('', patch.path)}\nrename to {_quoted('', target)}\n"


def _git_mode(mode: int | None) -> str:
    """Git keeps the kind, and one bit of a file's mode: whether its owner may execute it."""
    bits = _DEFAULT_MODE if mode is None else mode
    if is_link(bits):
        return f"{LINK:o}"
    return "100755" if may_run(bits) else "100644"


def _quoted(prefix: str, path: str) -> str:
    """Spell a path as git does: quoted if a reader could mistake it."""
    if not any(letter in _QUOTED or letter < " " for letter in path):
        return prefix + path
    escapes = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return '"' + "".join(escapes.get(letter, letter) for letter in prefix + path) + '"'


def diff_text(before: Sequence[str], after: Sequence[str], context: int = CONTEXT) -> str:
    """Hunks between two texts, without file headers."""
    found = [
        Piece(start=a, end=a_end, lines=tuple(after[b:b_end]))
        for a, a_end, b, b_end in changed_spans(before, after)
    ]
    return "".join(hunks_text(before, found, dominant(before, after), context))


def hunks_text(
    before: Sequence[str], changes: Sequence[Piece], end: str, context: int = CONTEXT
) -> Iterator[str]:
    """Yield the lines of a diff that makes these changes, which are in order and apart.

    ``end`` is the terminator of a new line that has none where another follows.
    """
    growth = 0
    group: list[Piece] = []
    for index, piece in enumerate(changes):
        group.append(piece)
        if index + 1 < len(changes) and changes[index + 1].start - piece.end <= 2 * context:
            continue
        yield from _hunk(before, group, growth, context, end)
        growth += sum(member.growth for member in group)
        group = []


def _hunk(
    before: Sequence[str], group: Sequence[Piece], growth: int, context: int, end: str
) -> Iterator[str]:
    start, stop = max(0, group[0].start - context), min(len(before), group[-1].end + context)
    old = stop - start
    new = old + sum(piece.growth for piece in group)
    yield f"@@ -{hunk_range(start, old)} +{hunk_range(start + growth, new)} @@\n"
    at = start
    for piece in group:
        yield from _marked(" ", before[at : piece.start])
        yield from _marked("-", before[piece.start : piece.end])
        last = piece.end == len(before)
        yield from _marked("+", piece.lines if last else terminated((*piece.lines, ""), end)[:-1])
        at = piece.end
    yield from _marked(" ", before[at:stop])


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield (
            mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
        )
