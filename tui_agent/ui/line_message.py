"""What line mode's next message is made from: the editor, the history, files, images, the queue."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core import commands as ask
from tui_agent.core.blob import preview_of
from tui_agent.core.messages import Attachment
from tui_agent.core.ports import Client
from tui_agent.core.state import Queued
from tui_agent.ui.line_doors import Others
from tui_agent.ui.line_editing import Edit
from tui_agent.ui.line_told import last_answer, said_lines
from tui_agent.ui.offering import written
from tui_agent.ui.text import Paper
from tui_agent.ui.transcript import Transcript

MOST_FILES = 15
"""Files that are listed at once."""


class Message:
    """The commands about what is said."""

    def __init__(
        self, client: Client, paper: Paper, told: Transcript, edit: Edit, others: Others
    ) -> None:
        """Begin with nothing said."""
        self._client, self._paper, self._told, self._edit = client, paper, told, edit
        self._others = others
        self.said = ""
        """A message that a command has made, and which is to be sent."""
        self.draft = ""
        """What the next message begins with, where it can be changed."""
        self._images: list[Attachment] = []

    async def copy(self) -> None:
        """Copy the last answer."""
        text = last_answer(self._told.state)
        if not text:
            self._paper.put("There is no answer yet.")
        elif self._others.copy is None or self._paper.plain:
            self._paper.put("This terminal cannot be asked to copy anything.")
        else:
            sequence, doubt = await self._others.copy(text)
            self._paper.signal(sequence)
            self._paper.put(f"{doubt}." if doubt else "Copied the last answer.")

    async def write(self, text: str) -> None:
        """Write a message in the editor."""
        self.said = (await self._edit(text) or "").strip()
        if not self.said:
            self._paper.put("Nothing was sent.")

    def history(self, text: str) -> None:
        """List what was said, or say one of it again."""
        said = list(self._others.history() if self._others.history is not None else ())
        turns = [turn for turn in self._told.state.main.turns if turn.kind == "message"]
        users = [user for turn in turns for user in turn.users]
        said = list(dict.fromkeys([*said, *(preview_of(user.text) for user in users)]))
        if text.isdecimal() and 1 <= int(text) <= len(said):
            self.said = said[int(text) - 1]
            self._paper.put([("accent", "› "), ("bold", self.said)])
        else:
            self._paper.put(*said_lines(said, text))

    async def files(self, text: str) -> None:
        """List the files that fit letters."""
        found: Sequence[str] = ()
        if self._others.files is not None:
            async for some in self._others.files(text):
                found = some
        lines = [f"  @{written(path)}" for path in found[:MOST_FILES]]
        self._paper.put(*(lines or ["There is no such file."]))

    def attach(self, path: str) -> None:
        """Take an image for the next message."""
        if self._others.attach is None:
            self._paper.put("Nothing can be attached here.")
            return
        try:
            image = self._others.attach(path)
        except (OSError, ValueError) as error:
            self._paper.put(f"{error}.")
        else:
            self._images.append(image)
            self._paper.put(f"{image.name} goes with your next message.")

    async def recall(self) -> None:
        """Take the last queued message back."""
        if not self._told.state.queue:
            self._paper.put("Nothing is queued.")
        await self._take_back(self._told.state.queue[-1:])

    async def stop(self) -> None:
        """End the turn. What is queued comes back: it would begin the next one at once."""
        main = self._told.state.main
        if main.turn is None and not main.summarising:
            self._paper.put("Nothing runs.")
        await self._take_back(self._told.state.queue)
        self._client.send(ask.Interrupt())

    async def _take_back(self, queued: Sequence[Queued]) -> None:
        texts = []
        for one in list(queued):
            self._client.send(ask.Recall(message_id=one.id))
            texts.append(await self._told.text_of(one.text))
            self._images += one.attachments
            self._paper.put(f"Taken back: {texts[-1]}")
        self.draft = "\n\n".join([*texts, *([self.draft] if self.draft else [])])

    def steer(self, text: str) -> None:
        """Say something to the running turn; where none runs, it is a message."""
        if self._told.state.main.turn is None:
            self.said = text  # nothing runs: it is a message
            return
        self._client.send(ask.Steer(text=text))
        self._paper.put("Said: the model hears it with its next request.")

    def attached(self) -> tuple[Attachment, ...]:
        """Return what goes with the next message, once."""
        found, self._images = tuple(self._images), []
        return found
