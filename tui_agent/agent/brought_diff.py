"""A diff that the user brings, kept as a payload of the session before a turn asks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.core.messages import Attachment

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.commands import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDiff:
    """What the turn begins with that asks about a diff."""

    arguments: Mapping[str, object]
    attachments: tuple[Attachment, ...]


def kept_diff(engine: Engine, command: Review) -> KeptDiff | None:
    """Keep the diff; None where that cannot be, which is said."""
    data = command.diff.encode("utf-8", "surrogateescape")
    try:
        kept = engine.world.log.put(data, mime="text/x-diff")
    except OSError as error:
        engine.notice(f"The diff cannot be kept, so it is not reviewed: {error}", "error")
        return None
    arguments: dict[str, object] = {"source": command.source, "diff": kept.sha}
    if command.whole:
        arguments["whole"] = True
    attachment = Attachment(name=command.source, mime="text/x-diff", content=kept)
    return KeptDiff(arguments=arguments, attachments=(attachment,))
