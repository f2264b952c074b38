"""The sessions as a whole: the index over their logs, and what is cleared away by wish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.session_contract import Pruned, PruneWish

if TYPE_CHECKING:
    from tui_agent.adapters.runner.git_rooms import GitRooms
    from tui_agent.adapters.session_index import Hit, Looked
    from tui_agent.adapters.session_log import Shelf
    from tui_agent.adapters.session_log.pruning import Doomed
    from tui_agent.core.overview import Overview

Told = Callable[[int, int], None]


class Sessions:
    """Fills `ui.commands.session_contract.SessionWork`."""

    def __init__(self, shelf: Shelf, state: Path, rooms: Callable[[], GitRooms]) -> None:
        """Open nothing yet."""
        from tui_agent.adapters.session_index import SessionIndex

        self.shelf = shelf
        self.state = state
        self._rooms = rooms
        self._index = SessionIndex(state)

    @property
    def notices(self) -> Sequence[str]:
        """What to say about the index."""
        return (self._index.bypassed,) if self._index.bypassed else ()

    def folders(self, *, everywhere: bool) -> list[Path]:
        """Return the sessions' folders, the latest first."""
        return self.shelf.everywhere() if everywhere else self.shelf.here()

    def look(self, *, everywhere: bool, seconds: float, whole: bool = True) -> Looked:
        """List sessions."""
        return self._index.look(self.folders(everywhere=everywhere), seconds=seconds, whole=whole)

    def catch_up(self, *, everywhere: bool, told: Told | None = None) -> int:
        """Read every log that changed."""
        return self._index.catch_up(self.folders(everywhere=everywhere), told=told)

    def overview(self, folder: Path) -> Overview | None:
        """Return a session at a glance."""
        return self._index.overview(folder)

    def search(
        self, query: str, *, everywhere: bool, limit: int, told: Told | None = None
    ) -> Sequence[Hit]:
        """Look for words."""
        return self._index.search(
            query, self.folders(everywhere=everywhere), limit=limit, told=told
        )

    def label(self, folder: Path, text: str) -> str:
        """Append a label to a session's end, and return it as it was kept, with secrets masked.

        Raises OSError: another process writes the session, it is a file, or it cannot be written.
        """
        from tui_agent.adapters.clock import SystemClock
        from tui_agent.adapters.redaction import redact
        from tui_agent.adapters.session_log.labels import label

        return label(folder, redact(text)[0], now=SystemClock().now())

    def reindex(self, told: Told | None = None) -> int:
        """Read every log anew. Raises OSError."""
        return self._index.rebuild(self.folders(everywhere=True), told=told)

    async def prune(self, wish: PruneWish, *, really: bool) -> Pruned:
        """Say what would go, or remove it. Raises OSError."""
        from tui_agent.adapters.session_log import pruning

        folders = self.folders(everywhere=wish.everywhere)
        doomed = list(pruning.choose(folders, before=wish.before, keep=wish.keep))
        if really:
            doomed = [self._removed(one) for one in doomed]
            for shelf in {one.parent for one in folders}:
                pruning.remove_leftovers(shelf)
            self._index.forget_missing(self.folders(everywhere=True))
        going = {one.folder for one in doomed if not one.kept}
        staying = [one for one in self.folders(everywhere=True) if one not in going]
        orphans = [
            one
            for folder in staying
            if wish.everywhere or folder in folders
            for one in pruning.orphans(folder)
        ]
        objects, object_bytes, notes = await self._collect(staying, really=really)
        if really:
            for one in orphans:
                one.path.unlink(missing_ok=True)
        return Pruned(
            sessions=tuple(doomed),
            payloads=len(orphans),
            payload_bytes=sum(one.size for one in orphans),
            objects=objects,
            object_bytes=object_bytes,
            notes=notes,
        )

    def _removed(self, one: Doomed) -> Doomed:
        from dataclasses import replace

        from tui_agent.adapters.session_log import pruning

        return one if one.kept else replace(one, kept=pruning.remove(one.folder))

    async def _collect(
        self, staying: Sequence[Path], *, really: bool
    ) -> tuple[int, int, tuple[str, ...]]:
        """Count, or remove, the objects of trees that only removed sessions named."""
        from tui_agent.adapters.session_log.log import is_locked
        from tui_agent.adapters.session_log.pruning import trees_of
        from tui_agent.adapters.snapshots.collecting import shadows, unneeded

        if any(is_locked(one) for one in staying):
            return 0, 0, ("Recorded trees stay while a session is open in another process.",)
        trees: set[str] = set()
        for folder in staying:
            trees |= trees_of(folder)
        count = size = 0
        for shadow in shadows(self.state):
            found = await unneeded(shadow, trees, self._rooms())
            count, size = count + len(found.paths), size + found.size
            if really:
                found.remove()
        return count, size, ()
