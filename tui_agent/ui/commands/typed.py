"""A command line once it is read; the plainest ones are read here, without a parser's 8 ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_agent.ui.commands import COMMANDS
from tui_agent.ui.commands.words import asks_for_help, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed, apart from a command's own arguments."""

    prompt: str = ""
    headless: bool = False
    continue_last: bool = False
    resume: str = ""
    pick: bool = False
    """`-r` without an id: a session is chosen first."""
    plain: bool = False
    json: bool = False
    record: bool = True
    trust: bool = False
    no_sandbox: bool = False
    approve_all: bool = False
    reject_all: bool = False
    verbose: int = 0
    settings: tuple[tuple[str, str, object], ...] = ()
    """Settings that were typed: key, the flag, the value."""
    argv: tuple[str, ...] = ()
    folder_goes: bool = False
    """Whether the workspace is removed when the program ends."""

    def setting(self, key: str) -> object:
        """Return what was typed for a key; None where nothing was."""
        return next((value for name, _, value in self.settings if name == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A parsed command line."""

    command: str = ""
    """Empty: a session."""
    options: Options = field(default_factory=Options)
    arguments: tuple[str, ...] = ()
    """What stands behind a command, still to be parsed by it."""


class UsageError(ValueError):
    """The command line makes no sense; the message says why."""


def parse(argv: Sequence[str]) -> Chosen:
    """Read a command line. The first word is a command or else begins the prompt.

    Raises:
        UsageError: options that are unknown or exclude one another.
        SystemExit: for `--help`, once it is printed.
    """
    found = plainly(argv)
    if found is not None:
        return found
    from tui_agent.ui.commands import options

    return options.parse(argv)


def check_command(words: Sequence[str], *, literal: bool) -> None:
    """Raise UsageError where a message of one word is a mistyped command."""
    if literal or len(words) != 1 or words[0] in COMMANDS or not words[0].strip():
        return
    if len(words[0].split()) > 1:
        return
    from tui_agent.ui.commands.near import COMMAND_LIKE, near

    meant = near(words[0], COMMANDS, like=COMMAND_LIKE)
    if meant:
        message = f"{words[0]} is no command; did you mean {meant}?"
        raise UsageError(f"{message} agent -- {words[0]} sends it as a message")


def plainly(argv: Sequence[str]) -> Chosen | None:
    """Read a command line of a session that has no option but `-c` and `--model`; else None."""
    options, words, literal = split(argv)
    if (words and words[0] in COMMANDS and not literal) or asks_for_help(words, literal=literal):
        return None
    check_command(words, literal=literal)
    model, continued = "", False
    left = list(options)
    while left:
        option = left.pop(0)
        if option == "-c":
            continued = True
        elif option == "--model" and left and not left[0].startswith("-"):
            model = left.pop(0)
        else:
            return None
    return Chosen(
        options=Options(
            prompt=" ".join(words),
            continue_last=continued,
            settings=(("model", "--model", model),) if model else (),
            argv=tuple(argv),
        )
    )
