"""The request of a model, derived from the state: blobs loaded, attachments laid out, hashed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.serving import renewed, served_specs
from tui_agent.core.blob import preview_of
from tui_agent.core.context import pending
from tui_agent.core.events import ModelRequested
from tui_agent.core.messages import Message, ModelRequest, ToolSpec
from tui_agent.core.prompt import prompt_hash
from tui_agent.core.servers import is_served

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


Purpose = Literal["turn", "compaction"]


def next_request(
    engine: Engine, purpose: Purpose, request_id: str, asked: str = ""
) -> tuple[ModelRequest, ModelRequested]:
    """Return the request that comes next, and what is recorded of it.

    `asked`: what the model is told at the end, in the place of a person's words.
    """
    agent = engine.agent
    added = tuple(_kept(engine, one) for one in pending(engine.live.state, agent))
    if asked:
        added = (*added, Message(role="user", text=engine.stored(asked)))
    request = build(engine, request_id, added)
    sent = (*agent.messages, *added)
    first = agent.requests == 0 or renewed(engine)
    return request, ModelRequested(
        request_id=request_id,
        model=request.model,
        request_hash=engine.hashes.of(request, sent),
        added=added,
        system=engine.stored(request.system) if first else "",
        tools=request.tools if first else (),
        first=first,
        purpose=purpose,
        prompt=_prompt(engine, purpose, first=first),
    )


def _prompt(engine: Engine, purpose: Purpose, *, first: bool) -> str:
    """Return the hash of our own words in a request; empty where it has none."""
    name = "compaction" if purpose == "compaction" else "system" if first else ""
    return prompt_hash(engine.world.prompts[name]) if name else ""


def _kept(engine: Engine, message: Message) -> Message:
    """Store a large text once, so that the log does not repeat it with every request."""
    return replace(message, text=engine.stored(message.text))


def build(engine: Engine, request_id: str, added: tuple[Message, ...]) -> ModelRequest:
    """Return the next request: everything sent before, word for word, and `added`."""
    agent = engine.agent
    limits = engine.settings.limits
    files: dict[str, bytes] = {}
    resolved = tuple(_resolved(engine, one, files) for one in (*agent.messages, *added))
    return ModelRequest(
        request_id=request_id,
        model=engine.model,
        system=_system(engine) if agent.requests else system_of(engine),
        messages=resolved,
        tools=tools_now(engine),
        first_token_seconds=limits.first_token_seconds,
        silence_seconds=limits.silence_seconds,
        files=tuple(files.items()),
    )


def _system(engine: Engine) -> str:
    """Return the words that the session began with; ours of today where they are gone."""
    try:
        return engine.loaded(engine.agent.system)
    except KeyError:
        return system_of(engine)


def system_of(engine: Engine) -> str:
    """Return what the model is told before anything else; a child's own words stand after ours."""
    set_out = engine.agent.set_out
    own = engine.loaded(set_out.instructions).strip() if set_out is not None else ""
    ours = engine.world.prompts["system"]
    return f"{ours}\n\n{own}" if own else ours


def tools_now(engine: Engine) -> tuple[ToolSpec, ...]:
    """Return the tools of the next request: those of the first, as long as it begins like that."""
    if not engine.agent.requests:
        return offered(engine)
    return offered_again(engine) if renewed(engine) else engine.agent.tools


def offered(engine: Engine) -> tuple[ToolSpec, ...]:
    """Return the tools as the model is told, in a fixed order."""
    own = [tool.spec for name, tool in engine.world.tools.items() if not is_served(name)]
    return tuple(sorted((*own, *served_specs(engine)), key=lambda one: one.name))


def offered_again(engine: Engine) -> tuple[ToolSpec, ...]:
    """Return the tools of the requests before, with those that servers offer now."""
    own = [one for one in engine.agent.tools if not is_served(one.name)]
    return tuple(sorted((*own, *served_specs(engine)), key=lambda one: one.name))


def _text_of(engine: Engine, message: Message) -> str:
    """Return a message's text; where its payload is gone, its beginning and that it is gone."""
    try:
        return engine.loaded(message.text)
    except KeyError:
        return f"{preview_of(message.text)}\n\n[the rest is missing from the session]"


def _resolved(engine: Engine, message: Message, files: dict[str, bytes]) -> Message:
    """Load what the message names; text attachments are laid out in it, images go beside it."""
    text = _text_of(engine, message)
    images = []
    for one in message.attachments:
        try:
            data = engine.world.log.get(one.content.sha)
        except KeyError:
            text += f"\n\n[{one.name} is missing from the session]"
            continue
        if one.mime.startswith("image/"):
            files[one.content.sha] = data
            images.append(one)
        else:
            body = data.decode("utf-8", "replace")
            text += f'\n\n<file path="{one.name}">\n{body}\n</file>'
    opaque = tuple(item for item in message.opaque if item.model in ("", engine.model))
    whole = (text, tuple(images), opaque)
    if whole == (message.text, message.attachments, message.opaque):
        return message  # Most are: a request then costs a reference each.
    return replace(message, text=text, attachments=whole[1], opaque=opaque)
