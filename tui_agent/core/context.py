"""State to model messages: what the next request adds.

What has been sent is never touched again, so that each request is a prefix of the next and the
provider's cache holds. Whatever is new enters as messages at the end, in a fixed order: results,
then context, then what the user did.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_agent.core.blob import Text, preview_of
from tui_agent.core.messages import Message
from tui_agent.core.plan import Plan
from tui_agent.core.prompt import MODES
from tui_agent.core.state.as_run import title_of
from tui_agent.core.state.values import Agent, Call, Session, Unsent
from tui_agent.core.undo import UNDO_TOOL


def pending(session: Session, agent: Agent) -> tuple[Message, ...]:
    """Return the messages that the next request adds to those of the last one."""
    return (*_results(agent), *_images(agent), *_notes(session, agent))


def _results(agent: Agent) -> Iterator[Message]:
    for call_id in agent.unsent_calls:
        call = _find(agent, call_id)
        if call is None:
            continue
        text: Text = call.output.text if call.output is not None else "No result: it was cut off."
        yield Message(role="tool", call_id=call_id, text=text)


def _images(agent: Agent) -> Iterator[Message]:
    """Show what calls gave as images: behind all results, since these must stand together."""
    for call_id in agent.unsent_calls:
        call = _find(agent, call_id)
        if call is not None and call.output is not None and call.output.images:
            text = f"Shown by {call.tool}:"
            yield Message(role="user", text=text, attachments=call.output.images)


def _notes(session: Session, agent: Agent) -> Iterator[Message]:
    if agent.requests == 0 and session.mode == "plan" and not _has(agent, "mode"):
        yield Message(role="user", text=MODES["plan"])
    order = ("context", "mode", "files", "plan", "call")
    for kind in order:
        for one in agent.unsent:
            if one.kind == kind:
                yield from _note(agent, one)
    for one in agent.unsent:
        if one.kind in ("user", "steer"):
            yield Message(role="user", text=one.text, attachments=one.attachments)


def _note(agent: Agent, one: Unsent) -> Iterator[Message]:
    if one.kind == "context" and agent.instructions is not None:
        for text in (agent.instructions.facts, agent.instructions.text):
            if text:
                yield Message(role="user", text=text)
    elif one.kind == "mode":
        yield Message(role="user", text=MODES.get(preview_of(one.text), ""))
    elif one.kind == "files":
        text = (
            "These files have changed, and not by your edits; read them again before you rely on "
            f"them:\n{preview_of(one.text)}"
        )
        yield Message(role="user", text=text)
    elif one.kind == "plan" and agent.plan is not None:
        yield Message(role="user", text=f"The user's plan is now:\n{spell(agent.plan)}")
    elif one.kind == "call":
        yield from _foreign_call(_find(agent, preview_of(one.text)))


def _foreign_call(call: Call | None) -> Iterator[Message]:
    """Tell of a call that the model did not ask for: a plan's, a check's, the user's own."""
    if call is None or call.output is None:
        return
    if call.tool == UNDO_TOOL and not call.output.files:
        return  # Nothing came of it.
    title = title_of(call) or call.tool
    how = f"failed ({call.output.summary})" if call.ended != "denied" else "was not run"
    who = {
        "check": f"The project's check `{call.origin_id}` {how}: {title}",
        "plan": f"Step {call.origin_id} of the approved plan ran {call.tool}: {title}",
        "client": f"{call.origin_id}, another program, called {call.tool}: {title}",
        "user": f"The user ran {title} ({call.output.summary})",
        "undo": f"The user took edits back: {title}. Leave it so unless asked, and read again.",
        "review": f"The user reviewed a diff that is not yours: {title} ({call.output.summary})",
    }.get(call.tool if call.tool in ("review", UNDO_TOOL) else call.origin, title)
    yield Message(role="user", text=who)
    if call.output.text:
        yield Message(role="user", text=call.output.text)


def spell(plan: Plan) -> str:
    """Return a plan as numbered lines with the state of each step."""
    return "\n".join(
        f"{number}. [{step.state.replace('_', ' ')}] {step.text}"
        for number, step in enumerate(plan.steps, 1)
    )


def _has(agent: Agent, kind: str) -> bool:
    return any(one.kind == kind for one in agent.unsent)


def _find(agent: Agent, call_id: str) -> Call | None:
    for turn in reversed(agent.turns):
        if call_id in turn.calls:
            return turn.calls[call_id]
    return None
