"""From what a command changed in its copy to the rounds that ask about it, and to its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.digest import seal
from tui_agent.core.edit_call import carry_out, targets_of, title_of
from tui_agent.core.edits import EditError
from tui_agent.core.patch import Patch, describe
from tui_agent.core.proposal import Choice, Leftover, Proposal, Question, Ran, ToolOutput

if TYPE_CHECKING:
    from tui_agent.core.copies import CopyChanges
    from tui_agent.core.ports import RunContext
    from tui_agent.core.proposal import Approved, Command, Effect

TAKE, LEAVE = "t", "l"
"""The answers to the question about what no hunk can show."""

SHOWN = 34
"""Characters of the command that are shown above its changes."""

NOTHING = "It ran in a copy of the workspace, and changed no file there."


def effects_of(
    approved: Approved, done: ToolOutput, ms: int, changes: CopyChanges, context: RunContext
) -> ToolOutput | Proposal:
    """Return what asks about the changes of a command that ran in a copy; else its plain end.

    The bytes are kept as payloads here, so that the copy is needed no more.
    """
    command = approved.proposal.command
    if not changes.files and changes.rest is None:
        return replace(done, text=_joined(done.text, "\n".join((NOTHING, *changes.left))))
    if changes.left:
        done = replace(done, text=_joined(done.text, "\n".join(changes.left)))
    patch = None
    if changes.files:
        patch = Patch(files=tuple(describe(one, context.blobs.put) for one in changes.files))
    base = replace(
        approved.proposal,
        command=None,
        targets=(),
        effects=frozenset({"edit"}),
        ran=Ran(command=command, output=done, ms=ms),
        notes=changes.left,
    )
    if changes.rest is None:
        return _of_patch(base, patch, None, context)
    packed = context.blobs.put(changes.rest.packed, mime="application/x-agent-pack")
    return _of_rest(base, Leftover(what=changes.rest.what, packed=packed, patch=patch))


def next_round(approved: Approved, context: RunContext) -> ToolOutput | Proposal:
    """Do what was decided about a command's changes, or ask about the rest of them.

    Raises EditError and OSError as `Workspace.commit` does; nothing is then changed.
    """
    proposal, rest = approved.proposal, approved.proposal.rest
    if proposal.patch is not None:
        output = carry_out(context)
        output = replace(output, seen=())  # The model has not read these files.
        return _with_rest(output, rest, context)
    if rest is None:
        raise EditError("malformed", "There is nothing to apply.")
    take = approved.decision.verdict != "reject" and approved.decision.answer == TAKE
    decided = replace(rest, take=take, patch=None)
    if rest.patch is not None:
        return _of_patch(proposal, rest.patch, decided, context)
    empty = ToolOutput(ok=True, summary="" if take else "left")
    return _with_rest(empty, decided, context)


def _of_patch(
    base: Proposal, patch: Patch | None, rest: Leftover | None, context: RunContext
) -> Proposal:
    if patch is None:
        raise EditError("malformed", "There is nothing to apply.")
    return seal(
        replace(
            base,
            title=f"{_what(base)}: {title_of(patch)}",
            question=None,
            effects=frozenset({"edit"}),
            targets=targets_of(patch, context.workspace.marks),
            patch=patch,
            rest=rest,
        )
    )


def _what(base: Proposal) -> str:
    command = base.ran.command if base.ran is not None else None
    return _line(command) if command is not None else base.title


def _of_rest(base: Proposal, rest: Leftover) -> Proposal:
    text = "The command changed more in its copy than hunks can show:\n" + "\n".join(rest.what)
    question = Question(
        text=text,
        choices=(
            Choice(key=TAKE, label="take it over", detail="with what you accept of the rest"),
            Choice(key=LEAVE, label="leave it", detail="it goes with the copy"),
        ),
        free_text=False,
    )
    effects: frozenset[Effect] = frozenset({"edit", "question"})
    return seal(replace(base, question=question, rest=rest, effects=effects))


def how_it_ran(ran: Ran) -> str:
    """Say in a line which command ran in a copy, and how it ended there."""
    if ran.command is None:
        return "made in a copy by a child agent"
    how = "ended by time-out" if ran.output.error == "timeout" else f"exit {ran.output.exit_code}"
    words = _line(ran.command)
    words = words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"
    return f"made in a copy by {words}, {how}"


def _line(command: Command) -> str:
    first, _, more = command.text.partition("\n")
    return f"{first} …" if more else first


def _with_rest(output: ToolOutput, rest: Leftover | None, context: RunContext) -> ToolOutput:
    if rest is None:
        return output
    what = "; ".join(rest.what)
    if not rest.take:
        return replace(output, text=_joined(output.text, f"Left in the copy: {what}."))
    try:
        count = context.workspace.unpack(context.blobs.get(rest.packed.sha))
    except (OSError, ValueError) as error:
        said = f"Not taken over, or only in part: {what} ({error})."
        return replace(output, ok=False, text=_joined(output.text, said))
    said = f"Taken over as a whole: {what}."
    summary = output.summary or f"{count} files taken over"
    return replace(output, text=_joined(output.text, said), summary=summary)


def _joined(text: object, more: str) -> str:
    return f"{text}\n{more}" if text else more
