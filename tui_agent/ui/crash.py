"""What a user sees of a fault of ours: a terminal in order, one sentence, where the report is."""

from __future__ import annotations

import os
import sys
import time

from tui_agent import __version__
from tui_agent.ui.exit_status import FAILED, INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

_RESTORE = "\x1b[?1049l\x1b[?1000;1002;1003;1004;1006;1015l\x1b[?2004l\x1b[?25h\x1b[<u\x1b[0m\r"
"""Leave the alternate screen, mouse, focus and paste reports; show the cursor; plain colours."""
BROKEN_PIPE = 141
"""As a shell reports a program that SIGPIPE ended."""


def _as_it_is(text: str) -> str:
    return text


def guarded(
    run: Callable[[], int],
    report_folder: Callable[[], Path],
    mask: Callable[[str], str] = _as_it_is,
) -> int:
    """Run the program; whatever it raises becomes one sentence, and a report in a file.

    `mask` takes secrets out of both.
    """
    terminal = _terminal()
    try:
        return run()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        forget_output()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 -- the last line before the user: no traceback passes
        _restore(terminal)
        from tui_agent.ui.clean import clean

        sentence = clean(mask(_sentence(error)))
        place = keep_report(error, report_folder, mask)
        where = f" A report is in {place}." if place else ""
        sys.stderr.write(f"agent stopped by a fault of its own: {sentence}.{where}\n")
        sys.stderr.write("Nothing recorded is lost; agent -c takes the session up again.\n")
        return FAILED


def _sentence(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    first = (str(error).split("\n")[0] or "no message").rstrip(".")
    return f"{type(error).__name__}: {first}"


def keep_report(
    error: BaseException,
    report_folder: Callable[[], Path],
    mask: Callable[[str], str] = _as_it_is,
) -> str:
    """Write a fault's traceback where it can be sent from, and return the file; empty if not."""
    import platform
    import traceback

    text = mask("".join(traceback.format_exception(error)))
    head = f"agent {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        folder = report_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = folder / time.strftime(f"fault-%Y%m%dT%H%M%S-{os.getpid()}.txt", time.gmtime())
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(head + text)
    except OSError:
        return ""
    return str(target)


def _terminal() -> tuple[int, list[Any]] | None:
    """Return the terminal's settings as they are before we change them."""
    import termios

    try:
        descriptor = sys.stdin.fileno()
        return descriptor, termios.tcgetattr(descriptor)
    except (OSError, ValueError, AttributeError, termios.error):
        return None


def _restore(terminal: tuple[int, list[Any]] | None) -> None:
    if terminal is None or not sys.stdout.isatty():
        return
    import termios

    sys.stdout.write(_RESTORE)
    sys.stdout.flush()
    termios.tcsetattr(terminal[0], termios.TCSANOW, terminal[1])


def forget_output() -> None:
    """Let the interpreter's own flush at exit find nobody to complain to."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
