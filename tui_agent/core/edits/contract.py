"""What an edit asks of the world around it, and how it refuses."""

from __future__ import annotations

from typing import Literal, Protocol

EditErrorKind = Literal["no-match", "ambiguous", "malformed", "stale", "outside-workspace"]
OnStale = Literal["merge", "refuse"]
"""What becomes of an edit to a file that changed after the model read it."""

NOTHING_CHANGED = "Nothing was changed."


class EditError(Exception):
    """An edit that is refused as a whole; the message is for the model and says what would help."""

    def __init__(self, kind: EditErrorKind, message: str) -> None:
        """Keep the class beside the message, which ends by saying that nothing was changed."""
        self.kind: EditErrorKind = kind
        self.message = message
        if not message.endswith(NOTHING_CHANGED):
            self.message = f"{message.rstrip()}\n{NOTHING_CHANGED}"
        super().__init__(self.message)


class Files(Protocol):
    """The workspace as an edit sees it; it only reads.

    All but ``locate`` and ``locate_link`` are given the name that one of these returned.
    """

    def locate(self, path: str) -> str:
        """Give a path's one name, relative to the workspace, with ``/``.

        Raises EditError ``outside-workspace`` if links or ``..`` lead out of it or into ``.git``.
        """
        ...

    def read(self, path: str) -> bytes | None:
        """Bytes on disk now; None if there is no file."""
        ...

    def mode(self, path: str) -> int | None:
        """Permission bits on disk now; None if there is no file."""
        ...

    def seen(self, path: str) -> bytes | None:
        """Whole file as it was when the model last read or edited it; None if it never did."""
        ...

    def seen_whole(self, path: str) -> bool:
        """Whether the model has seen all of that, not only some of its lines."""
        ...

    def locate_link(self, path: str) -> str:
        """Give a path's one name as ``locate`` does, but without following its last component."""
        ...

    def link(self, path: str) -> bytes | None:
        """Where the symbolic link of that name leads, as it is written; None if there is none."""
        ...

    def leads_inside(self, path: str, target: bytes) -> bool:
        """Whether a symbolic link of that name to there would stay in the workspace."""
        ...

    def namesakes(self, path: str) -> tuple[str, ...]:
        """Other files with the same last component, for a hint when ``path`` is missing."""
        ...
