"""`agent rules what-if`: what other rules would have said to everything that was decided so far."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.core.codec import dumps
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.figures import plural

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.options import AddVerb
    from tui_agent.ui.commands.rerun_contract import Ruled
    from tui_agent.ui.text import Style

EXAMPLES = """\
examples:
  agent rules what-if new.toml           [[rules]] as in a settings file; this folder's sessions
  agent rules what-if new.toml last      one session
  agent rules what-if new.toml --json    as JSON lines
"""
_GROUPS: tuple[tuple[str, str, str, Style], ...] = (
    ("ask", "allow", "would no longer ask", "added"),
    ("deny", "allow", "would now run", "warning"),
    ("deny", "ask", "would now ask, and was denied", "pending"),
    ("allow", "ask", "would now ask", "pending"),
    ("allow", "deny", "would be denied, and ran", "removed"),
    ("ask", "deny", "would be denied, and asked", "removed"),
)


def add(add_verb: AddVerb) -> None:
    """Add the word to the parser."""
    asked = add_verb("what-if", help="what other rules would have said", epilog=EXAMPLES)
    asked.add_argument("rules", help="a settings file with [[rules]]")
    asked.add_argument("id", nargs="*", help="sessions; all of this folder if left out")
    asked.add_argument("--json", action="store_true", help="as JSON lines")


def run(parsed: Namespace, around: Surroundings) -> int:
    """Decide anew, tell what would be otherwise, and return the exit status."""
    try:
        found = around.reruns.what_if(parsed.id, Path(parsed.rules))
    except FileNotFoundError:
        raise UsageError(f"there is no file {parsed.rules}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    other = [one for one in found if one.was != one.now]
    if parsed.json:
        for one in other:
            around.paper.data(dumps({name: getattr(one, name) for name in one.__slots__}))
        return DONE
    for was, now, title, style in _GROUPS:
        _group([one for one in other if (one.was, one.now) == (was, now)], title, style, around)
    same = len(found) - len(other)
    around.paper.put(
        [("bold", f"{plural(len(other), 'decision')} would be otherwise, {same} the same")]
    )
    return DONE


def _group(found: Sequence[Ruled], title: str, style: Style, around: Surroundings) -> None:
    if not found:
        return
    around.paper.put([(style, title), ("dim", f"  {len(found)}")])
    for one in found:
        place = f"{one.session[:10]}@{one.step}"
        around.paper.put([("dim", f"  {place:<16} "), ("", one.title), ("dim", f"  {one.why}")])
