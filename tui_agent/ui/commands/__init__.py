"""The command line's commands: one file each, found by name, loaded when used."""

from __future__ import annotations

COMMANDS = {
    "replay": "see a session again, step by step",
    "review": "decide on any diff, hunk by hunk",
    "undo": "take a turn or a hunk back; what you wrote since stays",
    "rewind": "go back to an earlier place of a session; the diff is shown first",
    "blame": "which session, step and model made each line of a file, or a person",
    "compare": "sessions side by side: changes, steps, tokens, cost, time, grade",
    "fork": "begin a new session with the beginning of another one",
    "sessions": "list sessions, search them, show, verify, export or import one",
    "stats": "what sessions cost, where the time went, what was rejected and done again",
    "config": "show settings, and where each value comes from",
    "tools": "list the tools that a model is given",
    "mcp": "servers of tools: list, add, remove, test; serve offers our own tools",
    "tool": "make one tool call through the gate",
    "trust": "show what a project brings that steers the agent, and let it count",
    "rules": "ask the gate what it says to a command",
    "context": "show what a model is told of this folder, and how many tokens it takes",
    "memory": "what was remembered about this project: read, add, search, forget",
    "graph": "draw the phases, or a session's plan, as Mermaid",
    "models": "what can be used, what it can do and costs; choose by need",
    "keys": "keep, replace, try and list the keys of providers; never their values",
    "prompts": "show what the model is told",
    "doctor": "say what is there and what is missing",
    "demo": "watch a scripted session in a throw-away repository",
    "completions": "write completions for a shell",
    "man": "write the manual page",
}
"""Every command and its one line in `agent --help`. The module has the command's name."""
