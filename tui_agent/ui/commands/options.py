"""What can be typed after `agent`: the options, the prompt, and which command the first word is."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol

from tui_agent.ui.commands import COMMANDS
from tui_agent.ui.commands.near import near
from tui_agent.ui.commands.typed import Chosen, Options, UsageError, check_command
from tui_agent.ui.commands.words import TAKE_A_VALUE, asks_for_help, split

PICK = "\0"
"""What `-r` means without an id."""
MODES = ("plan", "ask", "edit", "auto")
_EXAMPLES = """\
examples:
  agent                                 talk to it in this folder
  agent "make the tests pass"           the same, with the first message
  agent -p "why is CI red?" < ci.log    no screen: one message, text out
  agent -p "fix it" --json --mode edit  records as JSON lines
  agent --toolset filesystem_cwd_ro     only read, and only below this folder
  agent -c                              take the last session of this folder up again
  agent -r                              choose a session, and take it up again
  agent -- replay the failing request   a message that begins with a command's name

exit status: 0 done, 1 task or checks failed, 2 usage or settings, 3 diverged, 4 cannot be
replayed, 5 key or provider, 6 approval needed and nobody there, 7 a limit ended the turn,
130 interrupted
"""


NO_VALUE = ("--no-sandbox", "--trust")
"""What every command takes besides, without a value."""
TIERS = ("auto", "A", "B", "seatbelt", "container", "none")
"""What `--sandbox` may ask for, as the setting does."""


def parse(argv: Sequence[str]) -> Chosen:
    """Read a command line. The first word is a command or else begins the prompt.

    Raises:
        UsageError: options that are unknown or exclude one another.
        SystemExit: for `--help`, once it is printed.
    """
    options, words, literal = split(argv)
    if asks_for_help(words, literal=literal):
        return parse([*words[1:], "--help"])
    check_command(words, literal=literal)
    if words and words[0] in COMMANDS and not literal:
        return Chosen(command=words[0], arguments=(*options, *words[1:]))
    parsed = main_parser().parse_args(options)
    return Chosen(options=_options(parsed, words, argv))


def common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command takes."""
    group = parser.add_argument_group("settings of this run")
    group.add_argument("--model", metavar="MODEL", help="PROVIDER/NAME, NAME or script:FILE")
    group.add_argument("--mode", choices=MODES, help="how much asks: plan, ask, edit, auto")
    group.add_argument("--profile", metavar="NAME", help="dev, stage, prod, strict or your own")
    group.add_argument("--budget", type=float, metavar="DOLLARS", help="dollars a session")
    group.add_argument(
        "--budget-turn", type=float, metavar="DOLLARS", help="dollars a turn; 0 is no cap"
    )
    group.add_argument(
        "--budget-day", type=float, metavar="DOLLARS", help="dollars a day, over all sessions"
    )
    group.add_argument("--max-steps", type=int, metavar="N", help="model responses a turn")
    group.add_argument("--sandbox", choices=TIERS, help="how commands are confined")
    group.add_argument(
        "--no-sandbox", action="store_true", help="run commands without a sandbox, knowingly"
    )
    group.add_argument(
        "--toolset",
        action="append",
        metavar="NAME",
        help="use this set of tools alone (repeatable); see agent tools list",
    )
    group.add_argument("--trust", action="store_true", help="trust this folder, for this run")


def common_of(arguments: Sequence[str]) -> tuple[Options, list[str]]:
    """Return the options that every command takes, and what is left for the command's own parser.

    Raises:
        UsageError: a value that one of them does not take.
    """
    parser = Parser(prog="agent")
    common(parser)
    own = [word for word in arguments if word in ("-h", "--help")]
    parsed, rest = parser.parse_known_args([word for word in arguments if word not in own])
    options = Options(
        trust=parsed.trust, no_sandbox=parsed.no_sandbox, settings=settings_of(parsed)
    )
    return options, [*rest, *own]


def settings_of(parsed: argparse.Namespace) -> tuple[tuple[str, str, object], ...]:
    """Return the settings among parsed options: key, flag, value."""
    flags = (
        ("model", "--model", parsed.model),
        ("mode", "--mode", parsed.mode),
        ("profile", "--profile", parsed.profile),
        ("budget.session", "--budget", parsed.budget),
        ("budget.turn", "--budget-turn", parsed.budget_turn),
        ("budget.day", "--budget-day", parsed.budget_day),
        ("limits.steps", "--max-steps", parsed.max_steps),
        ("sandbox", "--sandbox", parsed.sandbox),
        ("toolsets", "--toolset", parsed.toolset),
    )
    return tuple(one for one in flags if one[2] is not None)


