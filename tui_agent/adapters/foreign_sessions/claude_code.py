"""Claude Code's JSON lines: one record a message or a part of it, joined by the message's id.

A tool's result comes as a user's record, with what the tool itself told beside it
(`toolUseResult`): for an edit the file as it was, so that the whole diff is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
KNOWN = {"user", "assistant", "system", "summary"}
PASSED_OVER = {"file-history-snapshot", "queue-operation", "progress", "last-prompt", "ai-title"}
INTERRUPTED = "[Request interrupted by user"
REJECTED = "The user doesn't want to"
SAID_WHY = "the user said:"
OWN_WORDS = ("<command-name>", "<command-message>", "<local-command-", "<bash-", "Caveat: ")


def is_claude_code(lines: Sequence[Line]) -> bool:
    """Return whether these lines are Claude Code's."""
    return any(
        line.get("type") in KNOWN | PASSED_OVER and ("sessionId" in line or "leafUuid" in line)
        for line in lines
    )


def read(lines: Iterable[Line]) -> Foreign:
    """Return the session."""
    reader = _Reader()
    for line in lines:
        reader.line(line)
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found = Foreign(origin="Claude Code")
        self._counted: set[str] = set()
        self._open: str = ""
        """The id of the message whose parts come in."""
        self._inputs: dict[str, Mapping[str, Any]] = {}
        """Of each call: what the tool was given."""

    def line(self, line: Line) -> None:
        """Take a record in."""
        kind = str(line.get("type", ""))
        if line.get("isSidechain"):
            self.found.losses["records of child agents"] += 1
            return
        if kind in PASSED_OVER or kind == "summary":
            return
        self._facts(line)
        readers: dict[str, Callable[[Line], None]] = {
            "user": self._user,
            "assistant": self._assistant,
            "system": self._system,
        }
        reader = readers.get(kind)
        if reader is None:
            self.found.losses[f"records of the unknown kind '{kind}'"] += 1
            return
        reader(line)

    def _facts(self, line: Line) -> None:
        found = self.found
        found.id = found.id or str(line.get("sessionId") or "")
        found.cwd = found.cwd or str(line.get("cwd") or "")
        found.branch = found.branch or str(line.get("gitBranch") or "")
        found.version = found.version or str(line.get("version") or "")
        found.started = found.started or str(line.get("timestamp") or "")

    def _system(self, line: Line) -> None:
        text = line.get("content")
        if isinstance(text, str) and text.strip():
            self.found.items.append(Remark(ts=_ts(line), text=text))

    def _user(self, line: Line) -> None:
        self._open = ""
        message = _table(line.get("message"))
        content = message.get("content")
        if isinstance(content, str):
            self._words(line, content)
            return
        texts: list[str] = []
        for part in content if isinstance(content, list) else ():
            block = _table(part)
            match block.get("type"):
                case "tool_result":
                    self._result(line, block)
                case "text":
                    texts.append(str(block.get("text", "")))
                case kind:
                    self.found.losses[f"attachments of the kind '{kind}'"] += 1
        if texts:
            self._words(line, "\n".join(texts))

    def _words(self, line: Line, text: str) -> None:
        if not text.strip():
            return
        if text.startswith(INTERRUPTED):
            self.found.items.append(Interrupted(ts=_ts(line)))
        elif line.get("isCompactSummary"):
            said = "The conversation was summarised here."
            self.found.items.append(Remark(ts=_ts(line), text=said))
        elif line.get("isMeta") or text.lstrip().startswith(OWN_WORDS):
            self.found.losses["commands of the program itself and what they printed"] += 1
        else:
            self.found.items.append(Said(ts=_ts(line), text=text))

    def _assistant(self, line: Line) -> None:
        message = _table(line.get("message"))
        texts: list[str] = []
        thoughts: list[str] = []
        calls: list[Call] = []
        for part in message.get("content") or ():
            block = _table(part)
            match block.get("type"):
                case "text":
                    texts.append(str(block.get("text", "")))
                case "thinking":
                    thoughts.append(str(block.get("thinking", "")))
                case "tool_use":
                    calls.append(self._call(block))
                case "redacted_thinking":
                    self.found.losses["thoughts that the provider encrypted"] += 1
                case kind:
                    self.found.losses[f"parts of answers of the kind '{kind}'"] += 1
        name = str(message.get("id") or line.get("uuid") or "")
        model = str(message.get("model") or "")
        self.found.model = self.found.model or ("" if model.startswith("<") else model)
        part = Replied(
            ts=_ts(line),
            model=model,
            text="\n\n".join(texts),
            thought="\n\n".join(thoughts),
            calls=tuple(calls),
            usage=self._usage(name, _table(message.get("usage"))),
        )
        last = self.found.items[-1] if self.found.items else None
        if name == self._open and isinstance(last, Replied):
            self.found.items[-1] = _joined(last, part)
        else:
            self.found.items.append(part)
        self._open = name

    def _call(self, block: Line) -> Call:
        given = _table(block.get("input"))
        name = str(block.get("id", ""))
        self._inputs[name] = given
        return Call(
            id=name,
            name=str(block.get("name", "")),
            arguments=json.dumps(given, ensure_ascii=False),
        )

    def _usage(self, name: str, usage: Line) -> Usage:
        """Return what a message took; each of its parts says the same, so it counts once."""
        if name in self._counted or not usage:
            return Usage(input_tokens=0, output_tokens=0)
        self._counted.add(name)
        fresh, cached, written = (
            _count(usage.get(key))
            for key in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        )
        return Usage(
            input_tokens=fresh + cached + written,
            output_tokens=_count(usage.get("output_tokens")),
            cached_tokens=cached,
            cache_write_tokens=written,
        )

    def _result(self, line: Line, block: Line) -> None:
        text = _told(block.get("content"))
        call_id = str(block.get("tool_use_id", ""))
        beside = line.get("toolUseResult")
        failed = bool(block.get("is_error"))
        rejected = failed and text.startswith(REJECTED)
        feedback = text.partition(SAID_WHY)[2].strip() if rejected else ""
        files = () if failed else self._files(call_id, _table(beside))
        self.found.items.append(
            Result(
                ts=_ts(line),
                call_id=call_id,
                text=text,
                ok=not failed,
                rejected=rejected,
                feedback=feedback,
                files=files,
            )
        )

    def _files(self, call_id: str, beside: Line) -> tuple[Changed, ...]:
        """Return what an edit changed: the whole file before is told, and the text put in."""
        path = beside.get("filePath")
        given = self._inputs.get(call_id, {})
        if not isinstance(path, str) or "structuredPatch" not in beside:
            return ()
        before = beside.get("originalFile")
        before = before if isinstance(before, str) else None
        if isinstance(beside.get("content"), str):
            return (Changed(path=path, before=before, after=beside["content"]),)
        after = before
        edits = given.get("edits")
        for edit in edits if isinstance(edits, list) else [{**given, **beside}]:
            after = _edited(after, _table(edit))
        if before is None or after is None:
            self.found.losses["edits whose file before is not told: no diff"] += 1
            return (Changed(path=path, known=False),)
        return (Changed(path=path, before=before, after=after),)


def _edited(text: str | None, edit: Line) -> str | None:
    old = edit.get("oldString", edit.get("old_string"))
    new = edit.get("newString", edit.get("new_string"))
    if text is None or not isinstance(old, str) or not isinstance(new, str):
        return None
    every = edit.get("replaceAll", edit.get("replace_all"))
    if old and old not in text:
        return None
    return text.replace(old, new) if every else text.replace(old, new, 1)


def _joined(one: Replied, other: Replied) -> Replied:
    return Replied(
        ts=other.ts,
        model=one.model or other.model,
        text="\n\n".join(filter(None, (one.text, other.text))),
        thought="\n\n".join(filter(None, (one.thought, other.thought))),
        calls=(*one.calls, *other.calls),
        usage=one.usage.plus(other.usage),
    )


def _told(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    return "\n".join(str(_table(part).get("text", "")) for part in parts)


def _ts(line: Line) -> str:
    return str(line.get("timestamp") or "")


def _table(value: object) -> Line:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
