"""A stored payload, as an event carries it: hash, size, type and a short preview."""

from __future__ import annotations

from dataclasses import dataclass

INLINE_LIMIT = 4096
"""Bytes: a text payload larger than this is stored as a blob; the bytes of files always are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A payload kept outside the log, named by the SHA-256 of its bytes (hex)."""

    sha: str
    size: int
    """Bytes."""
    mime: str = "text/plain"
    preview: str = ""
    """The first characters, for lists and for a log read by eye; never the whole."""


Text = str | Blob
"""A text that may have been too large to stand in its event."""


def preview_of(text: Text) -> str:
    """Return what can be shown of `text` without loading its blob."""
    return text if isinstance(text, str) else text.preview


def size_of(text: Text) -> int:
    """Return the size in bytes, without loading the blob."""
    return len(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else text.size
