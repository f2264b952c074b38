"""The search where ripgrep is missing: a program of its own that prints what ripgrep would.

Reads its question as JSON from the input. It needs nothing but the standard library and exits with
0 (found), 1 (not found) or 2 (no regular expression).
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

LARGEST = 20 << 20
"""Bytes; larger files are passed over, unless one alone was asked about."""


def main() -> int:
    """Answer the question on the input."""
    asked = json.load(sys.stdin)
    flags = re.IGNORECASE if asked["ignore_case"] else re.NOFLAG
    try:
        pattern = re.compile(asked["pattern"], flags)
    except re.error as error:
        sys.stderr.write(f"regex parse error: {asked['pattern']}\nerror: {error}\n")
        return 2
    found = False
    for name in asked["names"]:
        if not _fits(name, asked["file_pattern"]):
            continue
        largest = LARGEST if len(asked["names"]) > 1 else sys.maxsize
        for message in _messages(name, pattern, asked["context"], largest):
            found = True
            sys.stdout.write(json.dumps(message) + "\n")
    return 0 if found else 1


def _fits(name: str, glob: str) -> bool:
    if not glob:
        return True
    return "/" in glob or fnmatch(name.rpartition("/")[2], glob)


def _messages(
    name: str, pattern: re.Pattern[str], context: int, largest: int
) -> Iterator[dict[str, Any]]:
    try:
        data = Path(name).read_bytes() if Path(name).stat().st_size <= largest else b"\0"
    except OSError:
        return
    if b"\0" in data[:8192]:
        return
    lines = data.decode("utf-8", "replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    hits = [index for index, line in enumerate(lines) if pattern.search(line)]
    matching = set(hits)
    shown = sorted(
        {near for hit in hits for near in range(hit - context, hit + context + 1)}
        & set(range(len(lines)))
    )
    for index in shown:
        yield {
            "type": "match" if index in matching else "context",
            "data": {
                "path": _value(name),
                "lines": {"text": lines[index] + "\n"},
                "line_number": index + 1,
            },
        }


def _value(name: str) -> dict[str, str]:
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "surrogateescape")
        return {"bytes": base64.b64encode(raw).decode()}
    return {"text": name}


if __name__ == "__main__":
    sys.exit(main())
