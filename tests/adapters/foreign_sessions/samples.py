"""Files as Claude Code and codex write them, made up by us: their structure, not their content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BEFORE = "def answer():\n    return 41\n"
AFTER = "def answer():\n    return 42\n"
Line = dict[str, Any]


def write(path: Path, lines: list[Line | str]) -> Path:
    """Write JSON lines; a text stands as it is."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


class ClaudeCode:
    """Writes records with the fields that every one has."""

    def __init__(self, cwd: str) -> None:
        self.cwd = cwd
        self.lines: list[Line | str] = []
        self.seconds = 0

    def add(self, kind: str, **more: Any) -> None:
        self.seconds += 2
        self.lines.append(
            {
                "parentUuid": None,
                "isSidechain": False,
                "userType": "external",
                "cwd": self.cwd,
                "sessionId": "0b1c2d3e-0000-4000-8000-123456789abc",
                "version": "2.1.1",
                "gitBranch": "main",
                "type": kind,
                "uuid": f"uuid-{len(self.lines)}",
                "timestamp": f"2026-11-20T10:{self.seconds // 60:02}:{self.seconds % 60:02}.500Z",
                **more,
            }
        )

    def user(self, content: str | list[Line], **more: Any) -> None:
        self.add("user", message={"role": "user", "content": content}, **more)

    def assistant(self, name: str, *content: Line) -> None:
        usage = {
            "input_tokens": 10,
            "cache_read_input_tokens": 900,
            "cache_creation_input_tokens": 90,
            "output_tokens": 50,
        }
        message = {
            "id": name,
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "content": list(content),
            "usage": usage,
        }
        self.add("assistant", message=message, requestId=f"req-{name}")

    def result(self, call: str, text: str, beside: Any = None, *, failed: bool = False) -> None:
        block = {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": failed}
        more = {"toolUseResult": beside} if beside is not None else {}
        self.user([block], **more)


def use(call: str, name: str, **given: Any) -> Line:
    return {"type": "tool_use", "id": call, "name": name, "input": given}


def claude_code(path: Path, cwd: str) -> Path:
    """A session that reads, runs, edits, is refused once and interrupted once."""
    one = ClaudeCode(cwd)
    one.lines.append({"type": "file-history-snapshot", "messageId": "x", "snapshot": {}})
    one.user("<command-name>/model</command-name>")
    one.user("mend the answer")
    one.assistant("msg_1", {"type": "thinking", "thinking": "It says 41.", "signature": "c2ln"})
    one.assistant("msg_1", {"type": "text", "text": "I look at **it**."})
    one.assistant("msg_1", use("toolu_1", "Bash", command="cat answer.py", description="look"))
    one.result("toolu_1", BEFORE, {"stdout": BEFORE, "stderr": "", "interrupted": False})
    file = f"{cwd}/answer.py"
    one.assistant("msg_2", use("toolu_2", "Edit", file_path=file, old_string="41", new_string="42"))
    beside = {
        "filePath": file,
        "oldString": "41",
        "newString": "42",
        "originalFile": BEFORE,
        "structuredPatch": [{"oldStart": 1, "lines": [" def answer():"]}],
        "userModified": False,
        "replaceAll": False,
    }
    one.result("toolu_2", "The file has been updated.", beside)
    one.assistant("msg_3", use("toolu_3", "Bash", command="git push --force"))
    refusal = "The user doesn't want to proceed with this tool use. the user said:\nnever force"
    one.result("toolu_3", refusal, "Error: …", failed=True)
    one.assistant("msg_4", {"type": "text", "text": "Mended; nothing is pushed."})
    one.lines += ["not json {", {"type": "hologram", "sessionId": "x", "timestamp": ""}]
    one.add("user", isSidechain=True, message={"role": "user", "content": "a child's task"})
    childs = one.lines[-1]
    assert isinstance(childs, dict)
    childs["isSidechain"] = True
    one.user([{"type": "text", "text": "and the docs?"}, {"type": "image", "source": {}}])
    one.assistant("msg_5", use("toolu_5", "Write", file_path=f"{cwd}/docs.md", content="# Hi\n"))
    made: Line = {
        "type": "create",
        "filePath": f"{cwd}/docs.md",
        "content": "# Hi\n",
        "structuredPatch": [],
        "originalFile": None,
    }
    one.result("toolu_5", "File created successfully", made)
    one.user([{"type": "text", "text": "[Request interrupted by user]"}])
    return write(path, one.lines)


def codex(path: Path, cwd: str) -> Path:
    """A session that runs commands, applies a patch and thinks in secret."""
    lines: list[Line | str] = []

    def add(name: str, /, **payload: Any) -> None:
        number = len(lines)
        stamp = f"2026-11-19T09:00:{number:02}.000Z"
        lines.append({"timestamp": stamp, "type": name, "payload": payload})

    def item(name: str, /, **payload: Any) -> None:
        add("response_item", type=name, **payload)

    def says(role: str, text: str) -> None:
        kind = "output_text" if role == "assistant" else "input_text"
        item("message", role=role, content=[{"type": kind, "text": text}])

    add(
        "session_meta",
        id="019a2d7a-41c4-78b1-b7cc-a45d62a89cd5",
        timestamp="2026-11-19T09:00:00.000Z",
        cwd=cwd,
        originator="codex_cli_rs",
        cli_version="0.46.0",
        instructions=None,
        git={"commit_hash": "9be0c41", "branch": "main"},
    )
    says("user", "<environment_context>…</environment_context>")
    says("user", "why does the test fail?")
    add("event_msg", type="user_message", message="why does the test fail?", kind="plain")
    add("turn_context", cwd=cwd, approval_policy="on-request", model="gpt-5-codex", effort="high")
    item("reasoning", summary=[], content=None, encrypted_content="gAAAA")
    item("reasoning", summary=[{"type": "summary_text", "text": "**Looking**"}])
    shell = json.dumps({"command": ["bash", "-lc", "pytest -q"], "workdir": cwd})
    item("function_call", name="shell", arguments=shell, call_id="call_1")
    output = {"output": "1 failed\n", "metadata": {"exit_code": 1, "duration_seconds": 1.5}}
    item("function_call_output", call_id="call_1", output=json.dumps(output))
    usage = {"input_tokens": 2000, "cached_input_tokens": 1500, "output_tokens": 80}
    add("event_msg", type="token_count", info={"last_token_usage": usage})
    patch = (
        "*** Begin Patch\n*** Add File: notes.md\n+one\n+two\n*** Update File: answer.py\n@@\n"
        "-    return 41\n+    return 42\n*** End Patch\n"
    )
    item("custom_tool_call", name="apply_patch", input=patch, call_id="call_2", status="completed")
    done = json.dumps({"output": "Success.", "metadata": {"exit_code": 0}})
    item("custom_tool_call_output", call_id="call_2", output=done)
    says("assistant", "It compared with 41.")
    add("event_msg", type="agent_message", message="It compared with 41.")
    add("event_msg", type="hologram", what="new")
    lines.append('{"timestamp": "2026-11-19T09:0')
    return write(path, lines)
