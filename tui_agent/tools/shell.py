"""The tool `shell`: one command, its output streamed, its end told."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.effect_call import effects_of, next_round
from tui_agent.core.excerpt import head_and_tail, last_of_each_line
from tui_agent.core.gate_means import Classifier
from tui_agent.core.messages import ToolSpec
from tui_agent.core.offered_again import offered_again
from tui_agent.core.ports import ArgumentsError, Exit, RunContext, View, Workspace
from tui_agent.core.proposal import Approved, Command, Proposal, ToolOutput
from tui_agent.core.run_summary import summary_of
from tui_agent.core.shell.describe import Described, described

USUAL_SECONDS = 120
LONGEST_SECONDS = 600
MINUTE = 60
OUTPUT_LIMIT = 24_000
"""Characters of the output that the model gets: a third of its start, two of its end."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "minLength": 1, "maxLength": 100_000},
        "timeout": {
            "type": "integer",
            "minimum": 1,
            "maximum": LONGEST_SECONDS,
            "description": f"Seconds; {USUAL_SECONDS} if left out",
        },
        "cwd": {"type": "string", "description": "Folder; the workspace if left out"},
    },
    "required": ["command"],
    "additionalProperties": False,
}


class Shell:
    """Runs a command, at most for `longest_seconds`, and tells the model `limit` characters.

    `classifier` reads the command; without one every command counts as one that may do anything.
    """

    reads_only = False
    spec = ToolSpec(
        name="shell",
        description=(
            "Run a bash command in the workspace: tests, builds, git, versions. Each call starts "
            "afresh: no input, no terminal, and what is left in the background is ended with it. "
            "Long output is shortened for you: don't pipe into tail or head, which would hide the "
            "exit status. To read, search or change files, use the tools made for it."
        ),
        parameters=SCHEMA,
    )

    def __init__(
        self,
        *,
        longest_seconds: float = LONGEST_SECONDS,
        limit: int = OUTPUT_LIMIT,
        classifier: Classifier | None = None,
    ) -> None:
        self._longest = longest_seconds
        self._limit = limit
        self._classifier = classifier

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, SCHEMA)
        text = given["command"].strip("\n")
        if not text.strip() or "\0" in text:
            message = "The command is empty, or holds a NUL character."
            raise ArgumentsError(message)
        seconds = min(given.get("timeout", USUAL_SECONDS), self._longest)
        cwd = view.workspace.locate(given.get("cwd") or view.cwd)
        command = Command(text=text, cwd=cwd, timeout_seconds=seconds)
        found = await asyncio.to_thread(self._described, command, view.workspace)
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="shell",
                title=text.partition("\n")[0],
                effects=found.effects,
                targets=found.targets,
                hosts=found.hosts,
                command=found.command,
                arguments=canonical(given),
            )
        )

    def _described(self, command: Command, workspace: Workspace) -> Described:
        if self._classifier is None:
            unread = replace(command, unread="nothing here can read it")
            return Described(command=unread, effects=frozenset({"execute"}))
        return described(command, self._classifier, workspace)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput | Proposal:
        if approved.proposal.ran is not None:
            return next_round(approved, context)
        command = approved.proposal.command
        if command is None:
            message = "the proposal carries no command"
            raise ValueError(message)
        done = await context.runner.run(command, context.on_output)
        text = context.redact(last_of_each_line(done.output))
        head = self._limit // 3
        text, cut = head_and_tail(text, head=head, tail=self._limit - head)
        summary = summary_of(done)
        end = "" if not text or text.endswith("\n") else "\n"
        output = ToolOutput(
            ok=done.exit_code == 0,
            text=f"{text}{end}{_verdict(done, command)}",
            summary=summary,
            exit_code=done.exit_code,
            output=done.output,
            truncated=cut or done.truncated,
            error="timeout" if done.timed_out else "",
        )
        if done.changes is None:
            return offered_again(approved.proposal, output, done.held, done.ms) or output
        return effects_of(approved, output, done.ms, done.changes, context)


def _verdict(done: Exit, command: Command) -> str:
    if done.timed_out:
        return (
            f"[ended by us after {command.timeout_seconds:g} s: time-out. Give a longer timeout, "
            "or run less at once.]"
        )
    by = f", killed by {_signal(done.signal)}" if done.signal else ""
    return f"[exit {done.exit_code}{by}, {_duration(done.ms)}]"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _duration(ms: int) -> str:
    seconds = ms / 1000
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    return f"{int(seconds // MINUTE)} min {int(seconds % MINUTE)} s"
