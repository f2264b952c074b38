"""Line mode's review of a patch: hunk after hunk, a key each, by run and never by screen place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tui_agent.core.patch import (
    FileRun,
    FileView,
    Hunk,
    HunkDecision,
    PatchError,
    Verdict,
    decide,
    edit_new_side,
    file_run_sentence,
    new_side,
    split,
)
from tui_agent.core.proposal import Decision, Offer
from tui_agent.ui.figures import plural
from tui_agent.ui.line_allow import choose_rule
from tui_agent.ui.line_editing import Edit
from tui_agent.ui.line_input import Input
from tui_agent.ui.plain_diff import file_head, hunk_in_words, hunk_lines
from tui_agent.ui.text import Line, Paper

TryHunks = Callable[[tuple[HunkDecision, ...]], Awaitable[None]]
"""Runs the checks on hunks and tells how they ended, before it returns."""

Keep = Callable[[tuple[HunkDecision, ...]], None]
"""Keeps the verdicts so far, so that a session taken up again asks for none of them twice."""

KEYS = {
    "y": "accept this change",
    "n": "reject it",
    "r": "reject it with a reason for the model",
    "e": "edit the new text, then accept it",
    "s": "split it into smaller changes",
    "a": "accept the rest of this file",
    "d": "reject the rest of this file",
    "A": "accept everything that is left",
    "D": "reject everything that is left",
    "u": "take the last verdict back",
    "]": "look at the next change first; this one stays as it is",
    "[": "go back to the change before",
    "}": "go to the next file",
    "{": "go to the file before",
    "/": "go to the next change with certain words in it",
    "c": "run the checks on what is accepted so far, in a copy",
    "p": "accept all of this edit, and such edits from now on: choose a rule",
    "q": "decide later: nothing is written, the question stays open",
    "?": "these keys",
}


_DONE = {
    "y": "accepted",
    "n": "rejected",
    "r": "rejected, with your reason",
    "e": "accepted as edited",
    "s": "split",
    "a": "accepted, and the rest of the file",
    "d": "rejected, and the rest of the file",
    "A": "accepted, and all that was left",
    "D": "rejected, and all that was left",
    "u": "the last verdict is taken back",
}
"""What is said once a key has been taken."""


Verdicts = Mapping[tuple[str, str], Verdict]
"""By path and run."""
_SAID: dict[Verdict, str] = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
_ORDER = ("accepted", "edited", "partly accepted", "rejected")

_WAYS = {
    "]": "This is the last change.",
    "[": "This is the first change.",
    "}": "This is the last file.",
    "{": "This is the first file.",
    "/": "No other change has these words.",
}
"""Keys that only go somewhere, and what is said where there is no such place."""


class Draft:
    """The verdicts that were given so far, each key's together, so that it can be taken back."""

    def __init__(self, kept: tuple[HunkDecision, ...] = ()) -> None:
        """Begin with what was `kept` from an earlier request."""
        self.given = [kept] if kept else []


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something to decide: a hunk, or a change of the file itself."""

    view: FileView
    hunk: Hunk | None = None
    run: FileRun | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        if self.hunk is not None:
            return self.hunk.run_ids
        return (self.run.id,) if self.run is not None else ()

    @property
    def text(self) -> str:
        """What is searched: the path and the lines, in small letters."""
        rows = self.hunk.rows if self.hunk is not None else ()
        return "\n".join((self.view.path, *(row.text for row in rows))).casefold()


class Review:
    """Takes a verdict for every change of a patch."""

    def __init__(
        self,
        given: Input,
        paper: Paper,
        edit: Edit,
        try_hunks: TryHunks | None = None,
        keep: Keep | None = None,
    ) -> None:
        self._input, self._paper, self._edit_text = given, paper, edit
        self._try_hunks, self._keep = try_hunks, keep
        self._offers: Sequence[Offer] = ()
        self._rule: Decision | None = None
        self._pieces: list[_Piece] = []
        self._draft = Draft()
        self._at: _Piece | None = None
        """Where the person has gone; None: the first change that is undecided."""

    async def decide(
        self,
        views: Sequence[FileView],
        draft: Draft,
        offers: Sequence[Offer] = (),
    ) -> Decision | None:
        """Ask for every change that the draft has no verdict on yet; None to decide later.

        The draft holds the verdicts, also where this is left in the middle. `offers` are the
        rules that a person may choose instead, which take all of it.
        Raises Interrupted, Left.
        """
        self._offers = offers
        self._draft = draft
        self._pieces = [piece for view in views for piece in _pieces(view)]
        total = len(self._pieces)
        self._paper.put(f"{plural(total, 'change')} in {plural(len(views), 'file')} to decide.")
        if draft.given:
            verdicts = self._verdicts()
            still = sum(1 for one in self._pieces if not _open(one, verdicts))
            stand = "still stands" if still == 1 else "still stand"
            self._paper.put(f"{plural(still, 'verdict')} of yours {stand}; u takes it back.")
        shown = None
        while True:
            if self._keep is not None:
                self._keep(self._all())
            piece = self._next()
            if piece is None:
                if await self._applied():
                    return Decision(verdict="once", hunks=self._all())
                if self._next() is None:
                    return None
                continue
            if piece.view is not shown:
                shown = piece.view
                self._paper.put("", file_head(piece.view))
            if not await self._ask(piece):
                return self._rule

    def _all(self) -> tuple[HunkDecision, ...]:
        decisions: tuple[HunkDecision, ...] = ()
        for more in self._draft.given:
            decisions = decide(decisions, *more)
        return decisions

    def _next(self) -> _Piece | None:
        if self._at is not None:
            return self._at
        verdicts = self._verdicts()
        return next((one for one in self._pieces if _open(one, verdicts)), None)

    def _verdicts(self) -> Verdicts:
        return {(one.path, run): one.verdict for one in self._all() for run in one.runs}

    async def _applied(self) -> bool:
        """Ask once more before anything is written; tell whether it is to be."""
        verdicts = self._verdicts()
        said = [_said(piece, verdicts) for piece in self._pieces]
        words = ", ".join(f"{said.count(one)} {one}" for one in _ORDER if one in said)
        self._paper.put("", [("bold", words)])
        while True:
            keys = "Enter applies this, c runs the checks on it, u takes the last back, q later: "
            key = await self._input.key(keys, "\rcuq")
            if key != "c":
                break
            await self._check()
        if key == "u":
            self._undo()
        return key == "\r"

    async def _ask(self, piece: _Piece) -> bool:
        """Ask for one verdict; tell whether to go on."""
        self._show(piece)
        place = self._pieces.index(piece) + 1
        explain(self._paper, "review", self._words_of_keys(piece))
        while True:
            keys = self._keys(piece)
            prompt = f"{place}/{len(self._pieces)} [{' '.join(keys)}] "
            key = await self._input.key(prompt, [*keys, *"AD}{"])
            if key == "?":
                self._paper.put(*key_lines(self._words_of_keys(piece)))
            elif key == "q":
                return False
            elif key == "p":
                self._rule = await choose_rule(self._input, self._paper, self._offers)
                if self._rule is not None:
                    return False
            elif key == "c":
                await self._check()
            elif key in _WAYS:
                if await self._gone(piece, key):
                    return True
            elif await self._act(piece, key):
                self._paper.put([("dim", f"{place}/{len(self._pieces)} {_DONE[key]}")])
                return True

    def _keys(self, piece: _Piece) -> list[str]:
        """Return the keys that are shown: of those that mean something here."""
        without = {*("" if piece.hunk is not None else "es"), *("" if self._offers else "p")}
        if not self._pieces[1:]:
            without |= {*"][/"}
        return [key for key in "ynresadu][/cpq?" if key not in without]

    def _words_of_keys(self, piece: _Piece) -> dict[str, str]:
        shown = [*self._keys(piece), *("AD}{" if self._pieces[1:] else "")]
        return {key: words for key, words in KEYS.items() if key in shown}

    async def _check(self) -> None:
        """Run the checks on what is accepted so far."""
        hunks = tuple(one for one in self._all() if one.verdict != "reject")
        if self._try_hunks is None or not hunks:
            self._paper.put("Accept a change first: the checks run on what is accepted.")
            return
        await self._try_hunks(hunks)

    async def _act(self, piece: _Piece, key: str) -> bool:
        """Carry out a key; tell whether the piece is done with."""
        if key == "u":
            return self._undo()
        if key == "s":
            return self._split(piece)
        if key != "e":
            reason = await self._reason() if key == "r" else ""
            verdict: Verdict = "accept" if key in "yaA" else "reject"
            self._draft.given.append(
                tuple(
                    HunkDecision(path=one.view.path, runs=one.ids, verdict=verdict, reason=reason)
                    for one in self._meant(piece, key)
                )
            )
        elif not await self._edit(piece):
            return False
        self._at = self._after(piece)
        return True

    def _meant(self, piece: _Piece, key: str) -> list[_Piece]:
        if key in "ynr":
            return [piece]
        verdicts = self._verdicts()
        left = [one for one in self._pieces if one is piece or _open(one, verdicts)]
        return [one for one in left if key in "AD" or one.view is piece.view]

    def _after(self, piece: _Piece) -> _Piece | None:
        """Return the next change that is undecided after this one; None: there is none."""
        verdicts = self._verdicts()
        later = self._pieces[self._pieces.index(piece) + 1 :]
        return next((one for one in later if _open(one, verdicts)), None)

    async def _gone(self, piece: _Piece, key: str) -> bool:
        """Go where a key leads; tell whether there is such a place."""
        at = self._pieces.index(piece)
        before, after = self._pieces[:at][::-1], self._pieces[at + 1 :]
        if key == "/":
            words = (await self._input.line("Search for: ") or "").casefold()
            found = [one for one in (*after, *before[::-1]) if words and words in one.text]
        elif key in "}{":
            found = [one for one in (after if key == "}" else before) if one.view is not piece.view]
        else:
            found = after if key == "]" else before
        if not found:
            self._paper.put(_WAYS[key])
            return False
        first = self._pieces.index(found[0])
        if key == "{":  # to where that file begins
            first = min(n for n, one in enumerate(self._pieces) if one.view is found[0].view)
        self._at = self._pieces[first]
        return True

    def _undo(self) -> bool:
        if not self._draft.given:
            self._paper.put("There is no verdict to take back.")
            return False
        back = {(one.path, run) for one in self._draft.given.pop() for run in one.runs}
        held = (one for one in self._pieces if any((one.view.path, r) in back for r in one.ids))
        self._at = next(held, None)
        return True

    def _split(self, piece: _Piece) -> bool:
        parts = split(piece.view, piece.hunk) if piece.hunk is not None else ()
        if not parts[1:]:
            self._paper.put("This change is one piece; e edits it.")
            return False
        at = self._pieces.index(piece)
        self._pieces[at : at + 1] = [_Piece(piece.view, hunk=part) for part in parts]
        self._at = self._pieces[at]
        return True

    async def _edit(self, piece: _Piece) -> bool:
        if piece.hunk is None:
            self._paper.put("Only lines can be edited.")
            return False
        start = new_side(piece.hunk)
        text = await self._edit_text(start)
        if text is None:
            return False
        if text and start.endswith("\n") and not text.endswith("\n"):
            text += "\n"
        try:
            self._draft.given.append((edit_new_side(piece.view, piece.hunk, text),))
        except PatchError as error:
            self._paper.put([("warning", f"! {error}")])
            return False
        return True

    async def _reason(self) -> str:
        return await self._input.line("Why? ") or ""

    def _show(self, piece: _Piece) -> None:
        if piece.run is not None:
            self._paper.put(f"  {file_run_sentence(piece.run, piece.view)}")
        elif piece.hunk is not None:
            own = [one for one in self._all() if one.path == piece.view.path]
            self._paper.put(*hunk_lines(piece.view, piece.hunk, own))
            self._paper.put([("dim", hunk_in_words(piece.hunk))])
        verdicts = self._verdicts()
        if not _open(piece, verdicts):
            self._paper.put([("dim", f"It is {_said(piece, verdicts)} so far.")])


def _open(piece: _Piece, verdicts: Verdicts) -> bool:
    """Return whether something of a piece is still to be decided."""
    return any((piece.view.path, run) not in verdicts for run in piece.ids)


def _said(piece: _Piece, verdicts: Verdicts) -> str:
    """Return the verdict on a piece; on one that was split elsewhere there may be several."""
    found = {verdicts[piece.view.path, run] for run in piece.ids}
    return _SAID[found.pop()] if len(found) == 1 else "partly accepted"


def _pieces(view: FileView) -> list[_Piece]:
    files = [_Piece(view, run=run) for run in view.patch.file_runs]
    return [*files, *(_Piece(view, hunk=hunk) for hunk in view.hunks())]


def explain(paper: Paper, kind: str, keys: Mapping[str, str]) -> None:
    """Say what the keys of a kind of question mean, once, to somebody who hears it."""
    if paper.spoken and kind not in paper.explained:
        paper.explained.add(kind)
        paper.put(*key_lines(keys))


def key_lines(keys: Mapping[str, str]) -> list[Line]:
    """Return what each key does, a line each."""
    return [[("bold", f"  {key}  "), ("", text)] for key, text in keys.items()]
