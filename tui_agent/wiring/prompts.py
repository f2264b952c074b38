"""What the model is told: ours, or what the user's own files say in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_agent.adapters.places import NoPlaceError, config_home
from tui_agent.adapters.plain_file import plain_bytes
from tui_agent.core.prompt import PROMPTS, prompt_hash

BUILT_IN = "built in"
LARGEST = 64_000
"""Bytes of a prompt: a larger one is a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt, and where it comes from."""

    name: str
    text: str
    origin: str
    """`built in`, or the file."""
    file: str
    """The file that stands in its place, or would."""

    @property
    def hash(self) -> str:
        """SHA-256 (hex), as requests in the log name it."""
        return prompt_hash(self.text)


def prompts_of(environ: Mapping[str, str]) -> dict[str, Prompt]:
    """Return every prompt by name. Raises SettingsError where the user's file cannot be used."""
    try:
        folder: Path | None = config_home(environ) / "prompts"
    except NoPlaceError:
        folder = None
    return {name: _prompt(name, text, folder) for name, text in PROMPTS.items()}


def _prompt(name: str, text: str, folder: Path | None) -> Prompt:
    file = folder / f"{name}.md" if folder is not None else None
    own = _own(file) if file is not None else ""
    return Prompt(
        name=name,
        text=own or text,
        origin=str(file) if own else BUILT_IN,
        file=str(file or ""),
    )


def _own(file: Path) -> str:
    """Return what the user's file says; empty where there is none, or nothing in it."""
    from tui_agent.adapters.settings import SettingsError

    try:
        data = plain_bytes(file, LARGEST + 1)
        if len(data) > LARGEST:
            message = f"{file} is larger than {LARGEST:,} bytes"
            raise SettingsError(message)
        return data.decode("utf-8").replace("\r\n", "\n").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise SettingsError(message) from error
    except UnicodeDecodeError as error:
        message = f"{file} cannot be read: it is not UTF-8"
        raise SettingsError(message) from error
