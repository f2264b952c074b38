"""The memory of this project: its file, and the way of the front ends to it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.project_memory import FOLDER, ProjectMemory

if TYPE_CHECKING:
    from tui_agent.ui.memory_lines import MemoryDoor
    from tui_agent.wiring.world import Wiring


def memory_file(wiring: Wiring) -> Path:
    """Return the file of this repository: all its work trees share it."""
    return wiring.state.path / FOLDER / f"{wiring.shelf.folder.name}.md"


def memory_of(wiring: Wiring) -> ProjectMemory:
    """Return the memory of this repository."""
    name = Path(wiring.root).name
    return ProjectMemory(memory_file(wiring), name, lambda text: wiring.redact(text)[0])


def memory_door(wiring: Wiring) -> MemoryDoor:
    """Return what carries out `/remember`, `/forget` and `/memory`."""
    from tui_agent.ui.memory_lines import carried_out

    return partial(carried_out, memory_of(wiring))
