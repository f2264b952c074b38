"""What the session picker asks of the world: lists, searches, previews, exports, labels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.overview import Overview
    from tui_agent.ui.commands.session_contract import SessionSummary
    from tui_agent.ui.tui.choices import SessionLine
    from tui_agent.ui.tui.outlets import Prepared
    from tui_agent.wiring.around import Around

AT_ONCE = 0.15
"""Seconds that a list may read logs before it shows what it knows."""
MOST_UNREAD = 200
"""Logs, the latest, that are read at their ends where there is no time for more."""
MOST_FOUND = 400
NEAR = 75
"""How like a title must be to what was typed, of 100."""
_STATES = {
    "running": ("running", "accent", "running"),
    "suspended": ("waiting", "pending", "waits for you"),
    "interrupted": ("warning", "warning", "interrupted"),
}


class SessionDoors:
    """The sessions of one repository, as the screen asks for them."""

    def __init__(self, around: Around) -> None:
        """Look at nothing yet."""
        self._around = around
        self._lines: list[SessionLine] = []
        self._folders: dict[str, Path] = {}
        self._reading: asyncio.Task[object] | None = None

    async def sessions(self, query: str) -> Sequence[SessionLine]:
        """Return the sessions whose title is like the query; none typed looks at the disk anew."""
        if not query or not self._lines:
            self._lines = await asyncio.to_thread(self._look)
        return await asyncio.to_thread(_like, self._lines, query)

    async def search(self, query: str) -> Sequence[SessionLine]:
        """Return the sessions in which the words stand, with the first place in each."""
        hits = await asyncio.to_thread(
            lambda: self._around.sessions.search(query, everywhere=False, limit=MOST_FOUND)
        )
        known = {line.id: line for line in self._lines}
        found: dict[str, SessionLine] = {}
        for hit in hits:
            line = known.get(hit.session)
            if line is not None and hit.session not in found:
                words = (hit.before, hit.match, hit.after)
                found[hit.session] = replace(line, found=words, step=hit.step, kind=hit.kind)
        return list(found.values())

    async def preview(self, session_id: str) -> Overview | None:
        """Return a session at a glance."""
        folder = self._folders.get(session_id)
        if folder is None:
            return None
        return await asyncio.to_thread(self._around.sessions.overview, folder)

    async def export(self, session_id: str, form: str, step: int) -> Prepared:
        """Make an export. Raises LookupError, OSError."""
        from tui_agent.wiring.outlets import prepared

        stored = await asyncio.to_thread(self._around.stored, session_id)
        return await prepared(self._around, stored, form, step)

    def label(self, session_id: str, text: str) -> str:
        """Name the end of a session; return why that cannot be, or an empty string."""
        folder = self._folders.get(session_id)
        if folder is None:
            return "That session is gone."
        try:
            self._around.sessions.label(folder, text)
        except OSError as error:
            return str(error.strerror or error)
        return ""

    def history(self) -> Sequence[str]:
        """Return what earlier sessions began with, oldest first."""
        looked = self._around.sessions.look(everywhere=False, seconds=AT_ONCE, whole=False)
        return [one.title for one in reversed(looked.summaries[:MOST_UNREAD]) if one.title]

    def _look(self) -> list[SessionLine]:
        sessions = self._around.sessions
        looked = sessions.look(everywhere=False, seconds=AT_ONCE, whole=False)
        summaries = list(looked.summaries)
        if looked.unread:
            from tui_agent.adapters.session_log import summarise

            summaries += [summarise(one) for one in looked.unread[:MOST_UNREAD]]
            summaries.sort(key=lambda one: one.folder.name, reverse=True)
        self._folders = {one.id: one.folder for one in summaries}
        said = (one for one in summaries if one.turns or one.labels)
        return [_line(one) for one in said if one.status not in {"empty", "unreadable"}]

    async def catch_up(self) -> bool:
        """Read the logs that there was no time for; return whether there were any."""
        return bool(
            await asyncio.to_thread(lambda: self._around.sessions.catch_up(everywhere=False))
        )


def _line(one: SessionSummary) -> SessionLine:
    from tui_agent.ui.tui.choices import SessionLine

    day, time = _day_and_time(one.last or one.started)
    sign, role, outcome = _STATES.get(
        one.status, (one.sign or "done", one.role or "text-3", one.outcome or "closed")
    )
    return SessionLine(
        id=one.id,
        day=day,
        time=time,
        title=one.title or "(nothing said)",
        turns=one.turns,
        sign=sign,
        role=role,
        outcome=outcome,
        added=one.added,
        removed=one.removed,
        cost=one.cost,
        origin=one.origin,
        labels=tuple(one.labels),
    )


def _like(lines: Sequence[SessionLine], query: str) -> list[SessionLine]:
    """Return what holds every word in its title or labels; else what is nearly so called."""
    words = query.casefold().split()
    if not words:
        return list(lines)
    texts = [f"{line.title} {' '.join(line.labels)}".casefold() for line in lines]
    held = [
        line
        for line, text in zip(lines, texts, strict=True)
        if all(word in text for word in words) or line.id.startswith(query)
    ]
    if held:
        return held
    from rapidfuzz import fuzz, process

    near = process.extract(
        query.casefold(), texts, scorer=fuzz.partial_ratio, limit=50, score_cutoff=NEAR
    )
    return [lines[index] for index in sorted(index for _, _, index in near)]


def _day_and_time(ts: str) -> tuple[str, str]:
    try:
        moment = datetime.fromisoformat(ts).astimezone()
    except ValueError:
        return "", ""
    days = (datetime.now(UTC).astimezone().date() - moment.date()).days
    names = {0: "today", 1: "yesterday"}
    return names.get(days, moment.strftime("%-d %b")), moment.strftime("%H:%M")
