"""The digest that an approval binds: tool, arguments, working directory, bytes before and after."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.proposal import Command, Decision, Proposal


def seal(proposal: Proposal) -> Proposal:
    """Return the proposal with the digest of all that an approval of it would bind."""
    return replace(proposal, digest=digest_of(proposal))


def digest_of(proposal: Proposal, decision: Decision | None = None) -> str:
    """Return the SHA-256 (hex) over a proposal and, once decided, what was decided of it."""
    command = proposal.command
    bound = {
        "tool": proposal.tool,
        "arguments": proposal.arguments,
        "command": _command(command) if command else None,
        "targets": sorted([t.path, t.effect, t.sha_before or ""] for t in proposal.targets),
        "patch": [
            [
                one.path,
                one.new_path,
                one.before.sha if one.before else None,
                one.after.sha if one.after else None,
                one.old_mode,
                one.new_mode,
            ]
            for one in (proposal.patch.files if proposal.patch else ())
        ],
        **({"rest": [proposal.rest.packed.sha, proposal.rest.take]} if proposal.rest else {}),
        **({"served": proposal.served.digest} if proposal.served else {}),
        "decision": None
        if decision is None
        else [
            decision.command,
            sorted(
                (
                    [hunk.path, list(hunk.runs), hunk.verdict, hunk.span, hunk.text]
                    for hunk in decision.hunks
                ),
                key=str,
            ),
        ],
    }
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _command(command: Command) -> list[str]:
    """Where it runs is named only where that is unusual: older digests stay what they were."""
    copy = ["copy"] if command.view == "copy" else []
    reach = [command.reach] if command.reach != "workspace" else []
    return [command.text, command.cwd, *copy, *reach]
