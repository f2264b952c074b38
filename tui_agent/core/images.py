"""Images as models take them: which bytes are one, and how large it may be."""

from __future__ import annotations

import base64

SIGNS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
LARGEST = 5_000_000
"""Bytes of one."""


def image_type(data: bytes) -> str:
    """Return the media type of an image that models see, by its first bytes; else nothing."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for sign, mime in SIGNS.items() if data.startswith(sign)), "")


def image_in(spelled: str) -> bytes | None:
    """Return the image that a text in base64 holds; None where it holds none that models see."""
    try:
        data = base64.b64decode(spelled, validate=True)
    except ValueError:
        return None
    return data if image_type(data) and len(data) <= LARGEST else None
