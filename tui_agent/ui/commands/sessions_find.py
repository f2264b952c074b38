"""`agent sessions search` and `reindex`: words looked up in every session."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from tui_agent.core.codec import dumps
from tui_agent.ui.exit_status import DONE, FAILED
from tui_agent.ui.figures import plural
from tui_agent.ui.moments import minute

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import Surroundings
    from tui_agent.ui.commands.options import AddVerb
    from tui_agent.ui.commands.session_contract import Hit, Told
    from tui_agent.ui.text import Line, Paper

MOST_SHOWN = 50
TELL_FROM = 50
"""Logs to read from which on one is told how far it is."""

EXAMPLES = """\
examples:
  agent sessions search redirect header     every text that holds both words
  agent sessions search '"port in use"'     these words side by side
  agent sessions search test_redirects.py   a file that was read or changed
  agent sessions search cookie --all --json in every folder, one JSON object a place
  agent replay ID --at 12                   look at a place that was found
"""


def add(add_verb: AddVerb) -> None:
    """Add the two words to the parser."""
    found = add_verb("search", help="where words stand", epilog=EXAMPLES)
    found.add_argument("words", nargs="+", help="all of them, in any case; quoted: side by side")
    found.add_argument("--all", action="store_true", help="in every folder")
    found.add_argument(
        "--limit", type=int, default=MOST_SHOWN, metavar="N", help="at most so many places (50)"
    )
    found.add_argument("--json", action="store_true", help="as JSON lines")
    add_verb("reindex", help="read every log anew", epilog=EXAMPLES)


async def search(parsed: Namespace, around: Surroundings) -> int:
    """Look for words; 1 where they stand nowhere."""
    paper = around.paper
    hits = around.sessions.search(
        " ".join(parsed.words), everywhere=parsed.all, limit=parsed.limit, told=_told(paper)
    )
    paper.say(*around.sessions.notices)
    if parsed.json:
        for hit in hits:
            paper.data(dumps(_as_json(hit)))
    else:
        for _, group in groupby(hits, key=lambda hit: hit.folder):
            paper.put(*_lines(list(group)))
    if not hits:
        where = "any session" if parsed.all else "a session of this folder (--all: of any)"
        paper.say(f"{' '.join(parsed.words)} does not stand in {where}.")
    elif len(hits) == parsed.limit:
        paper.say(f"The first {plural(len(hits), 'place')}; --limit N shows more.")
    return DONE if hits else FAILED


async def reindex(parsed: Namespace, around: Surroundings) -> int:
    """Throw the index away and read every log."""
    del parsed
    count = around.sessions.reindex(_told(around.paper))
    for notice in around.sessions.notices:
        around.paper.say(notice)
    around.paper.put([("added", "✓ "), ("", f"{plural(count, 'session')} read anew")])
    return DONE


def _told(paper: Paper) -> Told:
    def told(number: int, of: int) -> None:
        if of >= TELL_FROM and number % TELL_FROM == 0 and sys.stderr.isatty():
            paper.say(f"reading logs: {number:,} of {of:,}")

    return told


def _lines(hits: Sequence[Hit]) -> list[Line]:
    first = hits[0]
    lines: list[Line] = [
        [
            ("accent", first.session[:26]),
            ("dim", f"  {minute(first.started)}  "),
            ("bold", first.title),
        ]
    ]
    lines += [
        [
            ("dim", f"  @{hit.step:<4} {hit.kind:<8} "),
            ("", hit.before),
            ("accent", hit.match),
            ("", hit.after),
        ]
        for hit in hits
    ]
    return lines


def _as_json(hit: Hit) -> dict[str, object]:
    return {
        "session": hit.session,
        "step": hit.step,
        "seq": hit.seq,
        "kind": hit.kind,
        "excerpt": f"{hit.before}{hit.match}{hit.after}",
        "match": hit.match,
        "title": hit.title,
        "started": hit.started,
        "folder": str(hit.folder),
    }
