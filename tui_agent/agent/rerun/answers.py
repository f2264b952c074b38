"""Gives what the world once answered to whoever asks for it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_agent.agent.rerun.recorded import CHECKS, GATHER, MODEL, SNAPSHOT, TreeTaken, run_of
from tui_agent.agent.rerun.recorded_servers import SERVERS
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    ChecksFound,
    InstructionsLoaded,
    ModelFailed,
    ModelResponded,
    Notice,
    Record,
    ServerReported,
    SnapshotTaken,
    ToolFinished,
    WorkspaceChanged,
)
from tui_agent.core.ports import Snapshot
from tui_agent.core.replay.cues import NO_SNAPSHOT

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.core.replay.cues import Cue


class Answers:
    """The recorded answers; `real` says that trees are taken anew."""

    def __init__(self, records: Sequence[Record], mailbox: Mailbox, *, real: bool) -> None:
        self._records, self._mailbox, self._real = records, mailbox, real
        self._given: set[int] = set()

    def give(self, index: int, cue: Cue) -> None:
        """Give the answer that this record holds."""
        event = cue.record.event
        match event:
            case ModelResponded() | ModelFailed():
                self._mailbox.put(MODEL, event)
            case ToolFinished():
                self._mailbox.put(run_of(event.call_id), event)
            case ApprovalRequested() | ApprovalDecided() if event.proposal is not None:
                self._mailbox.put(run_of(event.call_id), event.proposal)
            case InstructionsLoaded():
                self._mailbox.put(GATHER, event)
            case ChecksFound():
                self._mailbox.put(CHECKS, event)
            case ServerReported():
                self._mailbox.put(SERVERS, event)
            case SnapshotTaken() | WorkspaceChanged() | Notice() if not self._real:
                self._tree(index)

    def unchanged(self, tree: str) -> None:
        """Tell whoever asks for a tree that it is the last one still; nobody else."""
        if not self._real and self._mailbox.asks(SNAPSHOT):
            self._mailbox.put(SNAPSHOT, TreeTaken(Snapshot(tree=tree)))

    def _tree(self, index: int) -> None:
        """Give the tree that is recorded here, or, behind what people changed, next."""
        paths: tuple[str, ...] = ()
        for later in range(index, len(self._records)):
            event = self._records[later].event
            if isinstance(event, WorkspaceChanged):
                paths = event.paths
            elif isinstance(event, SnapshotTaken):
                if later not in self._given:
                    self._given.add(later)
                    taken = Snapshot(
                        tree=event.tree,
                        left_out=event.left_out,
                        came_in=event.came_in,
                        ms=event.ms,
                    )
                    self._mailbox.put(SNAPSHOT, TreeTaken(taken, event.deep, paths))
                return
            elif isinstance(event, Notice):
                self._mailbox.put(SNAPSHOT, event.text.removeprefix(NO_SNAPSHOT))
                return
