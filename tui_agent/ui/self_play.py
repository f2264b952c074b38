"""A session that plays itself with fixed decisions, told in text: the demo without a terminal."""

from __future__ import annotations

from tui_agent.core.commands import Close, Decide, Submit
from tui_agent.core.events import MAIN_AGENT, ApprovalRequested, TurnEnded
from tui_agent.core.patch import HunkDecision, Patch
from tui_agent.core.ports import Client
from tui_agent.core.proposal import Decision
from tui_agent.ui.exit_status import FAILED, status_of
from tui_agent.ui.text import Paper
from tui_agent.ui.transcript import Detail, Transcript

REASON = "no fractions of a cent, please"


async def self_play(client: Client, paper: Paper, message: str) -> int:
    """Send the message, decide as a person might, and return the exit status.

    Of the first patch the first change is accepted and the last rejected with a reason; everything
    after it is accepted.
    """
    told = Transcript(client.blob, Detail(users=True, tools=True, diffs=True, output=True))
    status, patches = FAILED, 0
    client.send(Submit(text=message))
    async for record in client.events():
        lines = await told.tell(record)
        if lines.answer or lines.aside:
            paper.put(*lines.answer, *lines.aside)
        event = record.event
        if isinstance(event, ApprovalRequested):
            patch = event.proposal.patch
            decision = _decided(patch if patches == 0 else None)
            patches += patch is not None
            said = (
                "you accept the first change and reject the other"
                if decision.hunks
                else "you say yes"
            )
            paper.put([("pending", "◆ "), ("", f"{said}  ({event.reason.text})")])
            client.send(Decide(request_id=event.request_id, decision=decision))
        elif isinstance(event, TurnEnded) and record.agent_id == MAIN_AGENT:
            status = status_of(event)
            client.send(Close())
    return status


def _decided(patch: Patch | None) -> Decision:
    runs = [(file.path, run) for file in (patch.files if patch else ()) for run in file.run_ids]
    if not runs[1:]:
        return Decision(verdict="once")
    (last_path, last_run) = runs[-1]
    accepted = [HunkDecision(path=path, runs=(run,), verdict="accept") for path, run in runs[:-1]]
    rejected = HunkDecision(path=last_path, runs=(last_run,), verdict="reject", reason=REASON)
    return Decision(verdict="once", hunks=(*accepted, rejected))
