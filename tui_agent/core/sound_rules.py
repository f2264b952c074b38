"""Whether a rule makes sense, as it is read: what is wrong with it, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tui_agent.core.settings import RuleSettings

MINUTE = len("2026-12-31T18:00")
"""Characters of a moment up to its minute."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z", re.ASCII)
"""What can be compared letter by letter: in other forms of ISO 8601 a rule would never end."""


def tokens_of(rule: RuleSettings) -> tuple[str, ...]:
    """Return the leading words that a rule is about."""
    return rule.prefix or tuple(rule.pattern.split())


def only_tightens(rule: RuleSettings) -> bool:
    """Return whether a rule never allows: all that a project's own settings may hold."""
    return rule.action in ("ask", "deny") or (not rule.action and rule.approval_required)


_NEVER = re.compile(r"^[~!]|(^|/)\.(/|$)|//|[\\{}]|^\s|\s$")
"""What stands in no path as it is held against a rule: such a rule would never mean anything."""
_SIGNS = frozenset("&|;<>$`\"'(){}*?#\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    wrong: bool
    text: str


def problem_of(rule: RuleSettings, tools: Collection[str] = ()) -> str:
    """Say what is wrong with a rule, with an example of a right one; empty where nothing is."""
    return next((one.text for one in _checks(rule, tools) if one.wrong), "")


def _checks(rule: RuleSettings, tools: Collection[str]) -> Iterator[_Check]:
    ways = [name for name in ("prefix", "argv", "pattern") if getattr(rule, name)]
    words = (*rule.prefix, *rule.argv)
    odd = next((word for word in (*words, *rule.pattern.split()) if _SIGNS & set(word)), "")
    yield _Check(
        wrong=not rule.action and not rule.pattern,
        text='it says nothing: action = "allow", "ask" or "deny"',
    )
    yield _Check(
        wrong=not (ways or rule.tool or rule.path or rule.host),
        text='it is about nothing: give a tool, prefix, path or host, as in tool = "shell"',
    )
    yield _Check(wrong=len(ways) > 1, text=f"{' and '.join(ways)} say the same: keep one of them")
    yield _Check(
        wrong=any(" " in word or not word for word in rule.prefix),
        text='each word of a prefix by itself: prefix = ["git", "push"]',
    )
    yield _Check(
        wrong=bool(odd) and not rule.argv,
        text=f"the shell would replace {odd}: words alone, as in prefix = ['git', 'push']",
    )
    yield _Check(
        wrong=bool(rule.tool and tools)
        and not any(fnmatchcase(one, rule.tool) for one in tools)
        and not rule.tool.startswith("mcp__"),
        text=f"there is no tool {rule.tool}: {', '.join(sorted(tools))}",
    )
    yield _Check(
        wrong=_is_server(rule.tool),
        text=f"{rule.tool} is a server: tool = '{rule.tool}__*' means all of its tools",
    )
    yield _Check(
        wrong=bool(ways) and rule.tool not in ("", "shell"),
        text=f'only the tool shell runs commands, not {rule.tool}: tool = "shell"',
    )
    yield from _place_checks(rule)
    yield _Check(
        wrong=bool(rule.approval_required_if_args or rule.approval_required)
        and (not rule.pattern or bool(rule.action)),
        text='approval_required… goes with pattern and without action: pattern = "sort"',
    )
    yield _Check(wrong=rule.uses < 0, text="uses is a number of times: uses = 5")
    yield _Check(
        wrong=bool(rule.until) and not _is_moment(rule.until),
        text='until is a moment in UTC: until = "2026-12-31T18:00Z"',
    )


def _is_server(tool: str) -> bool:
    name = tool.removeprefix("mcp__")
    return name != tool and not {"*", "?", "["} & set(name) and "__" not in name.strip("_")


def _place_checks(rule: RuleSettings) -> Iterator[_Check]:
    yield _Check(
        wrong=rule.path.startswith("/") or ".." in rule.path.split("/"),
        text='a path begins in the workspace: path = "secrets/**"',
    )
    yield _Check(
        wrong=bool(_NEVER.search(rule.path)),
        text="no path is spelled like that: names, * ? [a-z] and **, as in path = 'secrets/**'; "
        "a rule for each of {a,b}",
    )
    yield _Check(
        wrong=bool(rule.digest) and bool(rule.tool) and not rule.tool.startswith("mcp__"),
        text="a digest is that of a server's tool: tool = 'mcp__SERVER__TOOL'",
    )
    yield _Check(
        wrong="://" in rule.host or "/" in rule.host,
        text='a host is a name alone: host = "*.example.org"',
    )


def _is_moment(text: str) -> bool:
    from datetime import datetime

    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
