"""Keys and pastes one after the other: each has its turn when all is done that the one before did.

A key is heard by the widget that has the focus then, and what it does goes on in messages: to its
pane, to the screen, to the application. A key that did not wait for them would be heard where the
focus no longer is: letters meant for a list would stand in the prompt, and an answer before it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from itertools import takewhile
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode

Typed = events.Key | events.Paste

PATIENCE_SECONDS = 1.0
"""What takes longer is no longer waited for once another key comes: it may be Esc."""
MOST_ROUNDS = 8
"""How often one widget is asked again: its messages may have others behind them without end."""


class Turns:
    """Gives keys and pastes their turns."""

    def __init__(self, app: App[Any], is_letter: Callable[[Typed], bool]) -> None:
        """Begin with nothing that is being done.

        `is_letter` says whether an event is only written where the focus is. What comes behind a
        letter in the same text need not wait for it: the text itself takes them in their order.
        """
        self._app = app
        self._is_letter = is_letter
        self._waiting: deque[Typed] = deque()
        self._due: list[Typed] = []
        self._turn = 0
        """Counts turns; what an earlier one still says means nothing."""
        self._since: float | None = None
        """When the present turn began; None: nothing is being done."""
        self._holds = False
        self._round: tuple[DOMNode, int] | None = None
        """The turn that has come to its end while keys are held."""
        self.patience = PATIENCE_SECONDS

    @property
    def at_rest(self) -> bool:
        """Whether all is done that was typed."""
        return self._since is None and not self._due

    def is_due(self, event: Typed) -> bool:
        """Return whether an event that came before comes again now: it is its turn."""
        found = any(event is one for one in self._due)
        self._due = [one for one in self._due if one is not event]
        return found

    def comes(self, event: Typed) -> bool:
        """Return whether it is the turn of an event that is new; if not, it will come again."""
        screen = self._app.screen
        if self._since is None and screen.is_mounted:
            self._since = monotonic()
            return True
        self._waiting.append(event)
        if self._since is None:  # Somebody else opened it: nothing in it hears yet.
            self._since = monotonic()
            self.given_to(screen)
        elif monotonic() - self._since > self.patience and screen.is_mounted:
            self._give(len(self._waiting))
        return False

    def hold(self) -> None:
        """Let the present turn last until `go_on`: what it began goes on elsewhere."""
        self._holds = True

    def go_on(self) -> None:
        """End a turn that was made to last."""
        self._holds, ended = False, self._round
        self._round = None
        if ended is not None:
            self._came_round(*ended)

    def given_to(self, place: DOMNode) -> None:
        """End the turn once `place` and all above it have done what they have to."""
        self._turn += 1
        self._ask(place, self._turn)

    def _ask(self, place: DOMNode, turn: int) -> None:
        self._go_on(place, iter(place.ancestors_with_self), turn)

    def _go_on(self, place: DOMNode, nodes: Iterator[DOMNode], turn: int) -> None:
        """Ask the next node that is there to say when it has come so far."""
        for node in nodes:
            if node.call_later(self._came_to, place, node, nodes, turn, 1):
                return
        # What a widget does between two messages is done when the loop comes round.
        asyncio.get_running_loop().call_soon(self._came_round, place, turn)

    def _came_to(
        self, place: DOMNode, node: DOMNode, nodes: Iterator[DOMNode], turn: int, rounds: int
    ) -> None:
        again = node.message_queue_size and rounds < MOST_ROUNDS
        if not again or not node.call_later(self._came_to, place, node, nodes, turn, rounds + 1):
            self._go_on(place, nodes, turn)

    def _came_round(self, place: DOMNode, turn: int) -> None:
        if turn != self._turn or not (self._app.is_running and self._app.screen_stack):
            return
        if self._holds:
            self._round = (place, turn)
            return
        now = self._app.focused or self._app.screen
        if now is not place:
            self._ask(now, turn)
            return
        self._since = None
        if self._waiting:
            letters = sum(1 for _ in takewhile(self._is_letter, self._waiting))
            self._give(max(1, letters))

    def _give(self, number: int) -> None:
        """Let so many of those that wait come again."""
        self._since = monotonic()
        for _ in range(number):
            event = self._waiting.popleft()
            self._due.append(event)
            self._app.post_message(event)
