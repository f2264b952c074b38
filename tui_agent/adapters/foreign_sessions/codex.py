"""codex's rollout files: a line `{timestamp, type, payload}` each; in older ones the payload alone.

Its log keeps no approvals and no files: an edit is the text of its patch, a rejection is not told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui_agent.adapters.foreign_sessions.values import (
    Call,
    Changed,
    Foreign,
    Interrupted,
    Remark,
    Replied,
    Result,
    Said,
)
from tui_agent.core.messages import Usage

Line = Mapping[str, Any]
KINDS = {"session_meta", "response_item", "event_msg", "turn_context", "compacted"}
ITEMS = {
    "message", "reasoning", "function_call", "function_call_output", "local_shell_call",
    "custom_tool_call", "custom_tool_call_output", "web_search_call",
}  # fmt: skip
CONTEXT = ("<environment_context>", "<user_instructions>", "<permissions", "# AGENTS.md")
"""How messages begin that the program puts in by itself."""
TOLD_TWICE = {
    "user_message", "agent_message", "agent_reasoning", "agent_reasoning_raw_content",
    "task_started", "task_complete", "turn_started", "turn_complete", "exec_command_begin",
    "exec_command_end", "exec_command_output_delta", "patch_apply_begin", "patch_apply_end",
    "agent_message_delta", "agent_reasoning_section_break", "turn_diff", "plan_update",
}  # fmt: skip
"""Events that only announce what another line holds."""
_FILE = re.compile(r"^\*\*\* (Add|Update|Delete) File: (.+)$", re.MULTILINE)
_EXIT = re.compile(r"(?:Exit code|Process exited with code):? (-?\d+)")


def is_codex(lines: Sequence[Line]) -> bool:
    """Return whether these lines are codex's."""
    if any(line.get("type") in KINDS and isinstance(line.get("payload"), dict) for line in lines):
        return True
    first = lines[0] if lines else {}
    old = "id" in first and "timestamp" in first and "type" not in first
    return old and any(line.get("type") in ITEMS for line in lines[1:])


