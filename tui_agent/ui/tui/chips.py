"""What stands in the prompt for something larger: a long paste, an image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_agent.core.messages import Attachment

MOST_LINES, MOST_CHARACTERS = 8, 1000
"""A paste beyond either is folded."""
_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
LONGEST_PATH = 4096


class Chips:
    """The pastes and images of one prompt, by the label that stands for each."""

    def __init__(self) -> None:
        """Begin with none."""
        self._texts: dict[str, str] = {}
        self._images: dict[str, Attachment] = {}

    def folded(self, text: str) -> str:
        """Return what is to be inserted for a paste: its label, or the text where it is short."""
        lines = text.count("\n") + (not text.endswith("\n"))
        if lines <= MOST_LINES and len(text) <= MOST_CHARACTERS:
            return text
        from tui_agent.ui.tui.words import count

        what = count(lines, "line") if lines > 1 else count(len(text), "character")
        label = self._new(f"pasted {what}")
        self._texts[label] = text
        return label

    def image(self, image: Attachment) -> str:
        """Return the label of an image."""
        label = self._new(f"image {image.name}")
        self._images[label] = image
        return label

    def restore(self, text: str, images: Iterable[Attachment]) -> None:
        """Let the labels in a text that was sent stand for these images again."""
        for image in images:
            words = f"image {image.name}".replace("[", "(").replace("]", ")")
            places = re.finditer(rf"\[{re.escape(words)}(?:, \d+)?\]", text)
            label = next((one[0] for one in places if one[0] not in self._images), "")
            if label:
                self._images[label] = image

    def _new(self, words: str) -> str:
        words = words.replace("[", "(").replace("]", ")")
        number, label = 1, f"[{words}]"
        while label in self._texts or label in self._images:
            number += 1
            label = f"[{words}, {number}]"
        return label

    def whole(self, text: str) -> str:
        """Return a text with every paste in full."""
        if not self._texts:
            return text
        labels = re.compile("|".join(re.escape(label) for label in self._texts))
        return labels.sub(lambda found: self._texts[found[0]], text)

    def images(self, text: str) -> tuple[Attachment, ...]:
        """Return the images whose labels still stand in a text."""
        return tuple(image for label, image in self._images.items() if label in text)

    def places(self, line: str) -> list[tuple[int, int]]:
        """Return where labels stand in a line, as columns."""
        found = []
        for label in (*self._texts, *self._images):
            start = line.find(label)
            while start >= 0:
                found.append((start, start + len(label)))
                start = line.find(label, start + 1)
        return sorted(found)

    def text_of(self, label: str) -> str | None:
        """Return the paste that a label stands for; None for an image and for any other text."""
        return self._texts.get(label)

    def clear(self) -> None:
        """Forget everything: it was sent."""
        self._texts.clear()
        self._images.clear()


def image_path(pasted: str) -> str:
    """Return the path of an image where that is all that was pasted, as when a file is dropped."""
    text = pasted.strip()
    image = text.lower().rstrip("'\"").endswith(_SUFFIXES)
    if not image or "\n" in text or len(text) > LONGEST_PATH:
        return ""
    quoted = text[0] in "'\"" and text[-1] == text[0]
    text = text[1:-1] if quoted else re.sub(r"\\(.)", r"\1", text)
    if text.startswith("file://"):
        from urllib.parse import unquote

        text = unquote(text.removeprefix("file://"))
    return text if text.startswith(("/", "~", "./", "../")) else ""
