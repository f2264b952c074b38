"""`agent sessions golden`: a session as a bundle, to be replayed as a test."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.options import session_and_place
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.figures import plural, size
from tui_agent.ui.rerun_report import STATUS, told

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.options import AddVerb
    from tui_agent.ui.commands.rerun_contract import Bundle

SUFFIX = ".agentz"

EXAMPLES = """\
examples:
  agent sessions golden last -o tests/sessions/redirect.agentz
  agent sessions golden 01k --no-trees            without the files: harness level only
  agent replay --check tests/sessions/*.agentz    run them all
"""


def add(add_verb: AddVerb) -> None:
    """Add the word to the parser."""
    golden = add_verb("golden", help="keep one as a test: a redacted bundle", epilog=EXAMPLES)
    golden.add_argument("id", nargs="?", default="last", help="id, its beginning, or last")
    golden.add_argument("-o", "--output", metavar="FILE", help="where to; ID.agentz if left out")
    golden.add_argument(
        "--no-trees", action="store_true", help="leave the workspace's recorded files out"
    )


async def golden(parsed: Namespace, around: Surroundings) -> int:
    """Write the bundle, put it through today's code at once, and return the exit status."""
    from tui_agent.ui.commands.rerun_contract import RerunWish

    name = session_and_place(parsed.id)[0]
    stored = around.stored(name)
    target = Path(parsed.output or f"{stored.folder.name.rpartition('-')[2]}{SUFFIX}")
    if target.suffix != SUFFIX:
        raise UsageError(f"a bundle's name ends in {SUFFIX}, not '{target.suffix}'")
    made = await around.reruns.bundle(name, target, trees=not parsed.no_trees)
    say_what_is_in(made, around)
    done = await around.reruns.run(str(target), RerunWish(stop="never"))
    around.paper.put(*told(done))
    return DONE if done.verdict == "same" else STATUS[done.verdict]


def say_what_is_in(made: Bundle, around: Surroundings) -> None:
    """Say what was written, what of it others will see, and what was left out."""
    facts = ", ".join(
        (
            plural(made.records, "record"),
            plural(made.payloads, "payload"),
            f"{plural(made.trees, 'tree')} of the workspace" if made.trees else "no files",
            size(made.size),
        )
    )
    around.paper.put([("added", "✓ "), ("", str(made.path)), ("dim", f"  {facts}")])
    for one in made.left_out:
        around.paper.say([("warning", f"! left out: {one}")])
    if made.trees:
        around.paper.say(
            "It holds the workspace's files as they were recorded: look before you share it. "
            "--no-trees leaves them out."
        )
