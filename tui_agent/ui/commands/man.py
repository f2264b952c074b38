"""`agent man`: the manual page, made from what the commands say of themselves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from importlib import import_module

from tui_agent import __version__
from tui_agent.ui.commands import COMMANDS
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser, actions_of, main_parser
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent man | man -l -                                   read it
  agent man > ~/.local/share/man/man1/agent.1            for man agent
"""
DATE = "2026-11-21"
"""Of this version of the page."""
FILES = (
    (".agentrc", "A project's settings; they can only tighten."),
    (".agentrc.local", "The same, of one's own, outside the history."),
    ("~/.config/agent/config.toml", "The user's settings."),
    ("~/.config/agent/prompts/NAME.md", "The user's words in the place of a prompt."),
    ("~/.config/agent/keys.sealed", "Keys under a passphrase, where there is no keyring."),
    ("~/.local/state/agent", "Sessions and recorded trees."),
)
STATUSES = (
    ("0", "Done."),
    ("1", "Task or checks failed."),
    ("2", "Usage or settings."),
    ("3", "Diverged."),
    ("4", "Cannot be replayed."),
    ("5", "Key or provider."),
    ("6", "Approval was needed and nobody was there."),
    ("7", "A budget or limit ended the turn."),
    ("130", "Interrupted."),
)


def parser() -> Parser:
    """Return how the command is typed."""
    return Parser(prog="agent man", description="Write the manual page.", epilog=EXAMPLES)


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parser().parse_args(list(arguments))
    around.paper.data(page().rstrip("\n"))
    return DONE


def page() -> str:
    """Return the manual page for `man`, in the macros of man(7)."""
    main = main_parser()
    lines = [
        f'.TH AGENT 1 {DATE} "agent {__version__}" "User Commands"',
        ".SH NAME",
        "agent \\- a pair programmer in the terminal: you decide hunk by hunk",
        ".SH SYNOPSIS",
        ".B agent",
        "[\\fIOPTIONS\\fR] [\\fIPROMPT\\fR]",
        ".br",
        ".B agent",
        "\\fICOMMAND\\fR ...",
        ".SH DESCRIPTION",
        "The first word is a command of ours, or else it begins the message;",
        "\\fB\\-\\-\\fR makes it the message in any case.",
        ".SH OPTIONS",
        *_options(main),
        ".SH COMMANDS",
    ]
    for name, about in COMMANDS.items():
        module = import_module(f"tui_agent.ui.commands.{name}")
        lines += [f".SS agent {name}", f"{_sentence(about)}", *_command(module.parser())]
    lines += [".SH EXIT STATUS", *_table(STATUSES)]
    lines += [".SH FILES", *_table(FILES)]
    lines += [".SH EXAMPLES", *list(_verbatim(main.epilog or ""))[1:]]
    return "\n".join(lines) + "\n"


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in actions_of(parser):
        if isinstance(action.choices, dict):
            for word, inner in action.choices.items():
                yield ".PP"
                yield f"\\fB{_escaped(f'{parser.prog} {word}')}\\fR"
                yield from _options(inner)
    yield from _options(parser)
    if parser.epilog:
        yield from _verbatim(parser.epilog)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in actions_of(parser):
        if isinstance(action.choices, dict) or "-h" in action.option_strings:
            continue
        yield ".TP"
        yield _head(action)
        yield _sentence(action.help or _choices(action) or "See above.")


def _head(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else f" \\fI{_escaped(_value(action))}\\fR"
    names = ", ".join(f"\\fB{_escaped(one)}\\fR" for one in action.option_strings)
    return f"{names}{value}".strip()


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return _choices(action) or action.dest.upper()


def _choices(action: argparse.Action) -> str:
    return "|".join(map(str, action.choices)) if action.choices else ""


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, about in rows:
        yield from (".TP", f"\\fB{_escaped(name)}\\fR", _sentence(about))


def _verbatim(text: str) -> Iterator[str]:
    yield from (".PP", ".nf")
    yield from (_escaped(line) or "\\&" for line in text.rstrip().split("\n"))
    yield ".fi"


def _sentence(text: str) -> str:
    plain = _escaped(" ".join(text.split()))
    return plain[:1].upper() + plain[1:]


def _escaped(text: str) -> str:
    """Return text that roff takes as it is: nothing of it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("%%", "%")
    for sign, name in _SIGNS:
        text = text.replace(sign, name)
    return f"\\&{text}" if text.startswith((".", "'")) else text


_SIGNS = (("…", "..."), ("'", "\\(aq"), ("`", "\\(ga"), ("^", "\\(ha"), ("~", "\\(ti"))
