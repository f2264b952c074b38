"""Sessions on their way out and in: masked, as a patch, as a bundle; and read from elsewhere."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tui_agent.adapters.runner.leftovers import prefix_of
from tui_agent.ui.commands.exchange_contract import BundleBytes, Imported, TreePatch

if TYPE_CHECKING:
    from tui_agent.adapters.redaction import Redactor
    from tui_agent.core.masking import Masked
    from tui_agent.ui.commands.contract import StoredSession
    from tui_agent.wiring.around import Around


class Outlet:
    """Fills `ui.commands.exchange_contract.Exchange`."""

    def __init__(self, around: Around) -> None:
        """Take the run's wiring."""
        self._around = around

    def masked(self, stored: StoredSession) -> Masked:
        """Return a session with its secrets masked."""
        from tui_agent.core.masking import masked

        return masked(stored.records, stored.payload, self._redact)

    def patch(self, stored: StoredSession) -> TreePatch:
        """Return what changed on disk. Raises LookupError where no trees are recorded, OSError."""
        from tui_agent.adapters.git_workspace.marks import marks_of
        from tui_agent.adapters.snapshots.recorded import tree_patch
        from tui_agent.core.events import SessionStarted, SnapshotTaken

        records = stored.records
        trees = [one.event.tree for one in records if isinstance(one.event, SnapshotTaken)]
        begun = next((one.event for one in records if isinstance(one.event, SessionStarted)), None)
        if not trees or begun is None:
            message = "This session recorded no tree of files: there is no patch to make."
            raise LookupError(message)
        parts = tree_patch(
            self._around.state.path,
            Path(begun.workspace),
            trees[0],
            trees[-1],
            self._around.rooms,
        )
        kept: list[bytes] = []
        left_out: list[str] = []
        for part in parts:
            names = part.text.partition("\n")[0].removeprefix("diff --git a/").partition(" b/")
            secret = any("secret" in marks_of(one) for one in (names[0], names[2]) if one)
            if secret or self._redact(part.text)[1]:
                left_out.append(names[2])
            else:
                kept.append(part.data)
        return TreePatch(
            data=b"".join(kept), base=trees[0], end=trees[-1], left_out=tuple(left_out)
        )

    async def bundle(self, stored: StoredSession, *, trees: bool) -> BundleBytes:
        """Return the session with all that a replay elsewhere needs. Raises OSError."""
        with TemporaryDirectory(prefix=prefix_of("bundle")) as folder:
            target = Path(folder) / "session.agentz"
            made = await self._around.reruns.bundle(str(stored.folder), target, trees=trees)
            data = target.read_bytes()
        from tui_agent.core.masking import secret_files

        notes = ["the workspace's files, as they were recorded, are in it"] if made.trees else []
        secret = ", ".join(secret_files(stored.records))
        if secret:
            notes.append(f"its log is as it was written, with what was read or written of {secret}")
        return BundleBytes(data=data, left_out=tuple(made.left_out), notes=tuple(notes))

    def take_in(self, path: Path) -> Imported:
        """Make a session of another program's file. Raises ValueError for no such file, OSError."""
        from tui_agent.wiring.taking_in import take_in

        return take_in(self._around, path)

    def redacted(self, text: str) -> str:
        """Mask a text as it leaves."""
        return self._redact(text)[0]

    def _redact(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Mask what the session would, and the keys of this program's own environment."""
        once, kinds = self._around.redact(text)
        twice, more = self._own(once)
        return twice, (*kinds, *more)

    @cached_property
    def _own(self) -> Redactor:
        from tui_agent.adapters.models.masking import Mask
        from tui_agent.adapters.redaction import Redactor

        around = self._around
        names = {one.key_variable for one in around.endpoints.all if one.key_variable}
        return Redactor(Mask({name: around.environ.get(name, "") for name in names}).held())
