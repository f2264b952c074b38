"""One call of one tool on a real workspace, as the agent makes it: prepare, decide, run."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.workspace import KeptBlobs, workspace_at
from tui_agent.adapters.redaction import redact
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.agent.effects import planned_writes
from tui_agent.agent.files import SeenFiles
from tui_agent.core.blob import Blob
from tui_agent.core.digest import digest_of
from tui_agent.core.patch import FileView, HunkDecision, Settled, settle
from tui_agent.core.ports import RunContext, Tool, View
from tui_agent.core.proposal import Approved, Decision, Proposal, SeenFile, ToolOutput


@dataclass(kw_only=True)
class Bench:
    """A workspace with what the model has seen of it."""

    root: Path
    blobs: KeptBlobs = field(default_factory=KeptBlobs)
    seen: dict[str, SeenFile] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    async def prepare(self, tool: Tool, **arguments: object) -> Proposal:
        """Let the tool say what a call would do."""
        return await tool.prepare(json.dumps(arguments), self.view())

    async def call(self, tool: Tool, **arguments: object) -> ToolOutput:
        """Prepare a call, approve all of it and run it."""
        return await self.run(tool, await self.prepare(tool, **arguments), Decision(verdict="once"))

    async def run(self, tool: Tool, proposal: Proposal, decision: Decision) -> ToolOutput:
        """Run a decided proposal; without hunks every change is accepted."""
        files = proposal.patch.files if proposal.patch else ()
        hunks = decision.hunks or tuple(
            HunkDecision(path=one.path, runs=one.run_ids, verdict="accept") for one in files
        )
        settled = tuple(
            settle(FileView.of(one, self._bytes(one.before), self._bytes(one.after)), hunks)
            for one in files
        )
        approved = Approved(
            proposal=proposal, decision=decision, digest=digest_of(proposal, decision)
        )
        output = await tool.run(approved, self._context(settled))
        assert not isinstance(output, Proposal)
        self.seen |= {one.path: one for one in output.seen}
        return output

    def view(self) -> View:
        """Return what `prepare` looks at."""
        workspace = workspace_at(self.root, self.blobs)
        return View(
            call_id="call-1",
            agent_id="main",
            seen=self.seen,
            files=SeenFiles(workspace, self.seen, self.blobs),
            workspace=workspace,
            put=self.blobs.put,
            load=self.blobs.get,
        )

    def _bytes(self, blob: Blob | None) -> bytes | None:
        return None if blob is None else self.blobs.get(blob.sha)

    def _context(self, settled: Sequence[Settled]) -> RunContext:
        return RunContext(
            call_id="call-1",
            agent_id="main",
            workspace=workspace_at(self.root, self.blobs),
            runner=PlainRunner(Launching(root=self.root, environ=dict(os.environ))),
            blobs=self.blobs,
            on_output=self.shown.append,
            settled=tuple(settled),
            writes=planned_writes(settled, self.blobs.put),
            seen=self.seen,
            redact=lambda text: redact(text)[0],
        )


def sha(data: bytes) -> str:
    """Return what a file's bytes are named by."""
    return hashlib.sha256(data).hexdigest()
