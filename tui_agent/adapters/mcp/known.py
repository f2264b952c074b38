"""What is known of servers across sessions: what they offered last, and what was allowed of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_agent.adapters.settings.keep_rule import replaced
from tui_agent.core.messages import ToolSpec
from tui_agent.core.served import OfferedTool
from tui_agent.core.servers import Origin

PLACE = "servers"
VERSION = 1
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a server offered when it was last asked."""

    at: str
    """UTC, ISO 8601."""
    tools: tuple[str, ...]


class KnownServers:
    """The servers of the user, and those of one project; a file for each of the two.

    A record that is damaged knows nothing, so that everything asks again.
    """

    def __init__(self, state: Path, root: Path) -> None:
        """Look below our state; `root` is the workspace."""
        name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:32]
        self._files: Mapping[Origin, Path] = {
            "user": state / PLACE / "user.json",
            "project": state / PLACE / f"{name}.json",
        }

    def allowed(self, origin: Origin, tool: str) -> ToolSpec | None:
        """Return a tool as it was when it was last allowed; None where it never was."""
        found = self._read(origin)["allowed"].get(tool)
        try:
            return ToolSpec(
                name=tool,
                description=str(found["description"]),
                parameters=dict(found["parameters"]),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def allow(self, origin: Origin, offered: OfferedTool) -> None:
        """Note that a tool was allowed as it is. Raises OSError."""
        spec = offered.spec
        known = self._read(origin)
        now = {"description": spec.description, "parameters": spec.parameters}
        if known["allowed"].get(spec.name) != now:
            known["allowed"][spec.name] = now
            self._write(origin, known)

    def seen(self, origin: Origin, server: str) -> Seen | None:
        """Return what a server offered last."""
        found = self._read(origin)["seen"].get(server)
        try:
            return Seen(at=str(found["at"]), tools=tuple(str(one) for one in found["tools"]))
        except (KeyError, TypeError):
            return None

    def saw(self, origin: Origin, server: str, tools: Sequence[str], at: str) -> None:
        """Note what a server offers. Raises OSError."""
        known = self._read(origin)
        known["seen"][server] = {"at": at, "tools": list(tools)}
        self._write(origin, known)

    def _read(self, origin: Origin) -> Json:
        try:
            value = json.loads(self._files[origin].read_bytes())
        except (OSError, ValueError, RecursionError):
            value = None
        parts = ("allowed", "seen")
        sound = isinstance(value, dict) and value.get("version") == VERSION
        if sound and all(isinstance(value.get(part), dict) for part in parts):
            known: Json = value
            return known
        return {"version": VERSION, "allowed": {}, "seen": {}}

    def _write(self, origin: Origin, known: Json) -> None:
        path = self._files[origin]
        old = path.read_bytes() if path.exists() else b""
        replaced(path, json.dumps(known, sort_keys=True).encode(), old)
