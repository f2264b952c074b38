"""Reads a server's answer within bounds, whatever it unpacks to: whole, or as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from tui_agent.adapters.models.faults import broken

LONGEST_LINE = 16 << 20
"""Characters of one event; the longest answers of models are a hundredth of it."""
LONGEST_ANSWER = 64 << 20
"""Characters of one answer."""


async def whole_text(response: httpx.Response, where: str) -> str:
    """Return the body. Raises Fault where it is larger than an answer can be."""
    parts: list[str] = []
    size = 0
    async for text in response.aiter_text():
        parts.append(text)
        size += len(text)
        if size > LONGEST_ANSWER:
            raise _too_large(where)
    return "".join(parts)


class BoundedText:
    """A response as a reader of events wants it: its headers, and its text as it comes."""

    def __init__(self, response: httpx.Response, where: str) -> None:
        self.headers = response.headers
        self.ended = False
        """Whether all has come: what is read now may be an event that was cut off."""
        self._response = response
        self._where = where

    async def aiter_text(self) -> AsyncIterator[str]:
        """Yield the text. Raises Fault where a line or all of it becomes too long.

        Without the mark that some servers begin with, and with the empty line that some leave out
        at the end: the first or the last event would be lost with it.
        """
        line = size = 0
        async for came in self._response.aiter_text():
            text = came if size else came.removeprefix("\ufeff")
            size += len(text)
            last = text.rpartition("\n")
            line = len(last[2]) if last[1] else line + len(text)
            if line > LONGEST_LINE or size > LONGEST_ANSWER:
                raise _too_large(self._where)
            yield text
        self.ended = True
        yield "\n\n"


def _too_large(where: str) -> Exception:
    return broken(f"{where} sent more than an answer can hold", retry=False)
