"""A tool of a server, as one of ours: proposed with what it reaches, called, and told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tui_agent.core.arguments import canonical, parse_arguments
from tui_agent.core.digest import seal
from tui_agent.core.excerpt import head_and_tail
from tui_agent.core.images import image_type
from tui_agent.core.messages import Attachment, ToolSpec
from tui_agent.core.ports import RunContext, View
from tui_agent.core.proposal import Approved, Proposal, ToolOutput
from tui_agent.core.served import (
    Answer,
    OfferedTool,
    Served,
    ServerFaultError,
    difference,
    images_of,
    told,
)

_ANY_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": True}
"""What fits is the server's to say: its schema may use all that JSON Schema has."""
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedBy:
    """The server of a tool, as far as a call needs it."""

    server: str
    reaches: str
    host: str
    writes: bool
    sandbox: Callable[[], str]
    call: Callable[[str, dict[str, Any], Callable[[str], None]], Awaitable[Answer]]
    """Call a tool by its own name, with its arguments; progress is shown. ServerFaultError."""
    allowed: Callable[[str], ToolSpec | None]
    """Gives a tool as it was when it was last allowed; None where it never was."""
    allow: Callable[[OfferedTool], None]
    """Note that a tool was allowed as it is."""
    limit: int
    """Characters of an answer that the model is told."""


class ServedTool:
    """One tool of one server. Its server's hints mean nothing."""

    reads_only = False

    def __init__(self, offered: OfferedTool, by: ServedBy) -> None:
        """Offer it as its server does."""
        self.spec = offered.spec
        self._offered, self._by = offered, by

    async def prepare(self, arguments: str, view: View) -> Proposal:
        given = parse_arguments(arguments, _ANY_OBJECT)
        by, offered = self._by, self._offered
        before = by.allowed(self.spec.name)
        changed = difference(before, self.spec) if before is not None else ""
        shown = json.dumps(given, ensure_ascii=False) if given else ""
        title = f"{by.server} {offered.own} {shown}".rstrip()
        return seal(
            Proposal(
                call_id=view.call_id,
                tool=self.spec.name,
                title=title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…",
                effects=frozenset({"execute", "network", "outside"}),
                hosts=(by.host,) if by.host else (),
                served=Served(
                    server=by.server,
                    tool=offered.own,
                    digest=offered.digest,
                    reaches=by.reaches,
                    sandbox=by.sandbox(),
                    writes=by.writes or by.sandbox() == "none",
                    changed=changed,
                ),
                arguments=canonical(given),
            )
        )

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        served = approved.proposal.served
        if served is None or served.digest != self._offered.digest:
            text = "The tool has changed since this call was approved. Nothing was called."
            return ToolOutput(ok=False, text=text, error="approval_mismatch", summary="changed")
        given = parse_arguments(approved.proposal.arguments, _ANY_OBJECT)
        self._by.allow(self._offered)
        try:
            answer = await self._by.call(self._offered.own, given, context.on_output)
        except ServerFaultError as error:
            text = f"The server {self._by.server} gave no answer: {error}. You may go on without."
            return ToolOutput(
                ok=False, text=text, error="server_failed", summary=_short(str(error))
            )
        images = images_of(answer) if context.sees_images else {}
        whole = context.redact(told(answer, images))
        text, cut = head_and_tail(
            whole, head=self._by.limit // 3, tail=self._by.limit - self._by.limit // 3
        )
        if answer.error:
            text = text or "The tool failed and does not say why."
        return ToolOutput(
            ok=not answer.error,
            text=text or "It gave nothing.",
            summary="failed" if answer.error else _size(answer, whole),
            output=whole if cut else "",
            truncated=cut or bool(answer.cut),
            error="tool_failed" if answer.error else "",
            images=tuple(
                self._image(number, data, context)
                for number, data in enumerate(images.values(), start=1)
            ),
        )

    def _image(self, number: int, data: bytes, context: RunContext) -> Attachment:
        mime = image_type(data)
        name = f"{self._by.server}:{self._offered.own} {number}"
        return Attachment(name=name, mime=mime, content=context.blobs.put(data, mime=mime))


def _size(answer: Answer, text: str) -> str:
    kinds = [part.kind for part in answer.parts if part.kind != "text"]
    others = ", ".join(dict.fromkeys(kinds))
    lines = len(text.split("\n")) if text else 0
    said = f"{lines} line{'' if lines == 1 else 's'}"
    return f"{said}, {others}" if others else said


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"
