"""The tool `shell`: one command, asked about, run with its output streamed, ended with its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_agent.core.digest import seal
from tui_agent.core.edits import EditError
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import ArgumentsError
from tui_agent.core.proposal import Command, CommandPart, Proposal, ToolOutput
from tui_agent.tools.arguments import canonical, parsed

if TYPE_CHECKING:
    from tui_agent.core.ports import Exit, RunContext, View
    from tui_agent.core.proposal import Approved

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "minLength": 1, "description": "A bash command line."},
        "cwd": {"type": "string", "description": "Folder to run in; default: the root."},
        "timeout": {
            "type": "integer",
            "minimum": 1,
            "maximum": 3600,
            "description": "Seconds; default 120.",
        },
    },
    "required": ["command"],
}

DEFAULT_SECONDS = 120


class ShellTool:
    """Runs a command in the workspace.

    Args:
        longest_seconds: What `timeout` is cut to.
        output_bytes: What the model is told of the output; head and tail are kept.
        programs: In a profile that names them, the only programs that may run; else empty.
    """

    reads_only = False

    def __init__(
        self,
        *,
        longest_seconds: float = 600.0,
        output_bytes: int = 50_000,
        programs: tuple[str, ...] = (),
    ) -> None:
        self._longest = longest_seconds
        self._output_bytes = output_bytes
        self._programs = programs
        self.spec = ToolSpec(
            name="shell",
            description="Run a command in the workspace and get its output and exit status. "
            "There is no terminal and no input. The person is asked first. Not for reading or "
            "changing files: use the other tools.",
            parameters=SCHEMA,
        )

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Say which command would run, and where."""
        given = parsed(arguments, SCHEMA)
        text: str = given["command"].strip()
        if not text or "\0" in text:
            message = "'command' must be a command line."
            raise ArgumentsError(message)
        seconds = min(float(given.get("timeout", DEFAULT_SECONDS)), self._longest)
        try:
            cwd = view.workspace.locate(given["cwd"]) if given.get("cwd") else "."
        except EditError as error:
            raise ArgumentsError(str(error)) from None
        self._refuse_unlisted(text)
        command = Command(
            text=text,
            cwd=cwd or ".",
            timeout_seconds=seconds,
            parts=(CommandPart(text=text, reason="can change files"),),
        )
        return seal(
            Proposal(
                call_id=view.call_id,
                tool="shell",
                title=text,
                effects=frozenset({"execute"}),
                command=command,
                arguments=canonical(given),
            )
        )

    def _refuse_unlisted(self, text: str) -> None:
        program = text.split(maxsplit=1)[0]
        if self._programs and (program not in self._programs or set(text) & set(";|&<>$`\n()")):
            known = ", ".join(self._programs)
            message = f"The profile runs only {known}, one command at a time; {program} is not run."
            raise ArgumentsError(message)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        """Run the command as it was approved."""
        command = approved.proposal.command
        if command is None:
            message = "a shell call without a command"
            raise ValueError(message)
        done = await context.runner.run(command, context.on_output)
        shown = self._cut(done.output)
        ended = _ended(done, command)
        return ToolOutput(
            ok=done.exit_code == 0,
            text=f"{shown.rstrip()}\n\n{ended}".lstrip(),
            output=shown,
            summary=ended if done.exit_code != 0 else _seconds(done.ms),
            exit_code=done.exit_code,
            truncated=done.truncated or len(shown) < len(done.output),
            error="timeout" if done.timed_out else "",
        )

    def _cut(self, output: str) -> str:
        if len(output) <= self._output_bytes:
            return output
        head, tail = self._output_bytes // 3, self._output_bytes * 2 // 3
        left_out = len(output) - head - tail
        return f"{output[:head]}\n[… {left_out:,} characters left out …]\n{output[-tail:]}"


def _ended(done: Exit, command: Command) -> str:
    if done.timed_out:
        return f"timed out after {command.timeout_seconds:g} s and was ended"
    if done.signal is not None:
        return f"ended by signal {done.signal}"
    return f"exit {done.exit_code}"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