def read(lines: Iterable[Line]) -> Foreign:
    """Return the session."""
    reader = _Reader()
    for line in lines:
        reader.line(line)
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found = Foreign(origin="codex")
        self._ts = ""
        self._patches: dict[str, str] = {}
        """Of each call that edits: its patch."""

    def line(self, line: Line) -> None:
        """Take a line in, of either form."""
        self._ts = str(line.get("timestamp") or self._ts)
        kind, payload = line.get("type"), line.get("payload")
        if not isinstance(payload, dict):
            self._old(line)
            return
        match kind:
            case "session_meta":
                self._meta(payload)
            case "turn_context":
                self.found.model = str(payload.get("model") or self.found.model)
                self.found.cwd = self.found.cwd or str(payload.get("cwd") or "")
            case "response_item":
                self._item(payload)
            case "event_msg":
                self._event(payload)
            case "compacted":
                said = "The conversation was summarised here."
                self.found.items.append(Remark(ts=self._ts, text=said))
            case _:
                self.found.losses[f"records of the unknown kind '{kind}'"] += 1

    def _old(self, line: Line) -> None:
        if line.get("type") in ITEMS:
            self._item(line)
        elif "id" in line and "type" not in line and not self.found.id:
            self._meta(line)
        elif "record_type" not in line:
            self.found.losses[f"records of the unknown kind '{line.get('type')}'"] += 1

    def _meta(self, payload: Line) -> None:
        found = self.found
        git = _table(payload.get("git"))
        found.id = str(payload.get("id") or "")
        found.cwd = str(payload.get("cwd") or "")
        found.version = str(payload.get("cli_version") or "")
        found.branch = str(git.get("branch") or "")
        found.head = str(git.get("commit_hash") or "")
        found.started = str(payload.get("timestamp") or self._ts)

    def _event(self, payload: Line) -> None:
        kind = payload.get("type")
        if kind == "token_count":
            self._tokens(_table(_table(payload.get("info")).get("last_token_usage")))
        elif kind == "turn_aborted":
            self.found.items.append(Interrupted(ts=self._ts))
        elif kind in {"error", "warning", "stream_error"}:
            self.found.items.append(Remark(ts=self._ts, text=str(payload.get("message", ""))))
        elif kind not in TOLD_TWICE:
            self.found.losses[f"events of the unknown kind '{kind}'"] += 1

    def _tokens(self, usage: Line) -> None:
        """Give the tokens to the answer that they were counted for: the last one without any."""
        for index in range(len(self.found.items) - 1, -1, -1):
            item = self.found.items[index]
            if isinstance(item, Replied) and usage:
                if item.usage.input_tokens is None:
                    counted = Usage(
                        input_tokens=_count(usage.get("input_tokens")),
                        output_tokens=_count(usage.get("output_tokens")),
                        cached_tokens=_count(usage.get("cached_input_tokens")),
                        reasoning_tokens=_count(usage.get("reasoning_output_tokens")),
                    )
                    self.found.items[index] = _with(item, usage=counted)
                return

    def _item(self, payload: Line) -> None:
        match payload.get("type"):
            case "message":
                self._message(payload)
            case "reasoning":
                self._reasoning(payload)
            case "function_call":
                self._called(payload, str(payload.get("arguments") or ""))
            case "custom_tool_call":
                self._called(payload, str(payload.get("input") or ""))
            case "local_shell_call":
                action = _table(payload.get("action"))
                given = json.dumps({"command": action.get("command", [])})
                self._called({**payload, "name": "shell"}, given)
            case "function_call_output" | "custom_tool_call_output":
                self._result(payload)
            case "web_search_call":
                query = _table(payload.get("action")).get("query", "")
                self.found.items.append(Remark(ts=self._ts, text=f"searched the web: {query}"))
            case kind:
                self.found.losses[f"items of the unknown kind '{kind}'"] += 1

    def _message(self, payload: Line) -> None:
        parts = payload.get("content")
        blocks = [_table(part) for part in (parts if isinstance(parts, list) else ())]
        text = "\n".join(str(one["text"]) for one in blocks if isinstance(one.get("text"), str))
        pictures = sum("image" in str(one.get("type")) for one in blocks)
        if pictures:
            self.found.losses["pictures"] += pictures
        role = payload.get("role")
        if role == "assistant":
            self._reply(text=text)
        elif role == "user" and not text.lstrip().startswith(CONTEXT):
            if text.strip():
                self.found.items.append(Said(ts=self._ts, text=text))
        elif text.strip():
            self.found.losses["messages that the program put in by itself"] += 1

    def _reasoning(self, payload: Line) -> None:
        parts = payload.get("summary")
        texts = [str(_table(one).get("text", "")) for one in parts or ()]
        if any(texts):
            self._reply(thought="\n\n".join(texts))
        elif payload.get("encrypted_content"):
            self.found.losses["thoughts that the provider encrypted"] += 1

    def _called(self, payload: Line, arguments: str) -> None:
        call_id = str(payload.get("call_id") or payload.get("id") or "")
        name = str(payload.get("name") or "")
        if "*** Begin Patch" in arguments:
            self._patches[call_id] = _patch_in(arguments)
            name = "apply_patch"
        self._reply(calls=(Call(id=call_id, name=name, arguments=arguments),))

    def _reply(self, *, text: str = "", thought: str = "", calls: tuple[Call, ...] = ()) -> None:
        """Add to the open answer, or begin one: a result or a message closes it."""
        last = self.found.items[-1] if self.found.items else None
        if isinstance(last, Replied) and last.usage.input_tokens is None:
            self.found.items[-1] = Replied(
                ts=self._ts,
                model=last.model,
                text="\n\n".join(filter(None, (last.text, text))),
                thought="\n\n".join(filter(None, (last.thought, thought))),
                calls=(*last.calls, *calls),
            )
            return
        self.found.items.append(
            Replied(ts=self._ts, model=self.found.model, text=text, thought=thought, calls=calls)
        )

    def _result(self, payload: Line) -> None:
        call_id = str(payload.get("call_id") or "")
        text, code = _output(payload.get("output"))
        patch = self._patches.get(call_id)
        files = tuple(_files(patch)) if patch is not None and code in {None, 0} else ()
        if files:
            self.found.losses["edits of which only the patch is told: no whole diff"] += 1
        self.found.items.append(
            Result(
                ts=self._ts, call_id=call_id, text=text, ok=code in {None, 0}, exit_code=code,
                files=files,
            )
        )  # fmt: skip


def _output(value: object) -> tuple[str, int | None]:
    """Return the text and the exit status: told as JSON, as an object, or in words."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            inner = None
        if isinstance(inner, dict) and "output" in inner:
            return _output(inner)
        found = _EXIT.search(value[:400])
        return value, int(found[1]) if found is not None else None
    table = _table(value)
    code = _table(table.get("metadata")).get("exit_code")
    text = table.get("output", table.get("content", ""))
    return str(text), code if isinstance(code, int) else None


def _patch_in(arguments: str) -> str:
    """Return a patch that stands by itself, or within the words of a command in JSON."""
    text = arguments
    try:
        given = json.loads(arguments)
    except ValueError:
        given = None
    if isinstance(given, dict):
        values = [given.get("input"), given.get("patch"), given.get("cmd"), given.get("command")]
        words = [w for v in values for w in (v if isinstance(v, list) else [v])]
        text = next((w for w in words if isinstance(w, str) and "*** Begin Patch" in w), "")
    return text[text.find("*** Begin Patch") :].partition("*** End Patch")[0]


def _files(patch: str) -> Iterable[Changed]:
    places = list(_FILE.finditer(patch))
    ends = [place.start() for place in places[1:]] + [len(patch)]
    for place, end in zip(places, ends, strict=True):
        body = patch[place.end() + 1 : end].split("\n")
        added = [line[1:] for line in body if line.startswith("+")]
        removed = sum(line.startswith("-") for line in body)
        if place[1] == "Add":
            text = "".join(f"{line}\n" for line in added)
            yield Changed(path=place[2].strip(), before=None, after=text)
        else:
            yield Changed(path=place[2].strip(), known=False, added=len(added), removed=removed)


def _with(item: Replied, *, usage: Usage) -> Replied:
    return Replied(
        ts=item.ts, model=item.model, text=item.text, thought=item.thought, calls=item.calls,
        usage=usage,
    )  # fmt: skip


def _table(value: object) -> Line:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
