"""Which attachments go to a model: images only to one that is not known to be blind."""

from __future__ import annotations

from collections.abc import Callable

from tui_agent.core.messages import Attachment, ModelFacts


def seen(
    facts: ModelFacts | None,
    attachments: tuple[Attachment, ...],
    notice: Callable[[str], object],
) -> tuple[Attachment, ...]:
    """Leave out the images that the model is known not to see, and say so."""
    if facts is None or facts.images is not False:
        return attachments
    blind = [one.name for one in attachments if one.mime.startswith("image/")]
    if blind:
        were = "was" if len(blind) == 1 else "were"
        notice(f"{facts.model} sees no images: {', '.join(blind)} {were} not sent.")
    return tuple(one for one in attachments if not one.mime.startswith("image/"))