class Written(Protocol):
    """What a help can be written to."""

    def write(self, text: str, /) -> object:
        """Take a text."""
        ...


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of printing and leaving."""

    def __init__(
        self,
        prog: str | None = None,
        *,
        usage: str | None = None,
        description: str | None = None,
        epilog: str | None = None,
    ) -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def print_help(self, file: Written | None = None) -> None:
        """Write the help; a device that is full is told, which the library passes over."""
        try:
            (file or sys.stdout).write(self.format_help())
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            sys.stderr.write(f"{error.strerror}\n")
            raise SystemExit(1) from error

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, with what was probably meant."""
        raise UsageError(f"{message}{self._hint(message)}; see {self.prog} --help")

    def _hint(self, message: str) -> str:
        unknown = re.match(r"unrecognized arguments: (-\S+)", message)
        if unknown is not None:
            flags = [word for action in actions_of(self) for word in action.option_strings]
            meant = near(unknown[1].partition("=")[0], [*flags, *TAKE_A_VALUE, *NO_VALUE])
            return f" (did you mean {meant}?)" if meant else ""
        wrong = re.match(r"argument [^:]*: invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if wrong is not None:
            meant = near(wrong[1], re.findall(r"'([^']*)'", wrong[2]))
            return f" (did you mean {meant}?)" if meant else ""
        return ""


AddVerb = Callable[..., Parser]
"""Adds a word that may follow a command, and returns the parser of what follows it."""


def main_parser() -> Parser:
    """Return how a session is typed: every option that is not a command's own."""
    listed = "\n".join(f"  {name:<12} {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="agent",
        usage="agent [OPTIONS] [PROMPT] | agent COMMAND …",
        description="A pair programmer in the terminal: you decide hunk by hunk.\n\n"
        f"commands (agent COMMAND --help says more):\n{listed}",
        epilog=_EXAMPLES,
    )
    parser.add_argument(
        "-p",
        dest="headless",
        action="store_true",
        help="no screen: send PROMPT, print the answer; standard input is context",
    )
    resumed = parser.add_mutually_exclusive_group()
    resumed.add_argument(
        "-c", dest="continue_last", action="store_true", help="take up the last session here"
    )
    resumed.add_argument(
        "-r",
        dest="resume",
        metavar="ID",
        nargs="?",
        const=PICK,
        default="",
        help="take up a session by its id; without one, choose it",
    )
    parser.add_argument("--plain", action="store_true", help="line mode: no full screen")
    parser.add_argument("--json", action="store_true", help="records as JSON lines; implies -p")
    parser.add_argument("--no-record", action="store_true", help="keep nothing of this session")
    answers = parser.add_mutually_exclusive_group()
    answers.add_argument("--approve-all", action="store_true", help="answer yes where it asks")
    answers.add_argument("--reject-all", action="store_true", help="answer no where it asks")
    parser.add_argument("-v", dest="verbose", action="count", default=0, help="-v tools, -vv all")
    parser.add_argument("--version", action="store_true", help="print the version")
    common(parser)
    return parser


def session_and_place(text: str) -> tuple[str, str]:
    """Return the session and the place in it that `ID@PLACE` names; a path has no place."""
    if "/" in text:
        return text, ""
    name, _, place = text.partition("@")
    return name, place


def actions_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return what a parser takes: options and positionals, in their order."""
    return parser._actions  # noqa: SLF001 -- argparse has no other list


def _options(parsed: argparse.Namespace, words: list[str], argv: Sequence[str]) -> Options:
    return Options(
        prompt=" ".join(words),
        headless=parsed.headless or parsed.json,
        continue_last=parsed.continue_last,
        resume="" if parsed.resume == PICK else parsed.resume,
        pick=parsed.resume == PICK,
        plain=parsed.plain,
        json=parsed.json,
        record=not parsed.no_record,
        trust=parsed.trust,
        no_sandbox=parsed.no_sandbox,
        approve_all=parsed.approve_all,
        reject_all=parsed.reject_all,
        verbose=parsed.verbose,
        settings=settings_of(parsed),
        argv=tuple(argv),
    )
