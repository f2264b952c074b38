"""Which leading words of a command a rule may be offered for: the narrowest that are of use."""

from __future__ import annotations

from tui_agent.core.policy import plain_words

RUN_ANYTHING = frozenset({
    "bash", "sh", "zsh", "dash", "fish", "env", "sudo", "doas", "xargs", "nohup", "time",
    "nice", "eval", "exec", "command", "find", "ssh", "python", "python3", "node", "deno",
    "bun", "ruby", "perl", "php", "lua", "awk",
})  # fmt: skip
"""Programs whose next words may be any program: alone they would allow everything."""
WITH_VERBS = frozenset({
    "git", "cargo", "npm", "pnpm", "yarn", "go", "make", "just", "uv", "pip", "pip3",
    "poetry", "hatch", "docker", "podman", "kubectl", "gh", "tox", "nox", "ruff", "rustup",
    "dotnet", "mvn", "gradle", "terraform", "brew", "apt", "apt-get", "systemctl",
})  # fmt: skip
"""Programs whose first word says what they do."""
RUNNERS = frozenset(["run", "exec", "x", "dlx", "tool"])
"""Verbs behind which stands what is run: `npm run test`, `uv run pytest`."""
ONE_PURPOSE = frozenset({
    "pytest", "mypy", "pyright", "tsc", "eslint", "prettier", "black", "isort", "flake8",
    "jest", "vitest",
})  # fmt: skip
"""Programs that do one thing, whatever follows."""
_MODULE = 3


def offered_prefix(command: str) -> tuple[str, ...]:
    """Return the words that a rule for `command` is offered with; none where no rule could match.

    `python -m pytest -q` gives `python -m pytest`, `git status -s` gives `git status`, and
    `rm -rf build` the whole command, since nothing less of it is harmless.
    """
    words = plain_words(command)
    if not words:
        return ()
    program = words[0]
    if words[1:2] == ("-m",) and len(words) >= _MODULE:
        return words[:_MODULE]
    if program in ONE_PURPOSE:
        return words[:1]
    if program in WITH_VERBS and len(words) > 1 and not words[1].startswith("-"):
        return _verb(words)
    return words


def _verb(words: tuple[str, ...]) -> tuple[str, ...]:
    if words[1] not in RUNNERS:
        return words[:2]
    run = words[2:3]
    if not run or run[0].startswith("-") or run[0] in RUN_ANYTHING:
        return words
    return words[:_MODULE]
