"""Earlier sessions in line mode: listed by number, one of them chosen; and this one's exports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tui_agent.ui.figures import counts, plural
from tui_agent.ui.line_input import Input
from tui_agent.ui.moments import minute
from tui_agent.ui.text import Line, Paper

if TYPE_CHECKING:
    from tui_agent.ui.commands.session_contract import SessionSummary
    from tui_agent.ui.tui.outlets import Prepared

MOST = 15
"""Sessions that are listed at once."""
FORMATS = ("html", "md", "patch", "cast", "svg", "json", "bundle")
HELP = (
    "A number goes on with that session; /sessions WORDS lists those with these words. "
    "/sessions 2 replay, fork, export FORMAT or label NAME does that with it."
)


class Look(Protocol):
    """Lists the sessions of this folder, the latest first."""

    def __call__(self) -> Sequence[SessionSummary]:
        """Read them anew."""
        ...


@dataclass(slots=True)
class Choices:
    """The sessions as they were listed last, by number."""

    look: Look
    paper: Paper
    search: Callable[[str], Mapping[str, str]] | None = None
    """Looks through all texts: by session, the first place with the words."""
    label: Callable[[str, str], str] | None = None
    """Names the end of a session, as it is kept. Raises LookupError, OSError."""
    listed: Sequence[SessionSummary] = ()

    def tell(self, words: str = "", *, besides: str = "") -> bool:
        """List those with these words in title or label, and return whether there are any."""
        wanted = words.casefold().split()
        there = [one for one in self.look() if one.status not in {"empty", "unreadable"}]
        there = [one for one in there if one.id != besides]
        found = [one for one in there if all(word in _said(one) for word in wanted)]
        places: Mapping[str, str] = {}
        if not found and words and self.search is not None:
            places = self.search(words)
            found = [one for one in there if one.id in places]
        self.listed = found[:MOST]
        for number, one in enumerate(self.listed, 1):
            self.paper.put(_line(number, one))
            if one.id in places:
                self.paper.put([("dim", f"      {places[one.id]}")])
        if len(found) > MOST:
            self.paper.put([("dim", f"  and {len(found) - MOST} more: /sessions WORDS finds them")])
        return bool(found)

    def name(self, session: str, text: str) -> None:
        """Give the end of a session a name."""
        if self.label is None or not text:
            self.paper.put("/sessions 2 label NAME")
            return
        try:
            kept = self.label(session, text)
        except (LookupError, OSError) as error:
            self.paper.put(f"It cannot be named: {error}.")
        else:
            self.paper.put(f"Its end is now called {kept}.")

    def named(self, text: str) -> str:
        """Return the id that a number of the list means, or an id's beginning; empty: neither."""
        if text.isdecimal() and 1 <= int(text) <= len(self.listed):
            return self.listed[int(text) - 1].id
        ids = [one.id for one in self.look() if text and one.id.startswith(text.upper())]
        return ids[0] if len(ids) == 1 else ""


def _said(one: SessionSummary) -> str:
    return f"{one.title} {' '.join(one.labels)}".casefold()


def _line(number: int, one: SessionSummary) -> Line:
    facts = ", ".join(filter(None, (plural(one.turns, "turn"), one.outcome or one.status)))
    lines = f", {counts(one.added, one.removed)}" if one.added or one.removed else ""
    return [
        ("bold", f"  {number:>2}  "),
        ("dim", f"{minute(one.started)}  "),
        ("", " ".join((one.title or "(nothing said)").split())),
        ("accent", "".join(f"  ▾ {label}" for label in one.labels)),
        ("dim", f"  {facts}{lines}"),
    ]


async def choose(choices: Choices, given: Input) -> str:
    """Let a person choose a session; empty: a new one. Raises Interrupted, Left."""
    if not choices.tell():
        choices.paper.put("There are no sessions in this folder yet. A new one begins.")
        return ""
    while True:
        choices.paper.put("Which one? A number or an id; an empty line begins a new session.")
        said = ((await given.line("? ")) or "").strip()
        found = choices.named(said)
        if found or not said:
            return found
        choices.paper.put(f"There is no session {said} here.")


Make = Callable[[str, str], Awaitable["Prepared"]]
"""Makes a session's export in a format; without an id, this session's."""


@dataclass(frozen=True, slots=True)
class Exports:
    """Writes a session as a file for others, once what is masked has been seen."""

    make: Make
    given: Input
    paper: Paper

    async def run(self, form: str, session: str = "") -> None:
        """Make it, say what is masked, ask, and write it."""
        if form not in FORMATS:
            self.paper.put(f"/export FORMAT: {', '.join(FORMATS)}")
            return
        try:
            prepared = await self.make(form, session)
            if prepared.findings and not await self._agreed(prepared.findings):
                self.paper.put("Nothing was written.")
                return
            self.paper.put([("added", "✓ "), ("", f"Exported to {prepared.write()}")])
        except (LookupError, OSError) as error:
            self.paper.put(str(error.args[-1]) if error.args else "It cannot be exported.")

    async def _agreed(self, findings: Sequence[str]) -> bool:
        self.paper.put("Before it is given away: secrets are masked or left out.")
        self.paper.put(*(f"  {one}" for one in findings))
        return await self.given.key("Write it so? y/n ", "yn") == "y"
