"""`agent blame`: which session, step and model made each line of a file, or a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from tui_agent.core.blame import Blamed
from tui_agent.core.codec import dumps
from tui_agent.core.text import content
from tui_agent.ui.blame_lines import blame_lines, ranges
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent blame src/app.py            each line: step, decision, model; or human
  agent blame src/app.py --json     the same for programs
  agent blame --notes               a git note on HEAD: what sessions made of the lines it changed
  git commit --trailer "$(agent blame --trailer)"   name the model of what is staged

A line is a session's if the bytes of its edits say so, through later edits, undos and renames;
every other line is human. agent replay ID --at STEP shows how it came about. Only --notes writes,
below refs/notes/agent; git log --notes=agent shows it.

exit status: 0 done, 2 no such file, or no repository for --notes and --trailer
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent blame", description=__doc__, epilog=EXAMPLES)
    made.add_argument("file", nargs="?", default="", metavar="FILE", help="a file of the workspace")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.add_argument("--notes", action="store_true", help="put a git note on HEAD")
    made.add_argument("--trailer", action="store_true", help="print Assisted-by for what is staged")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.notes:
        return _notes(around)
    if parsed.trailer:
        return _trailer(around)
    if not parsed.file:
        message = "name a file: agent blame FILE"
        raise UsageError(message)
    file = around.blame(parsed.file)
    if parsed.json:
        around.paper.data(dumps(_as_json(file)))
    else:
        around.paper.put(*blame_lines(file))
    around.paper.say(*file.notes)
    return DONE


def _as_json(file: Blamed) -> dict[str, object]:
    return {
        "path": file.path,
        "lines": [
            {
                "line": number,
                "text": content(line),
                "origin": asdict(origin) if origin is not None else None,
            }
            for number, (line, origin) in enumerate(zip(file.lines, file.origins, strict=True), 1)
        ],
        "notes": list(file.notes),
    }


def _notes(around: Surroundings) -> int:
    lines = [line for file in around.blame_commit() for line in ranges(file)]
    if not lines:
        around.paper.say("No line that HEAD changed is a session's. No note was written.")
        return DONE
    commit = around.write_note("\n".join(lines))
    around.paper.put(*lines)
    around.paper.say(f"Written as a note on {commit[:12]}: git log --notes=agent shows it.")
    return DONE


def _trailer(around: Surroundings) -> int:
    models: dict[str, set[str]] = {}
    for file in around.blame_staged():
        for origin in file.origins:
            if origin is not None and origin.model:
                models.setdefault(origin.model, set()).add(origin.session[:10])
    if not models:
        around.paper.say("No line of what is staged is a model's.")
        return DONE
    names = ", ".join(sorted(models))
    sessions = ", ".join(sorted({one for found in models.values() for one in found}))
    around.paper.put(f"Assisted-by: {names} (agent {sessions})")
    return DONE
