"""The real ground of a re-execution: a scratch work tree, its commands, files and trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.adapters.scratch import ScratchTree
    from tui_agent.adapters.session_log import StoredSession
    from tui_agent.agent.rerun.loop import Outcome
    from tui_agent.core.copies import LaidFile
    from tui_agent.core.ports import Blobs, Exit, Runner, Snapshots, Workspace
    from tui_agent.core.proposal import Command
    from tui_agent.ui.commands.rerun_contract import RerunWish
    from tui_agent.wiring.around import Around


async def in_the_world(
    around: Around,
    stored: StoredSession,
    wish: RerunWish,
    ignored: Sequence[str],
    bare: Path | None,
) -> Outcome:
    """Execute a session again in a work tree of its own, from its first recorded tree.

    `bare` holds the trees of a bundle. Raises OSError, ValueError.
    """
    from dataclasses import replace

    from tui_agent.adapters.bundles.trees import recorded_in
    from tui_agent.adapters.scratch import MissingTreeError, ScratchTree
    from tui_agent.agent.rerun.loop import rerun
    from tui_agent.core.events import SnapshotTaken
    from tui_agent.wiring.rerun import harness_stage, normaliser
    from tui_agent.wiring.taking_up import workspace_named

    records = stored.records
    trees = [one.event.tree for one in records if isinstance(one.event, SnapshotTaken)]
    workspace = workspace_named(records) or around.root
    source = bare or recorded_in(around.state.path, workspace)
    if not trees or source is None:
        missing = "the session recorded no tree" if not trees else "its trees are not here"
        return _gone(missing, len(records))
    try:
        scratch = await ScratchTree.prepared(
            source, trees[0], name=workspace.name, rooms=around.rooms
        )
    except MissingTreeError as error:
        return _gone(str(error.args[0]), len(records))
    ground = ScratchGround(around, scratch)
    try:
        await ground.begin()
        stage = replace(
            harness_stage(stored.payload, around.settings),
            level="world",
            ground=ground,
            isolate=wish.isolate,
        )
        normalise = normaliser(records, ignored, str(scratch.root))
        return await rerun(records, stage, normalise, stop=wish.stop)
    finally:
        await ground.close()


def _gone(what: str, records: int) -> Outcome:
    from tui_agent.agent.rerun.loop import Outcome
    from tui_agent.core.replay.divergence import Divergence

    gone = Divergence(kind="missing", what=what)
    return Outcome(divergences=(gone,), records=records, requests=0, calls=0)


class ScratchGround:
    """Fills `agent.rerun.stage.Ground`."""

    def __init__(self, around: Around, scratch: ScratchTree) -> None:
        """Stand on a scratch work tree; commands run as the user's settings confine them."""
        from tui_agent.wiring.sandbox import runner_for
        from tui_agent.wiring.world import Wiring

        self._scratch = scratch
        self._environ = {**around.environ, "AGENT_HOME": str(scratch.folder / "state")}
        own = Wiring(around.options, self._environ, around.paper, cwd=scratch.root)
        self._runner = runner_for(own, scratch.root, scratch.borrowed)
        self.root = str(scratch.root)

    async def begin(self) -> None:
        """Have the sandbox ready. Raises OSError where what is required cannot be had."""
        await self._runner.begin()

    async def close(self) -> None:
        """End what runs, and throw everything away."""
        await self._runner.close()
        self._scratch.remove()

    def workspace(self, blobs: Blobs) -> Workspace:
        """Give its files."""
        from tui_agent.adapters.git_workspace.workspace import GitWorkspace

        return GitWorkspace(self._scratch.root, blobs=blobs, environ=self._environ)

    def runner(self, tier: str) -> Runner:
        """Give what runs commands in it, and says the recorded tier to the gate."""
        return RunnerAs(self._runner, tier=tier)

    def snapshots(self) -> Snapshots:
        """Give what records it."""
        from tui_agent.adapters.git_workspace.marks import marks_of
        from tui_agent.adapters.runner.environment import own_path
        from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots
        from tui_agent.wiring.sandbox import git_beside

        return GitSnapshots(
            self._scratch.folder / "state",
            self._scratch.root,
            secret=lambda path: "secret" in marks_of(path),
            path=own_path(self._scratch.root, self._environ),
            run=git_beside(self._runner),
        )

    async def set_tree(self, tree: str) -> None:
        """Make it what a recorded tree holds. Raises KeyError where that is missing."""
        from tui_agent.adapters.scratch import MissingTreeError

        try:
            await self._scratch.set_tree(tree)
        except MissingTreeError as error:
            raise KeyError(*error.args) from error

    async def put(self, path: str, data: bytes | None, mode: int | None) -> None:
        """Write a file as a person once did."""
        await self._scratch.put(path, data, mode)


@dataclass(frozen=True, slots=True)
class RunnerAs:
    """Runs commands as this machine can; the gate decides by the tier that was recorded."""

    runner: Runner
    tier: str

    async def begin(self) -> None:
        """It has begun."""

    async def close(self) -> None:
        """It ends with the ground."""

    async def run(
        self,
        command: Command,
        on_output: Callable[[str], None],
        over: Sequence[LaidFile] = (),
    ) -> Exit:
        """Run a command to its end."""
        return await self.runner.run(command, on_output, over)
