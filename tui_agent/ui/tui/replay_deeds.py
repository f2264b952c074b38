"""What each key of a replay does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_agent.ui.tui.replay_model import Replay
from tui_agent.ui.tui.replay_outside import ReplayOutside
from tui_agent.ui.tui.widgets.answer_line import AnswerLine

if TYPE_CHECKING:
    from tui_agent.ui.tui.screens.replay import ReplayScreen

SHORTEST = 0.05
"""Seconds: two steps are never drawn faster than this."""

KINDS = {
    "approval": ("approval", 1),
    "approval_before": ("approval", -1),
    "edit": ("edit", 1),
    "edit_before": ("edit", -1),
    "failure": ("failure", 1),
    "failure_before": ("failure", -1),
    "model": ("model", 1),
    "model_before": ("model", -1),
    "label": ("label", 1),
    "label_before": ("label", -1),
}
NAMES = {
    "approval": "approval",
    "edit": "edit",
    "failure": "failure",
    "model": "answer of the model",
    "label": "label",
}


class ReplayDeeds:
    """Moves, plays, searches; says a sentence where a key leads nowhere."""

    def __init__(self, screen: ReplayScreen) -> None:
        """Act on a screen."""
        self.screen = screen
        self.replay: Replay = screen.replay
        self.said = ""
        self.facts = False
        """Whether cost and time are shown instead of what the step is."""
        self.outside = ReplayOutside(screen, self.tell)
        self._line: AnswerLine | None = None
        self._timer: Timer | None = None

    def act(self, name: str) -> bool:
        """Do what an action means by its name after `replay.`."""
        self.said = ""
        if name in KINDS:
            wanted, by = KINDS[name]
            side = "after" if by > 0 else "before"
            moved = self.replay.to_kind(wanted, by)
            self.arrive(moved=moved, otherwise=f"There is no {NAMES[wanted]} {side} this step.")
            return True
        move = _MOVES.get(name)
        if move is not None:
            self.arrive(moved=move[0](self), otherwise=move[1])
            return True
        if self.outside.act(name):
            self.hold()
            return True
        switch: Callable[[], None] | None = getattr(self, f"do_{name}", None)
        if switch is None:
            return False
        switch()
        self.screen.redraw()
        return True

    def tell(self, text: str) -> None:
        """Say a sentence in the bar, until the next key."""
        self.said = text
        self.screen.redraw()

    def arrive(self, *, moved: bool, otherwise: str = "") -> None:
        """Hold, and show where we are; or say why we are still there."""
        self.hold()
        if moved:
            self.screen.draw()
        else:
            self.said = otherwise
            self.screen.redraw()

    def match(self, by: int) -> bool:
        """Go to another match."""
        return self.replay.match(by)

    def to_end(self, index: int) -> bool:
        """Go to the first or the last step."""
        return self.replay.go(index % max(1, len(self.replay.stops)))

    def do_help(self) -> None:
        """Show every key, those of the replay first."""
        from tui_agent.ui.tui.help_sheet import HelpSheet
        from tui_agent.ui.tui.keyed_app import app_of

        app = app_of(self.screen)
        app.push_screen(HelpSheet(contexts=app.key_contexts()))

    # Playing

    def do_play(self) -> None:
        """Play, or hold; from the end, play again."""
        if self.replay.playing:
            self.hold()
            return
        if self.replay.pause() is None:
            self.replay.go(0)
            self.screen.draw()
        self.replay.playing = True
        self._wait()

    def hold(self) -> None:
        """Stop playing."""
        self.replay.playing = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _wait(self) -> None:
        pause = self.replay.pause()
        if pause is None:
            self.hold()
        else:
            self._timer = self.screen.set_timer(max(SHORTEST, pause), self._played)

    def _played(self) -> None:
        if self.replay.playing:
            if not self.replay.step(1):
                self.hold()
            self.screen.draw()
            if self.replay.playing:
                self._wait()
                self.screen.redraw()

    def do_faster(self) -> None:
        """Play faster."""
        self.replay.faster(1)

    def do_slower(self) -> None:
        """Play slower."""
        self.replay.faster(-1)

    def do_idle(self) -> None:
        """Skip idle time, or wait as it was."""
        self.replay.skips_idle = not self.replay.skips_idle
        self.said = "Idle time is skipped." if self.replay.skips_idle else "Waits as it was."

    def do_filter(self) -> None:
        """Stop at one kind of steps alone."""
        self.replay.next_filter()
        self.said = f"Stops at every {NAMES.get(self.replay.filter, 'step')}."

    def do_facts(self) -> None:
        """Show cost and time, or what the step is."""
        self.facts = not self.facts

    def do_diff(self) -> None:
        """Show what changed on disk: this step, since the start, to the end."""
        from tui_agent.ui.tui.screens.tree_diff import TreeDiff

        self.hold()
        screen = self.screen
        if screen.compare is None:
            self.said = "The recorded trees are not at hand here."
            return
        records = screen.timeline.records
        found = TreeDiff(records, self.replay.stops, self.replay.index, screen.compare)
        screen.app.push_screen(found)

    def do_close(self) -> None:
        """Leave the replay."""
        self.hold()
        self.screen.app.exit(0)

    def do_pane(self) -> None:
        """Give the keys to the next pane."""
        self.screen.next_pane()

    # Typing

    def do_search(self) -> None:
        """Ask for words."""
        self._ask("search", "words of a step")

    def do_go(self) -> None:
        """Ask for a place."""
        self._ask("go to", "a step, a time as 14:05, or a label")

    def _ask(self, purpose: str, hint: str) -> None:
        self.hold()
        if self._line is not None:
            return
        self.said = f"{purpose} "
        self._line = AnswerLine(purpose=purpose, hint=hint)
        self.screen.place_line(self._line, len(self.said) + 2)

    def answer(self, purpose: str, text: str) -> None:
        """Search, or go there."""
        self.leave_line()
        if not text:
            self.screen.redraw()
        elif purpose == "search":
            moved = self.replay.search(text)
            self.arrive(moved=moved, otherwise=f"No step says {text!r}.")
        else:
            try:
                self.replay.go_to(text)
            except LookupError as error:
                self.arrive(moved=False, otherwise=str(error))
            else:
                self.arrive(moved=True)

    def leave_line(self) -> None:
        """Close the line; the keys are the replay's again."""
        self.said = ""
        if self._line is not None:
            self._line.remove()
            self._line = None
        self.screen.set_focus(None)


_MOVES: dict[str, tuple[Callable[[ReplayDeeds], bool], str]] = {
    "next": (lambda deeds: deeds.replay.step(1), "This is the last step."),
    "previous": (lambda deeds: deeds.replay.step(-1), "This is the first step."),
    "next_turn": (lambda deeds: deeds.replay.to_turn(1), "This is the last turn."),
    "previous_turn": (lambda deeds: deeds.replay.to_turn(-1), "This is the first step."),
    "first": (lambda deeds: deeds.to_end(0), "This is the first step."),
    "last": (lambda deeds: deeds.to_end(-1), "This is the last step."),
    "match": (lambda deeds: deeds.match(1), "Nothing else matches: / searches."),
    "match_before": (lambda deeds: deeds.match(-1), "Nothing else matches: / searches."),
}
