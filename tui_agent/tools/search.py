"""The tool `search`: lines that match a regular expression, ignored files left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.excerpt import beginning
from tui_agent.core.lookup import Found, LookupFailedError
from tui_agent.core.lookup import Search as Query
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, Target, ToolOutput

MATCHES = 100
CHARACTERS = 30_000
LONGEST_LINE = 400
"""Characters of a line that are shown."""
TITLE = 60

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "pattern": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2000,
            "description": "Regular expression (ripgrep), matched line by line",
        },
        "path": {"type": "string", "description": "File or folder; the workspace if left out"},
        "file_pattern": {"type": "string", "description": "Glob such as *.py or src/**/*.ts"},
        "ignore_case": {"type": "boolean"},
        "context": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10,
            "description": "Lines around each match",
        },
    },
    "required": ["pattern"],
    "additionalProperties": False,
}


class Search:
    """Searches; changes nothing."""

    reads_only = True
    spec = ToolSpec(
        name="search",
        description=(
            "Find lines by a regular expression, under their files with line numbers. Ignored "
            f"files are left out. At most {MATCHES} matches."
        ),
        parameters=SCHEMA,
    )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        path = view.workspace.locate(given.get("path") or ".")
        pattern = given["pattern"]
        shown = pattern if len(pattern) <= TITLE else pattern[:TITLE] + "…"
        place = "" if path == "." else f" in {path}"
        only = f" ({given['file_pattern']})" if given.get("file_pattern") else ""
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="search",
                title=f"{shown}{place}{only}",
                effects=frozenset({"read"}),
                targets=(Target(path=path, effect="read", marks=view.workspace.marks(path)),),
                arguments=canonical(given | {"path": path}),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        given = parse_arguments(approved.proposal.arguments, SCHEMA)
        query = Query(
            pattern=given["pattern"],
            path=given["path"],
            file_pattern=given.get("file_pattern", ""),
            ignore_case=given.get("ignore_case", False),
            context=given.get("context", 0),
            limit=MATCHES,
        )
        try:
            found = await context.workspace.search(query)
        except LookupFailedError as error:
            return ToolOutput(
                ok=False, text=str(error), summary="failed", error="invalid_arguments"
            )
        return _answer(found, query, context.redact)


def _answer(found: Found, query: Query, redact: Callable[[str], str]) -> ToolOutput:
    matches = sum(line.matches for line in found.lines)
    lines: list[str] = []
    size = 0
    cut = found.more
    for line in _rows(found, redact):
        size += len(line) + 1
        if size > CHARACTERS:
            cut = True
            break
        lines.append(line)
    if not matches:
        lines = [f"No line matches {query.pattern!r} in {_place(query)}."]
    if cut:
        lines.append("… there are more matches; narrow the pattern, path or file_pattern")
    if found.hidden:
        lines.append(f"({found.hidden} matches in secret files are not shown)")
    summary = f"{matches}{'+' * cut} {'match' if matches == 1 and not cut else 'matches'}"
    return ToolOutput(ok=True, text="\n".join(lines), summary=summary, truncated=cut)


def _rows(found: Found, redact: Callable[[str], str]) -> Iterator[str]:
    path, last = "", 0
    for line in found.lines:
        if line.path != path:
            if path:
                yield ""
            yield line.path
        elif line.line != last + 1 and not all(one.matches for one in found.lines):
            yield "--"
        path, last = line.path, line.line
        yield f"{line.line}{':' if line.matches else '-'}\t{_shortened(line.text, redact)}"


def _shortened(text: str, redact: Callable[[str], str]) -> str:
    if len(text) <= LONGEST_LINE:
        return text
    return f"{beginning(text, LONGEST_LINE, redact)} … ({len(text):,} characters)"


def _place(query: Query) -> str:
    place = "the workspace" if query.path == "." else query.path
    return f"{place} ({query.file_pattern})" if query.file_pattern else place
