"""The ways out of one recorded session: its files at a step, a branch, an export, a check."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.tui.outlets import Outlets, Prepared

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import StoredSession
    from tui_agent.ui.exports.making import Format, Made
    from tui_agent.wiring.around import Around

FOLDER = "worktrees"
"""Below the state folder: where files of a step are written."""


def outlets_of(around: Around, stored: StoredSession) -> Outlets:
    """Return the ways out of a session."""
    session_id = stored.folder.name.rpartition("-")[2]

    async def files(tree: str, step: int) -> str:
        from tui_agent.adapters.snapshots.checkout import write_files
        from tui_agent.adapters.snapshots.shadow import Shadow

        root = _workspace(stored) or around.root
        folder = _free(around.state.path / FOLDER, f"{session_id[-8:]}-{step}")
        shadow = Shadow.of(around.state.path, root)
        await write_files(shadow, tree, folder, around.rooms)
        return str(folder)

    async def branch(step: int) -> str:
        forked = await asyncio.to_thread(around.fork_at, str(stored.folder), str(step))
        around.branched = forked.id
        return forked.id

    async def verify() -> Sequence[str]:
        return await asyncio.to_thread(stored.verify)

    async def export(form: str, step: int) -> Prepared:
        return await prepared(around, stored, form, step)

    return Outlets(files=files, branch=branch, export=export, verify=verify)


def _workspace(stored: StoredSession) -> Path | None:
    from tui_agent.core.state import fold

    begun = fold(stored.records).started
    place = Path(begun.workspace) if begun is not None and begun.workspace else None
    return place if place is not None and place.is_dir() else None


async def prepared(around: Around, stored: StoredSession, form: str, step: int) -> Prepared:
    """Make an export and say what is masked in it. Raises LookupError, OSError."""
    from tui_agent.ui.exports.making import FORMATS, make, preview
    from tui_agent.ui.exports.pictures import Manner

    chosen: Format = next(one for one in FORMATS if one == form)
    session = await asyncio.to_thread(around.exchange.masked, stored)
    theme = around.loaded.settings.interface.theme
    manner = Manner(
        at=str(step) if step else "",
        theme=theme if theme in {"dark", "light", "high-contrast"} else "dark",
    )
    made = await make(chosen, session, stored, around.exchange, manner)
    lines = preview(session, made)
    findings = tuple(" ".join("".join(text for _, text in line).split()) for line in lines)
    session_id = stored.folder.name.rpartition("-")[2]
    return Prepared(findings=findings, write=lambda: _written(made, session_id, chosen))


def _written(made: Made, session_id: str, form: Format) -> str:
    """Write an export into the working folder, beside what is there."""
    from tui_agent.ui.exports.making import file_name

    name = Path(file_name(session_id, form))
    path = _free(Path.cwd(), name.stem, name.suffix)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made.data)
    return path.name


def _free(folder: Path, stem: str, suffix: str = "") -> Path:
    """Return a name that nothing has yet."""
    names = (folder / f"{stem}{f'-{number}' if number else ''}{suffix}" for number in count())
    return next(name for name in names if not name.exists())
