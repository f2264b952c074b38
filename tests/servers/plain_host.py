"""A tool server's host as our side sees it, without a server: answers from a file, line by line.

Run as `plain_host.py FILE`; the file is read anew each time, so that a test can change it. What
stands there under `after` is offered once a tool was called.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def answer(asked: dict[str, Any], offers: dict[str, Any]) -> dict[str, Any]:
    """Return what a server would give."""
    match asked["op"]:
        case "tools":
            return {"tools": offers["tools"]}
        case "others":
            return {key: offers.get(key, []) for key in ("prompts", "resources")}
        case "prompt":
            text = f"{asked['name']} {json.dumps(asked['arguments'])}"
            return {"messages": [{"role": "user", "parts": [{"kind": "text", "text": text}]}]}
        case "read":
            return {"parts": [{"kind": "resource", "uri": asked["uri"], "text": "what it holds"}]}
        case _:
            said = f"{asked['tool']} {json.dumps(asked['arguments'])}"
            return {"parts": [{"kind": "text", "text": said}], "error": False}


def main(file: Path) -> None:
    """Serve until the input ends."""
    sys.stdin.readline()
    say({"ready": {"name": "plain", "version": "1"}})
    called = False
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["op"] == "cancel":
            continue
        offers = json.loads(file.read_text(encoding="utf-8"))
        if asked["op"] == "call" and offers.get("dies"):
            return
        if called and "after" in offers:
            offers["tools"] = offers["after"]
        say({"id": asked["id"], "result": answer(asked, offers)})
        if asked["op"] == "call" and not called:
            called = True
            say({"changed": "tools"})


def say(said: dict[str, Any]) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
