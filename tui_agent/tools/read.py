"""The tool `read`: a file's lines, numbered and paged, or what a folder holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.excerpt import beginning
from tui_agent.core.lookup import LookupFailedError
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, SeenFile, Target, ToolOutput
from tui_agent.core.text import TextError, content, decode

LINES = 1000
LONGEST_LINE = 1000
"""Characters of a line that are shown."""
BYTES = 60_000
"""Of one answer."""
FOLDER_ENTRIES = 200

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "File, relative to the workspace"},
        "offset": {"type": "integer", "minimum": 1, "description": "First line, from 1"},
        "limit": {"type": "integer", "minimum": 1, "maximum": LINES},
    },
    "required": ["path"],
    "additionalProperties": False,
}


class Read:
    """Reads; changes nothing."""

    reads_only = True
    spec = ToolSpec(
        name="read",
        description=(
            f"Read a text file. Each line comes as its number, a tab, and the line as it is: quote "
            f"only what follows the tab in an edit. At most {LINES} lines; a longer file says "
            "where to go on with `offset`."
        ),
        parameters=SCHEMA,
    )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        path = view.workspace.locate(given["path"])
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="read",
                title=_title(path, given.get("offset"), given.get("limit")),
                effects=frozenset({"read"}),
                targets=(Target(path=path, effect="read", marks=view.workspace.marks(path)),),
                arguments=canonical(given | {"path": path}),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        given = parse_arguments(approved.proposal.arguments, SCHEMA)
        path = given["path"]
        folder = await _as_folder(path, context)
        if folder is not None:
            return folder
        try:
            data = context.workspace.read(path)
        except ValueError as error:
            hint = (
                "Use search, or a command that prints a part of it."
                if "bytes" in str(error)
                else ""
            )
            return _refused("unreadable", f"{error}. {hint}".strip())
        except OSError as error:
            return _refused("unreadable", f"{path} cannot be read: {error.strerror}.")
        if data is None:
            return _missing(path, context)
        return _page(path, data, given, context)


def _title(path: str, offset: int | None, limit: int | None) -> str:
    if offset is None and limit is None:
        return path
    first = offset or 1
    return f"{path}:{first}-{first + limit - 1}" if limit else f"{path}:{first}-"


async def _as_folder(path: str, context: RunContext) -> ToolOutput | None:
    """Return what a folder holds; None where the path is none."""
    try:
        listing = await context.workspace.list_files(path, depth=1)
    except LookupFailedError:
        return None
    shown = listing.entries[:FOLDER_ENTRIES]
    more = len(listing.entries) - len(shown)
    lines = [f"{path} is a folder with {listing.total:,} files:", *shown]
    if more:
        lines.append(f"… {more} more entries")
    return ToolOutput(ok=True, text="\n".join(lines), summary=f"folder, {listing.total} files")


def _missing(path: str, context: RunContext) -> ToolOutput:
    others = context.workspace.namesakes(path)
    hint = f" Files of that name: {', '.join(others)}." if others else ""
    return _refused("no-match", f"{path} does not exist.{hint}")


def _refused(error: str, text: str) -> ToolOutput:
    return ToolOutput(ok=False, text=text, summary=error, error=error)


def _page(path: str, data: bytes, given: dict[str, Any], context: RunContext) -> ToolOutput:
    try:
        lines = decode(data).lines
    except TextError as error:
        return _refused("unreadable", f"{path}: {error}.")
    first = given.get("offset", 1)
    if not lines:
        return _answer(path, data, "(the file is empty)", "empty", context)
    if first > len(lines):
        return _refused("no-match", f"{path} has {len(lines):,} lines; there is no line {first}.")
    numbered = _numbered(lines, first, given.get("limit", LINES), context.redact)
    last = first + len(numbered) - 1
    text = "\n".join(numbered)
    whole = first == 1 and last == len(lines)
    if last < len(lines):
        text += f"\n(lines {first}-{last} of {len(lines):,}; go on with offset={last + 1})"
    number = f"{len(lines)} line{'s' * (len(lines) != 1)}"
    summary = number if whole else f"lines {first}{'–'}{last}"
    part = None if whole else (first, last, len(lines))
    return _answer(path, data, text, summary, context, part=part)


def _numbered(
    lines: tuple[str, ...], first: int, limit: int, redact: Callable[[str], str]
) -> list[str]:
    numbered: list[str] = []
    size = 0
    for number, line in enumerate(lines[first - 1 : first - 1 + limit], first):
        text = content(line)
        if len(text) > LONGEST_LINE:
            shown = beginning(text, LONGEST_LINE, redact)
            text = f"{shown}… ({len(text):,} characters in this line)"
        numbered.append(f"{number}\t{text}")
        size += len(text.encode("utf-8", "surrogatepass")) + 8
        if size > BYTES:
            break
    return numbered


def _answer(
    path: str,
    data: bytes,
    text: str,
    summary: str,
    context: RunContext,
    *,
    part: tuple[int, int, int] | None = None,
) -> ToolOutput:
    """Answer with the text; `part` has the first and last line shown, and how many there are."""
    context.blobs.put(data)
    seen = SeenFile(path=path, sha=hashlib.sha256(data).hexdigest(), whole=part is None)
    if part is not None:
        seen = replace(seen, ranges=(part[:2],), lines=part[2])
    return ToolOutput(ok=True, text=text, summary=summary, seen=(seen,), truncated=part is not None)
