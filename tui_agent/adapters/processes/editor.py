"""Opens the user's editor on a text. The front end gives up the terminal first."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tui_agent.adapters.processes.capture import ProgramError

USUAL = ("sensible-editor", "nano", "vim", "vi")


def editor_of(environ: Mapping[str, str]) -> list[str]:
    """Return the user's editor as an argument list: VISUAL, EDITOR, or one that is usually there.

    Raises ProgramError where there is none.
    """
    named = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        argv = shlex.split(named)
    except ValueError as error:
        message = f"EDITOR cannot be read ({error}): {named}"
        raise ProgramError(message) from error
    if argv:
        return argv
    for name in USUAL:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            return [found]
    message = "no editor was found; set EDITOR"
    raise ProgramError(message)


async def edit_text(text: str, *, environ: Mapping[str, str], suffix: str = ".txt") -> str:
    """Let the user edit a text in their editor, on this terminal; return the text as saved.

    Raises ProgramError where the editor cannot be started or reports a failure.
    """
    argv = editor_of(environ)
    with tempfile.TemporaryDirectory(prefix="agent-") as folder:
        file = os.path.join(folder, f"text{suffix}")
        _write(file, text)
        try:
            process = await asyncio.create_subprocess_exec(*argv, file, env=dict(environ))
        except OSError as error:
            message = f"{argv[0]} cannot be started: {error.strerror}"
            raise ProgramError(message) from error
        code = await process.wait()
        if code:
            message = f"{argv[0]} ended with status {code}; the text is as it was"
            raise ProgramError(message)
        return _read(file)


def _write(file: str, text: str) -> None:
    Path(file).write_bytes(text.encode("utf-8", "surrogateescape"))


def _read(file: str) -> str:
    return Path(file).read_bytes().decode("utf-8", "surrogateescape")
