"""The tool `undo`: edits of this session taken back, as far as nobody has written there since.

No model is told of it. Its arguments name what each file was before and after each edit, by
digest, so that it needs nothing but the session's payloads and the files as they are.
"""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.blob import preview_of
from tui_agent.core.digest import seal
from tui_agent.core.edit_call import carry_out, propose_changes
from tui_agent.core.edits import EditError
from tui_agent.core.messages import ToolSpec
from tui_agent.core.proposal import Command, Proposal, ToolOutput
from tui_agent.core.undo import UNDO_TOOL, WrittenFile, notes_of, take_back

if TYPE_CHECKING:
    from tui_agent.core.ports import RunContext, View
    from tui_agent.core.proposal import Approved

_FILE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "call": {"type": "string", "minLength": 1},
        "path": {"type": "string", "minLength": 1},
        "target": {"type": "string", "minLength": 1},
        "before": {"type": "string"},
        "after": {"type": "string"},
        "mode_before": {"type": "integer"},
        "mode_after": {"type": "integer"},
        "stays": {"type": "string"},
        "runs": {"type": "array", "items": {"type": "string"}},
        "by_command": {"type": "boolean"},
    },
    "required": ["call", "path", "target"],
    "additionalProperties": False,
}
_REWIND: dict[str, Any] = {
    "type": "object",
    "properties": {
        "to_seq": {"type": "integer"},
        "conversation": {"type": "boolean"},
        "files": {"type": "boolean"},
    },
    "required": ["to_seq", "conversation", "files"],
    "additionalProperties": False,
}
"""What is to be recorded once the files are as they were: that the session went back."""
_ENTRY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "call": {"type": "string", "minLength": 1},
        "commit": {"type": "string", "pattern": "^[0-9a-f]{40,64}$"},
        "message": {"type": "string"},
    },
    "required": ["call", "commit"],
    "additionalProperties": False,
}
"""An entry of git's stash that a command dropped."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "what": {"type": "string", "minLength": 1},
        "files": {"type": "array", "items": _FILE},
        "commands": {"type": "integer", "minimum": 0},
        "ran": {"type": "array", "items": {"type": "string"}},
        "rewind": _REWIND,
        "stash": {"type": "array", "items": _ENTRY},
    },
    "required": ["what", "files"],
    "additionalProperties": False,
}

_OF_THE_CALL = ("call", "runs", "by_command")
"""What tells whose change it is, not what it was."""

DESCRIPTION = "Take edits of this session back; lines written since stay."
ALREADY = "nothing to take back"


class Undo:
    """Proposes what taking edits back does to the files as they are now.

    A file that somebody has changed in the same place is named and left out.
    """

    reads_only = False
    spec = ToolSpec(name=UNDO_TOOL, description=DESCRIPTION, parameters=SCHEMA)

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        written = [_written(file) for file in given["files"]]
        back = take_back(written, view.files, view.load)
        if back.left_out and not back.changes:
            raise EditError("stale", "\n".join(f"{one.reason}." for one in back.left_out))
        given["left_out"] = [path for one in back.left_out for path in one.paths]
        where = "since then" if "rewind" in given else f"in {given['what']}"
        notes = notes_of(back, where, given.get("commands", 0), given.get("ran", ()))
        stash = given.get("stash", ())
        notes += tuple(f"comes back to the stash: {_named(one)}" for one in stash)
        if not back.changes:
            alone = "rewind" in given and not given["rewind"]["files"]
            proposal = Proposal(
                call_id=view.call_id,
                tool=UNDO_TOOL,
                title=given["what"] if alone or stash else f"{given['what']}: {ALREADY}",
                effects=frozenset({"edit"}) if stash else frozenset({"read"}),
                notes=notes,
                arguments=canonical(given),
            )
            return seal(proposal)
        proposal = propose_changes(UNDO_TOOL, back.changes, given, view)
        title = f"{given['what']}: {proposal.title}"
        return seal(replace(proposal, title=title, notes=(*notes, *proposal.notes)))

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        notes = approved.proposal.notes
        if approved.proposal.patch is None:
            said = ALREADY if approved.proposal.title.endswith(ALREADY) else ""
            text = "The files are as they were before already."
            output = ToolOutput(ok=True, text=text, summary=said)
        else:
            output = carry_out(context)
        stash = json.loads(approved.proposal.arguments).get("stash", ())
        failed = [why for one in stash if (why := await _stored(one, context))]
        text = "\n".join([preview_of(output.text), *notes, *failed])
        return replace(output, ok=not failed, text=text, seen=())  # The model reads them again.


def _named(entry: dict[str, Any]) -> str:
    return f"{entry.get('message') or 'an entry'} ({entry['commit'][:12]})"


async def _stored(entry: dict[str, Any], context: RunContext) -> str:
    """Put an entry back on the stash; return why it could not be done."""
    commit, message = entry["commit"], shlex.quote(entry.get("message", ""))
    if context.snapshots is not None:
        with suppress(OSError):  # Then git says that it is gone.
            await context.snapshots.give_back(commit)
    text = f"git stash store -m {message} {commit}"
    done = await context.runner.run(Command(text=text), context.on_output)
    if done.exit_code == 0:
        return ""
    return f"Not back on the stash: {_named(entry)}: {done.output.strip()}"


def _written(file: dict[str, Any]) -> WrittenFile:
    return WrittenFile(**{name: value for name, value in file.items() if name not in _OF_THE_CALL})
