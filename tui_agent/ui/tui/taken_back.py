"""Queued messages that come back into the prompt: the last one, or all when the turn is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.core.commands import Recall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_agent.core.state import Queued
    from tui_agent.ui.tui.frame import Frame


def take_back(frame: Frame, queued: Sequence[Queued]) -> None:
    """Take messages out of the queue, and put them before what stands in the prompt."""
    for one in queued:
        frame.client.send(Recall(message_id=one.id))
    texts = [one.text for one in queued if isinstance(one.text, str)]
    if len(texts) == len(queued):
        _put_back(frame, queued, texts)
    else:
        frame.shell.run_worker(_load(frame, queued), name="take messages back")


async def _load(frame: Frame, queued: Sequence[Queued]) -> None:
    """Put messages back of which one is too long for the log's own lines."""
    texts = []
    for one in queued:
        if isinstance(one.text, str):
            texts.append(one.text)
            continue
        try:
            data = await frame.client.blob(one.text.sha)
        except KeyError:
            texts.append(one.text.preview)
        else:
            texts.append(frame.shell.prompt.chips.folded(data.decode("utf-8", "replace")))
    _put_back(frame, queued, texts)


def _put_back(frame: Frame, queued: Sequence[Queued], texts: Sequence[str]) -> None:
    prompt = frame.shell.prompt
    for one, text in zip(queued, texts, strict=True):
        prompt.chips.restore(text, one.attachments)
    if texts:
        prompt.write("\n\n".join([*texts, *([prompt.text] if prompt.text.strip() else [])]))
