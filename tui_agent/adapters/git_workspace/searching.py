"""Looks for a regular expression in the workspace's files: ripgrep, else a Python of its own.

The Python search runs as a process, too, so that an expression that backtracks for ever can be
ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping

from tui_agent.adapters.git_workspace import ripgrep
from tui_agent.adapters.git_workspace.listing import list_names
from tui_agent.adapters.git_workspace.marks import marks_of
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.git_workspace.vouched import Vouched
from tui_agent.adapters.processes.capture import Captured, ProgramError, capture
from tui_agent.core.lookup import Found, FoundLine, LookupFailedError, Search

SECONDS = 20.0
OUTPUT_LIMIT = 4 << 20
"""Bytes of matches that are taken; what comes after is `more`."""
FAILED = 2
SCRIPT = os.path.join(os.path.dirname(__file__), "python_search.py")


async def search(files: Confined, query: Search, environ: Mapping[str, str]) -> Found:
    """Search; lines of secret files are counted, not shown, unless that very file was named.

    Raises LookupFailedError with the reason where the expression is none or it took too long.
    """
    program = ripgrep.ripgrep(environ)
    try:
        if program:
            done = await _by_ripgrep(program, files.root, query, environ)
        else:
            done = await _by_python(files, query, environ)
    except ProgramError as error:
        message = f"The search did not end within {SECONDS:g} s; make the pattern or path narrower."
        raise LookupFailedError(message) from error
    if done.code == FAILED and not done.cut:
        raise LookupFailedError(_reason(done.err))
    return await asyncio.to_thread(_found, done, query, Vouched(files))


async def _by_ripgrep(
    program: str, root: str, query: Search, environ: Mapping[str, str]
) -> Captured:
    argv = [program, *ripgrep.arguments(root), "--json", "--sort=path", f"--regexp={query.pattern}"]
    argv += ["--max-columns=0", f"--context={query.context}"]
    argv += [] if _is_file(root, query.path) else ["--max-filesize=20M"]
    argv += ["--ignore-case"] if query.ignore_case else []
    argv += ripgrep.only_files(query.file_pattern)
    argv += ["--", query.path]
    return await capture(argv, cwd=root, environ=environ, seconds=SECONDS, limit=OUTPUT_LIMIT)


async def _by_python(files: Confined, query: Search, environ: Mapping[str, str]) -> Captured:
    root = files.root
    names = [query.path] if _is_file(root, query.path) else []
    names = names or await list_names(files, query.path, environ)
    asked = {
        "pattern": query.pattern,
        "ignore_case": query.ignore_case,
        "context": query.context,
        "file_pattern": query.file_pattern,
        "names": names,
    }
    argv = [sys.executable, "-I", "-S", SCRIPT]
    data = json.dumps(asked).encode()
    return await capture(
        argv, cwd=root, environ=environ, stdin=data, seconds=SECONDS, limit=OUTPUT_LIMIT
    )


def _is_file(root: str, name: str) -> bool:
    return os.path.isfile(os.path.join(root, name))


def _found(done: Captured, query: Search, vouched: Vouched) -> Found:
    lines: list[FoundLine] = []
    matches = hidden = 0
    more = done.cut
    for raw in done.out.split(b"\n"):
        line = _line(raw)
        if line is None or not ripgrep.fits(line.path, query.file_pattern):
            continue
        if not vouched.holds(line.path, line.line, line.text):
            continue
        if line.path != query.path and "secret" in marks_of(line.path):
            hidden += line.matches
            continue
        if line.matches and matches == query.limit:
            more = True
            break
        matches += line.matches
        lines.append(line)
    return Found(lines=tuple(lines), more=more, hidden=hidden)


def _line(raw: bytes) -> FoundLine | None:
    """Read one line of ripgrep's JSON; None for what is no line of a file, or was cut off."""
    try:
        message = json.loads(raw)
    except ValueError:
        return None
    if message["type"] not in {"match", "context"}:
        return None
    data = message["data"]
    text = _text(data["lines"]).rstrip("\r\n")
    return FoundLine(
        path=_text(data["path"], "surrogateescape").removeprefix("./"),
        line=data["line_number"],
        text=text,
        matches=message["type"] == "match",
    )


def _text(value: Mapping[str, str], errors: str = "replace") -> str:
    """Return a text of ripgrep's; what is not UTF-8 comes as base64."""
    if "text" in value:
        return value["text"]
    import base64

    return base64.b64decode(value["bytes"]).decode("utf-8", errors)


def _reason(words: str) -> str:
    """Return a failure's reason: the last paragraph of ripgrep's, which shows the place first."""
    lines = [line for line in words.split("\n") if line.strip() and "--pcre2" not in line]
    words = "\n".join(lines[-6:]) or "The search failed without a word."
    return f"{words}\nTo find a sign as it is, escape it: \\( \\[ \\{{ \\. \\*"
