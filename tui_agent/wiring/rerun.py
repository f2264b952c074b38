"""Re-execution as the commands ask for it: the session, the stage, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tui_agent.adapters.runner.leftovers import prefix_of
from tui_agent.ui.commands.rerun_contract import (
    Bundle,
    RerunDone,
    RerunWish,
    Ruled,
    UntrustedSessionError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_agent.adapters.bundles import BundledSession
    from tui_agent.adapters.session_log import StoredSession
    from tui_agent.agent.rerun.loop import Outcome
    from tui_agent.agent.rerun.stage import Stage, Toolbox
    from tui_agent.core.events import Record
    from tui_agent.core.replay.normalise import Normaliser
    from tui_agent.core.settings import Settings
    from tui_agent.wiring.around import Around


class Reruns:
    """Fills `ui.commands.rerun_contract.Reruns`."""

    def __init__(self, around: Around) -> None:
        """Open nothing yet."""
        self._around = around
        self._open: dict[str, BundledSession] = {}
        self._kept = ExitStack()
        self._trees: dict[str, Path] = {}
        """Where the trees of open bundles are, by their names."""
        self.trees_at_hand: Path | None = None
        """Where the trees of the bundle are that was unfolded last."""

    def bundled(self, name: str) -> BundledSession:
        """Open a bundle. Raises BundleError, FileNotFoundError."""
        from tui_agent.adapters.bundles import BundledSession

        if name not in self._open:
            self._open[name] = BundledSession(Path(name))
        return self._open[name]

    async def unfold_trees(self, name: str) -> None:
        """Have the trees of a bundle at hand, so that a replay can compare them."""
        from tui_agent.adapters.bundles.trees import unpacked

        pack = self.bundled(name).pack if name.endswith(".agentz") else b""
        if pack and name not in self._trees:
            folder = self._kept.enter_context(TemporaryDirectory(prefix=prefix_of("bundle")))
            self._trees[name] = await unpacked(pack, Path(folder), self._around.rooms)
        self.trees_at_hand = self._trees.get(name)

    def close(self) -> None:
        """Throw away what was unfolded."""
        self._kept.close()

    def commands_of(self, name: str) -> Sequence[str]:
        """Return the commands that a session would run."""
        from tui_agent.core.replay.calls import calls_of

        calls = calls_of(self._around.stored(name).records).values()
        found = (one.command.text for call in calls for one in call.proposals if one.command)
        return list(dict.fromkeys(found))

    def from_elsewhere(self, name: str) -> bool:
        """Return whether a session was recorded elsewhere."""
        from tui_agent.core.events import SessionImported

        stored = self._around.stored(name)
        own = self._around.state.path / "sessions"
        if not stored.folder.resolve().is_relative_to(own.resolve()):
            return True
        return any(isinstance(one.event, SessionImported) for one in stored.records)

    async def run(self, name: str, wish: RerunWish) -> RerunDone:
        """Execute a session again."""
        from tui_agent.agent.rerun.loop import rerun

        begun = time.monotonic()
        stored = self._around.stored(name)
        usual = self._around.settings
        ignored = usual.replay.ignore
        if wish.level == "world":
            if not wish.trusted and self.from_elsewhere(name):
                message = "This session was recorded elsewhere: --trust-session runs its commands."
                raise UntrustedSessionError(message)
            outcome = await self._in_the_world(name, stored, wish, ignored)
        else:
            stage = harness_stage(stored.payload, usual)
            normalise = normaliser(stored.records, ignored)
            outcome = await rerun(stored.records, stage, normalise, stop=wish.stop)
        return RerunDone(
            session=stored.folder.name,
            level=wish.level,
            verdict=outcome.verdict,
            divergences=outcome.divergences,
            records=outcome.records,
            requests=outcome.requests,
            calls=outcome.calls,
            seconds=time.monotonic() - begun,
        )

    async def _in_the_world(
        self,
        name: str,
        stored: StoredSession,
        wish: RerunWish,
        ignored: Sequence[str],
    ) -> Outcome:
        from tui_agent.wiring.ground import in_the_world

        await self.unfold_trees(name)
        return await in_the_world(self._around, stored, wish, ignored, self.trees_at_hand)

    async def bundle(self, name: str, target: Path, *, trees: bool = True) -> Bundle:
        """Write a session as a bundle."""
        from tui_agent.adapters.bundles import write_bundle
        from tui_agent.adapters.bundles.trees import packed_trees
        from tui_agent.core.events import SnapshotTaken
        from tui_agent.wiring.taking_up import workspace_named

        stored = self._around.stored(name)
        workspace = workspace_named(stored.records)
        pack = b""
        if trees and workspace is not None:
            taken = [
                one.event.tree for one in stored.records if isinstance(one.event, SnapshotTaken)
            ]
            pack = await packed_trees(
                self._around.state.path, workspace, list(dict.fromkeys(taken)), self._around.rooms
            )
        done = write_bundle(
            stored.folder,
            stored.records,
            target,
            pack=pack,
            holds_secret=lambda text: bool(self._around.redact(text)[1]),
        )
        return Bundle(
            path=done.path,
            size=done.size,
            records=done.records,
            payloads=done.payloads,
            trees=done.trees,
            left_out=done.left_out,
        )

    def what_if(self, names: Sequence[str], rules: Path) -> Sequence[Ruled]:
        """Decide past proposals again under the rules of a file."""
        from tui_agent.wiring.what_if import ruled, rules_in

        read = rules_in(rules)
        chosen = list(names) or [str(one) for one in self._around.shelf.here()]
        # What a fork took over stands in the session that it was taken from.
        own = not names
        return [one for name in chosen for one in ruled(self._around, name, read, own=own)]


def normaliser(records: Sequence[Record], ignored: Sequence[str], *roots: str) -> Normaliser:
    """Return what takes out of an output what differs from run to run. Raises ValueError."""
    from tui_agent.core.events import SessionStarted
    from tui_agent.core.replay.normalise import Normaliser

    recorded = [
        place
        for record in records
        if isinstance(record.event, SessionStarted)
        for place in (record.event.workspace, record.event.cwd)
    ]
    return Normaliser((*recorded, *roots), ignored)


def harness_stage(payload: Callable[[str], bytes], usual: Settings) -> Stage:
    """Return the stage that is in memory alone: nothing is run, nothing is written."""
    from tui_agent.adapters.bash_reader import BashReader
    from tui_agent.adapters.git_workspace.marks import marks_of
    from tui_agent.adapters.session_log import MemoryLog
    from tui_agent.agent.rerun.stage import Stage
    from tui_agent.core.gate_means import GateMeans

    return Stage(
        level="harness",
        payload=payload,
        blobs=MemoryLog(),
        toolbox=todays_toolbox,
        marks=marks_of,
        gate=GateMeans(classifier=BashReader(), keep_rule=lambda _: "the user's settings"),
        usual=usual,
    )


def todays_toolbox(settings: Settings) -> Toolbox:
    """Return today's tools, as these settings would have them."""
    from tui_agent.agent.rerun.stage import Toolbox
    from tui_agent.core.toolsets import available, chosen_sets
    from tui_agent.wiring.outfit import own_tools
    from tui_agent.wiring.toolbox import toolbox

    every = toolbox(settings)
    names = available(chosen_sets(settings.toolsets), every)
    return Toolbox(
        tools={name: every[name] for name in names},
        withheld={name: tool for name, tool in every.items() if name not in names},
        own={tool.spec.name: tool for tool in own_tools()},
    )
