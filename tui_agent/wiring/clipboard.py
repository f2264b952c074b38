"""The programs that copy a text where the terminal may not: tmux's, and the desktop's own."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from shutil import which

SECONDS = 5.0
"""How long one of them may take."""

_WAYS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    # `-w` gives it to the terminal's clipboard as well.
    ("TMUX", (("tmux", "load-buffer", "-w", "-"),)),
    ("WAYLAND_DISPLAY", (("wl-copy",),)),
    ("DISPLAY", (("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input"))),
)
"""What stands in the environment, and the programs for it: the first that is there is taken."""

_QUIETLY = ("/bin/sh", "-c", 'exec "$0" "$@" >/dev/null 2>&1')
"""Some stay behind to hand the text out, and would hold our ends of their streams open."""


def clipboard_of(environ: Mapping[str, str]) -> Callable[[str], Awaitable[bool]] | None:
    """Return what copies a text by way of programs; None where there is none to ask."""
    found = _found(environ)
    if not found:
        return None

    async def copy(text: str) -> bool:
        from tui_agent.adapters.processes.capture import ProgramError, capture

        data, taken = text.encode("utf-8", "replace"), False
        for argv in found:
            try:
                done = await capture(
                    [*_QUIETLY, *argv], cwd="/", environ=environ, stdin=data, seconds=SECONDS
                )
            except ProgramError:
                continue
            taken |= done.code == 0
        return taken

    return copy


def _found(environ: Mapping[str, str]) -> list[tuple[str, ...]]:
    path = environ.get("PATH")
    ways = [programs for name, programs in _WAYS if environ.get(name)]
    if sys.platform == "darwin" and "SSH_CONNECTION" not in environ:
        ways.append((("pbcopy",),))
    there = ([argv for argv in programs if which(argv[0], path=path)] for programs in ways)
    return [programs[0] for programs in there if programs]
