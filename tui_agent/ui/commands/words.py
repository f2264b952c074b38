"""A command line as words: options with their values, the rest, and where `--` stood.

Read before anything else, when the program has yet to start itself again: nothing is imported here.
"""

from __future__ import annotations

from itertools import pairwise

from tui_agent.ui.commands import COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TAKE_A_VALUE = (
    *("-r", "--model", "--mode", "--profile", "--budget", "--budget-turn", "--budget-day"),
    *("--max-steps", "--sandbox", "--toolset"),
)
ONLY_TELL = frozenset({"-h", "--help", "--version"})
NO_SCREEN = frozenset({"-p", "--json", "--plain"})


def split(argv: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """Return options with their values, words, and whether `--` stood before the first word."""
    options: list[str] = []
    words: list[str] = []
    position = 0
    while position < len(argv):
        word = argv[position]
        if words and words[0] in COMMANDS:
            return options, [*words, *argv[position:]], False
        if word == "--":
            return options, [*words, *argv[position + 1 :]], True
        if word.startswith("-") and len(word) > 1:
            options.append(word)
            after = argv[position + 1] if position + 1 < len(argv) else None
            if word == "-r" and (after or "-").startswith("-"):
                after = None  # to be chosen from a list
            if word in TAKE_A_VALUE and after is not None:
                position += 1
                options.append(after)
        else:
            words.append(word)
        position += 1
    return options, words, False


def asks_for_help(words: Sequence[str], *, literal: bool) -> bool:
    """Return whether it is `help` or `help COMMAND`, as many programs have it."""
    known = len(words) == 1 or (len(words) == len(("help", "COMMAND")) and words[1] in COMMANDS)
    return not literal and bool(words) and words[0] == "help" and known


def begins_a_session(options: Sequence[str], words: Sequence[str], *, literal: bool) -> bool:
    """Return whether this is a session: no command of ours, and more than a wish to be told."""
    command = bool(words) and words[0] in COMMANDS and not literal
    told = asks_for_help(words, literal=literal) or not ONLY_TELL.isdisjoint(options)
    return not command and not told


def without_a_screen(options: Sequence[str]) -> bool:
    """Return whether a session goes on in lines, or with nobody there."""
    return not NO_SCREEN.isdisjoint(options)


def value_of(options: Sequence[str], name: str) -> str:
    """Return the value typed for an option, the last one; empty where there is none."""
    found = ""
    for word, after in pairwise([*options, ""]):
        if word == name:
            found = after
        elif word.startswith(f"{name}="):
            found = word.removeprefix(f"{name}=")
    return found
