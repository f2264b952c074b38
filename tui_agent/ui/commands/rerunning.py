"""`agent replay --run` and `--check`: a session, or many, executed again and told."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.rerun_contract import RerunDone, RerunWish, UntrustedSessionError
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import USAGE
from tui_agent.ui.rerun_report import as_json, junit, told, verdict_line, worst

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings

LEVELS = ("harness", "world")
Stop = Literal["first", "never"]


def add_options(parser: Parser) -> None:
    """Add what belongs to re-execution."""
    group = parser.add_argument_group("execute again")
    group.add_argument("--run", action="store_true", help="put it through today's code")
    group.add_argument(
        "--check", action="store_true", help="the same for every session named, as a test"
    )
    group.add_argument(
        "--level",
        choices=LEVELS,
        default="harness",
        help="harness: in memory over recorded results; world: commands really run, in a fresh "
        "work tree",
    )
    group.add_argument(
        "--isolate", action="store_true", help="world: begin each step with the recorded files"
    )
    group.add_argument(
        "--stop", choices=("first", "never"), help="end at the first failure, or never"
    )
    group.add_argument(
        "--trust-session",
        action="store_true",
        help="world: run the commands of a session from elsewhere",
    )
    group.add_argument("--junit", metavar="FILE", help="write the results as JUnit's XML, too")


async def run(parsed: Namespace, names: Sequence[str], around: Surroundings) -> int:
    """Execute the sessions again and return the exit status."""
    if parsed.isolate and parsed.level != "world":
        raise UsageError("--isolate needs --level world: harness has no files to begin with")
    if parsed.run and not parsed.check and len(names) > 1:
        raise UsageError("--run takes one session; --check takes many")
    done: list[RerunDone] = []
    for name in names:
        one = await _one(parsed, name, around)
        if one is None:
            return USAGE
        done.append(one)
        _tell(parsed, one, around)
    if parsed.junit:
        _write(Path(parsed.junit), junit(done))
    if parsed.check and len(done) > 1 and not parsed.json:
        same = sum(one.verdict == "same" for one in done)
        around.paper.put([("bold", f"{same} of {len(done)} sessions are the same")])
    return worst(done)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _tell(parsed: Namespace, one: RerunDone, around: Surroundings) -> None:
    if parsed.json:
        around.paper.data(as_json(one))
    elif parsed.check and one.verdict == "same":
        around.paper.put(verdict_line(one))
    else:
        around.paper.put(*told(one))


async def _one(parsed: Namespace, name: str, around: Surroundings) -> RerunDone | None:
    trusted = parsed.trust_session
    if parsed.level == "world" and not trusted and around.reruns.from_elsewhere(name):
        trusted = _asked(name, around)
        if not trusted:
            return None
    stop: Stop = parsed.stop or ("never" if parsed.check else "first")
    wish = RerunWish(level=parsed.level, isolate=parsed.isolate, stop=stop, trusted=trusted)
    try:
        return await around.reruns.run(name, wish)
    except UntrustedSessionError as error:
        around.paper.say(str(error))
        return None
    except ValueError as error:
        raise UsageError(str(error)) from None


def _asked(name: str, around: Surroundings) -> bool:
    """List what would run, and ask; without a terminal nobody says yes."""
    commands = around.reruns.commands_of(name)
    if not commands:
        return True
    around.paper.say("This session was recorded elsewhere. These commands would run here:")
    around.paper.say(*(f"  {text}" for text in commands))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        around.paper.say("Nothing was run. --trust-session runs them.")
        return False
    around.paper.say("Run them, in a work tree of their own? [y/N]")
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    around.paper.say("Nothing was run.")
    return False
