"""The profiles that are built in. A table of the same name in a settings file is read after it."""

from __future__ import annotations

from typing import Any

BUILT_IN: dict[str, dict[str, Any]] = {
    "dev": {},
    "stage": {
        "mode": "ask",
        "rules": [
            {"action": "deny", "tool": "shell", "prefix": ["git", "push"], "name": "stage.push"}
        ],
    },
    "prod": {"mode": "plan", "write_paths": []},
    "strict": {
        "mode": "ask",
        "edits": {"stale": "refuse"},
        "programs": ["uv", "python", "pytest", "ruff", "mypy", "cargo", "git"],
    },
}
"""dev changes nothing, stage pushes nothing, prod writes nothing, strict has a hard list."""
