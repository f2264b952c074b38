"""Writes a rule that a person allowed into their own settings, and leaves the rest as it stands."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tui_agent.adapters.settings.layers import SettingsError, table_layer
from tui_agent.core.rule_table import table_of
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toml_text import NotTomlError, toml_table

_PRIVATE = 0o600


def keep_rule(path: Path, rule: RuleSettings) -> str:
    """Append a rule to a settings file and say where it stands, `FILE:LINE`.

    The file is replaced as a whole, by one that was read back first; what it held is unchanged.

    Raises:
        OSError: it cannot be written.
        ValueError: it is no settings file to which a rule can be appended.
    """
    target = Path(os.path.realpath(path))
    old = target.read_bytes() if target.exists() else b""
    text = old.decode("utf-8")
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    new = f"{text}{gap}{table_of(rule)}"
    _check(new, str(path))
    replaced(target, new.encode(), old)
    return f"{path}:{(text + gap).count(chr(10)) + 1}"


def _check(text: str, name: str) -> None:
    try:
        table_layer(toml_table(text), name, text)
    except NotTomlError as error:
        message = f"{name} has its rules in a form that none can be appended to: {error}"
        raise ValueError(message) from None
    except SettingsError as error:
        raise ValueError(str(error)) from None


def replaced(target: Path, data: bytes, old: bytes) -> None:
    """Replace a file of the user's as a whole, if it still holds `old`. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if (target.read_bytes() if target.exists() else b"") != old:
        message = f"{target} was changed meanwhile"
        raise OSError(message)
    mode = target.stat().st_mode & 0o777 if target.exists() else _PRIVATE
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
