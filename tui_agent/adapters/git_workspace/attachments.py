"""Finds the @files of a user's message and reads them: whole, some lines, a folder's names, images.

`@name` counts as a file where it exists or looks like one (a slash, quotes, an ending that files
have), so that a decorator (`@app.route`) or a handle in the text is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.core.blob import Blob
from tui_agent.core.edits import EditError
from tui_agent.core.images import LARGEST, image_type
from tui_agent.core.lookup import Listing
from tui_agent.core.messages import Attachment
from tui_agent.core.text import TextError, decode

REFERENCE = re.compile(
    r"""(?<![\w@/.`])@(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"'`<>|@][^\s"'`<>|]*))(:\d+(?:-\d+)?(?!\d))?"""
)
RANGE = re.compile(r"(.+?):(\d+)(?:-(\d+))?")
ENDING = re.compile(
    r"""/|\.(?:bat|bmp|cc?|cfg|cmake|conf|cpp|cs|css|csv|cxx|dart|diff|env|gif|go|gradle|hh?|hpp|html?
    |ini|ipynb|java|jpe?g|json|jsonl|[jt]sx?|kt|lock|log|lua|mk|md|mjs|patch|pdf|php|pl|png|proto|ps1
    |pyi?|rb|rs|rst|sass|scala|scss|sh|sql|svelte|svg|swift|tex|toml|tsv|txt|vue|webp|xml|ya?ml|zig)$""",
    re.IGNORECASE | re.VERBOSE,
)
"""A missing file is complained of only where its name looks so; `@pytest.fixture` is no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One @file as it stands in a message."""

    path: str
    first: int | None = None
    """First line, from 1; None for the whole file."""
    last: int | None = None
    quoted: bool = False

    @property
    def name(self) -> str:
        """What the attachment is called."""
        if self.first is None:
            return self.path
        return f"{self.path}:{self.first}-{self.last}"


def references(text: str) -> Iterator[Reference]:
    """Yield every @name of a message, in order."""
    for match in REFERENCE.finditer(text):
        quoted = match[1] or match[2]
        word = quoted or match[3].rstrip(".,;:!?)]}")
        ranged = RANGE.fullmatch(word + (match[4] or ""))
        if ranged:
            first = int(ranged[2])
            last = int(ranged[3] or first)
            yield Reference(path=ranged[1], first=first, last=last, quoted=bool(quoted))
        elif word:
            yield Reference(path=word, quoted=bool(quoted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Reads references; `put` stores what was read."""

    files: Confined
    put: Callable[[bytes, str], Blob]
    list_files: Callable[[str], Awaitable[Listing]]

    async def of(self, text: str) -> tuple[Attachment, ...]:
        """Resolve a message's references, each once.

        Raises FileNotFoundError naming the first that is missing or cannot be read.
        """
        found: dict[str, Attachment] = {}
        for reference in references(text):
            attachment = await self._attach(reference)
            if attachment:
                found.setdefault(attachment.name, attachment)
        return tuple(found.values())

    async def _attach(self, reference: Reference) -> Attachment | None:
        name = self._locate(reference)
        if name is None:
            return None
        if self.files.is_folder(name):
            return await self._folder(reference, name)
        try:
            data = self.files.read(name, LARGEST)
        except (OSError, ValueError, EditError) as error:
            why = str(error).partition("\n")[0]
            message = f"@{reference.path} cannot be read: {why}"
            raise FileNotFoundError(message) from error
        if data is None:
            message = f"@{reference.path}: there is no such file in the workspace"
            raise FileNotFoundError(message)
        mime = image_type(data)
        if mime:
            return Attachment(name=reference.name, mime=mime, content=self.put(data, mime))
        return self._text(reference, data)

    def _locate(self, reference: Reference) -> str | None:
        """Return the file's one name; None for what is no reference to a file at all."""
        plausible = reference.quoted or bool(ENDING.search(reference.path))
        try:
            name = self.files.locate(reference.path)
        except EditError as error:
            if not plausible:
                return None
            message = f"@{reference.path}: {error.message.partition(chr(10))[0]}"
            raise FileNotFoundError(message) from error
        return name if plausible or self.files.status(name) is not None else None

    async def _folder(self, reference: Reference, name: str) -> Attachment:
        listing = await self.list_files(name)
        data = "".join(f"{entry}\n" for entry in listing.entries).encode("utf-8", "replace")
        return Attachment(
            name=reference.path, mime="text/plain", content=self.put(data, "text/plain")
        )

    def _text(self, reference: Reference, data: bytes) -> Attachment:
        try:
            lines = decode(data).lines
        except TextError as error:
            message = f"@{reference.path} cannot be attached: {error}"
            raise FileNotFoundError(message) from error
        if reference.first is not None and reference.last is not None:
            lines = lines[max(0, reference.first - 1) : reference.last]
        text = "".join(lines).encode("utf-8", "replace")
        return Attachment(
            name=reference.name, mime="text/plain", content=self.put(text, "text/plain")
        )
