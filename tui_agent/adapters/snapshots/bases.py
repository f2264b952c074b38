"""What a file held when the workspace was last looked through: the base that two changes share.

It may be older than both sides know it; what both have done since is then the same in both, which
a merge takes for one change.
"""

from __future__ import annotations

from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.snapshots.shadow import Shadow


class RecordedBases:
    """Fills `runner.views.Bases` from the private index of a workspace's records."""

    def __init__(self, shadow: Shadow, rooms: GitRooms) -> None:
        """Open nothing yet; `rooms` are closed with this."""
        self._shadow, self._rooms = shadow, rooms

    def of(self, path: str) -> bytes | None:
        """Return what a file held; None where that is not recorded."""
        shadow = self._shadow
        environ = dict(shadow.environ(self._rooms.path))
        del environ["GIT_WORK_TREE"]
        room = self._rooms.room(shadow.git_dir)
        try:
            done = room.now(
                ("git", "cat-file", "blob", f":0:{path}"), cwd=str(shadow.git_dir), environ=environ
            )
        except (ProgramError, OSError):
            return None
        return done.out if done.code == 0 else None

    async def close(self) -> None:
        """End what was opened."""
        await self._rooms.close()
