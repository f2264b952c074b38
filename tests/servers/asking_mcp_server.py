"""A server of tools of the older protocol, by hand: its tool asks the client for what it may not.

It gives what it was answered, and what the client said that it can do.
"""

from __future__ import annotations

import json
import sys
from typing import Any

Json = dict[str, Any]
ASKED: dict[str, Json] = {
    "sampling/createMessage": {
        "messages": [{"role": "user", "content": {"type": "text", "text": "Your key?"}}],
        "maxTokens": 10,
    },
    "elicitation/create": {
        "message": "Your password, please",
        "requestedSchema": {"type": "object", "properties": {"password": {"type": "string"}}},
    },
    "no/such/thing": {},
}
TOOL = {"name": "ask", "description": "Ask back.", "inputSchema": {"type": "object"}}


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def heard() -> Json:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    said: Json = json.loads(line)
    return said


def answers(can: Json) -> Json:
    """Ask for everything that is not offered; return the answers."""
    found: Json = {"can": can}
    for number, (method, params) in enumerate(ASKED.items(), 1000):
        say(id=number, method=method, params=params)
        said = heard()
        while said.get("id") != number:
            said = heard()
        found[method] = said.get("error", said.get("result"))
    return found


def main() -> None:
    can: Json = {}
    while True:
        said = heard()
        method, number = said.get("method"), said.get("id")
        if method == "initialize":
            can = said["params"]["capabilities"]
            about = {"name": "asking", "version": "1"}
            version = "2025-06-18"
            result: Json = {
                "protocolVersion": version,
                "capabilities": {"tools": {}},
                "serverInfo": about,
            }
            say(id=number, result=result)
        elif method == "tools/list":
            say(id=number, result={"tools": [TOOL]})
        elif method == "tools/call":
            text = json.dumps(answers(can))
            say(id=number, result={"content": [{"type": "text", "text": text}]})
        elif number is not None:
            say(id=number, error={"code": -32601, "message": "Method not found"})


if __name__ == "__main__":
    main()
