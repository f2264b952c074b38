"""The conversation: which items a state has, and which of them must be made again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from tui_agent.core.agents import TASK_TOOL, child_of_call
from tui_agent.core.blob import Blob, preview_of
from tui_agent.core.events import MAIN_AGENT
from tui_agent.core.state import Agent, Note, Session, Step, Turn
from tui_agent.ui.moments import clock
from tui_agent.ui.tui.call_files import verdicts_of
from tui_agent.ui.tui.call_line import CallItem
from tui_agent.ui.tui.child_items import head_of, standing_of
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.ledger import NO_DRAFT, Draft
from tui_agent.ui.tui.markdown import Blocks
from tui_agent.ui.tui.report_item import ReportItem
from tui_agent.ui.tui.talk_items import (
    FailureItem,
    GreetingItem,
    NoteItem,
    QueuedItem,
    ThoughtItem,
    UserItem,
    blocks_of,
    rest_of,
    thought_of,
)
from tui_agent.ui.tui.virtual_lines import VirtualLines

RECENT_TURNS = 50
"""How far back the long answers are loaded."""

Make = Callable[[], Sequence[Item]]
Made = tuple[object, ...]
"""The key and the leaf of an entry whose items stand, in one: hours have tens of thousands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the conversation: what it is made from, and how its items are made."""

    key: tuple[object, ...]
    leaf: tuple[object, ...]
    make: Make

    @property
    def made(self) -> Made:
        """What is kept of it once its items stand: where that is equal, they are."""
        return (*self.key, *self.leaf)


class Transcript(VirtualLines):
    """Draws a session's conversation; only what changed is made and drawn again."""

    key_context = "conversation"

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(plane="canvas", follow=True, thumb="away", id=id)
        self.state = Session()
        self.agent_id = MAIN_AGENT
        """Whose conversation is shown: the main agent's, or a child's."""
        self.drafts: Mapping[str, Draft] = {}
        self.unfolded: set[str] = set()
        self._entries: list[Made] = []
        """Of what may still change: the last turn, and what stands behind it."""
        self._ends: list[int] = []
        """The number of items up to and with each of those."""
        self._turns: list[tuple[Turn, int, int]] = []
        """Each turn before: its version, and the number of items up to its end."""
        self._gathered = 0
        """How many of those have passages for the blocks of their answers."""
        self._whole: dict[str, str] = {}
        """Answers that are too long for the log's own lines, as far as they are loaded."""
        self._streamed: dict[tuple[object, ...], str] = {}
        self._blocks: dict[tuple[object, ...], Blocks] = {}

    def show(self, state: Session, drafts: Mapping[str, Draft] | None = None) -> None:
        """Draw this state, with the verdicts given so far by request."""
        self.state = state
        if drafts is not None:
            self.drafts = drafts
        self._forget(self._same_turns(state))
        spans: list[tuple[Turn, int]] = []
        entries = list(self._listed(state, spans))
        first = 0
        for entry, made in zip(entries, self._entries, strict=False):
            if entry.made != made:
                break
            first += 1
        settled = self._turns[-1][2] if self._turns else 0
        start = self._ends[first - 1] if first else settled
        del self._entries[first:], self._ends[first:]
        items: list[Item] = []
        for entry in entries[first:]:
            items.extend(entry.make())
            self._entries.append(entry.made)
            self._ends.append(start + len(items))
        self.splice(start, items)
        self._settle(spans, settled)

    def _forget(self, turns: int) -> None:
        """Make all again that stands behind so many turns."""
        if turns < len(self._turns):
            del self._turns[turns:]
            self._entries.clear()
            self._ends.clear()
            self._gathered = min(self._gathered, turns)

    def _same_turns(self, state: Session) -> int:
        """Return how many turns at the start are as they were."""
        past = self._turns_of(state)[:-1]
        for number, ((turn, version, _), now) in enumerate(zip(self._turns, past, strict=False)):
            if now is not turn or turn.version != version:
                return number
        return min(len(past), len(self._turns))

    def _settle(self, spans: Sequence[tuple[Turn, int]], start: int) -> None:
        """Keep of turns that change no more where they end; `spans`: each one's last entry."""
        done = 0
        for turn, end in spans[:-1]:
            if turn.ended is None:
                break
            self._turns.append((turn, turn.version, self._ends[end - 1] if end else start))
            done = end
        del self._entries[:done], self._ends[:done]
        past = len(self._turns) - RECENT_TURNS
        if past > self._gathered:
            self._gather(past)

    def _gather(self, past: int) -> None:
        """Have passages stand for the blocks of answers in turns up to this one."""
        from tui_agent.ui.tui.passages import passages

        first = self._turns[self._gathered - 1][2] if self._gathered else 0
        last = self._turns[past - 1][2]
        runs = passages(self.items[first:last])
        begins = list(accumulate((many for many, _ in runs), initial=first))

        def now(index: int) -> int:
            if index >= last:
                return index - (last - first) + len(runs)
            return index if index < first else first + bisect_right(begins, index) - 1

        self._column.gather(first, runs)
        self._turns[self._gathered :] = [
            (turn, version, now(end)) for turn, version, end in self._turns[self._gathered :]
        ]
        self._ends = [now(end) for end in self._ends]
        self.cursor = now(self.cursor) if self.cursor is not None else None
        self._gathered = past

    def _turns_of(self, state: Session) -> Sequence[Turn]:
        agent = state.agents.get(self.agent_id)
        return agent.turns if agent is not None else ()

    def _child(self, state: Session) -> Agent | None:
        agent = state.agents.get(self.agent_id)
        return agent if agent is not None and agent.parent else None

    def _listed(self, state: Session, spans: list[tuple[Turn, int]]) -> Iterator[Entry]:
        """Give what stands behind the settled turns; tell `spans` where each turn ends."""
        count = 0
        child = self._child(state)
        if child is not None:
            head = head_of(state, child)
            count += 1
            yield Entry(("head", child.id), (head,), lambda: [head])
        for turn in self._turns_of(state)[len(self._turns) :]:
            for entry in self._of_turn(turn, first=not count and not self._turns):
                count += 1
                yield entry
            if child is None:  # The heading before them changes with its figures.
                spans.append((turn, count))
        if child is not None:
            return
        for number, note in enumerate(state.notes):
            yield Entry(("note", number), (note,), partial(_note, note))
        for queued in state.queue:
            text = preview_of(queued.text)
            yield Entry(("queued", queued.id), (text,), partial(_queued, text))
        if not count and not self._turns and not state.notes:
            yield Entry(("greeting",), (), lambda: [GreetingItem()])

    def _of_turn(self, turn: Turn, *, first: bool) -> Iterator[Entry]:
        after_call = False
        begin = first
        for item in turn.items:
            key = (self.agent_id, turn.number, item.kind, item.key)
            if item.kind == "user":
                yield self._user(turn, int(item.key), key, gap=not begin)
            elif item.kind == "text":
                step = turn.steps[int(item.key)]
                yield self._text(step, key)
                after_call = after_call and not step.text and step.failure is None
            elif item.kind == "call":
                yield self._call(turn, item.key, key, gap=not after_call)
            else:
                note = turn.notes[int(item.key)]
                yield Entry(key, (note,), partial(_note, note))
            begin = False
            after_call = item.kind == "call" or (item.kind == "text" and after_call)
        if turn.reported is not None and self._child(self.state) is None:
            yield self._report(turn)

    def _user(self, turn: Turn, index: int, key: tuple[object, ...], *, gap: bool) -> Entry:
        message = turn.users[index]
        label = "steers" if message.steered else ""
        if turn.rewound_from is not None:
            label = f"rewound from step {turn.rewound_from}" if turn.rewound_from else "rewound"

        def make() -> list[Item]:
            return [UserItem(preview_of(message.text), clock(message.ts), gap=gap, label=label)]

        return Entry(key, (message, gap, label), make)

    def _text(self, step: Step, key: tuple[object, ...]) -> Entry:
        unfolded = f"thought-{step.number}" in self.unfolded
        text = self._text_of(step, key)
        return Entry(
            key, (step, unfolded, text), lambda: self._said(step, key, text, unfolded=unfolded)
        )

    def _text_of(self, step: Step, key: tuple[object, ...]) -> str:
        """Return all that is known of an answer; a long one stands in the log as a blob."""
        if step.open:
            self._streamed[key] = step.text
            return step.text
        said = step.response.text if step.response is not None else ""
        if not isinstance(said, Blob):
            self._streamed.pop(key, None)
            return step.text
        if said.sha in self._whole:
            self._streamed.pop(key, None)
            return self._whole[said.sha]
        streamed = self._streamed.get(key, "")
        return streamed if len(streamed) > len(step.text) else step.text

    def wanted(self) -> set[str]:
        """Return the blobs of answers that are shown and not yet loaded."""
        return {
            step.response.text.sha
            for turn in self._turns_of(self.state)[-RECENT_TURNS:]
            for step in turn.steps.values()
            if step.response is not None
            and isinstance(step.response.text, Blob)
            and step.response.text.sha not in self._whole
        }

    def give(self, sha: str, text: str) -> None:
        """Take an answer that was loaded."""
        self._whole[sha] = text
        self._forget(max(0, len(self._turns) - RECENT_TURNS))
        self.show(self.state)

    def _said(
        self, step: Step, key: tuple[object, ...], text: str, *, unfolded: bool
    ) -> list[Item]:
        items: list[Item] = []
        if step.reasoning.strip():
            items.append(thought_of(step, unfolded=unfolded))
        if text.strip():
            blocks = self._blocks.setdefault(key, Blocks())
            _, _, rest = blocks.feed(text)
            items += blocks_of(blocks.done, text, ended=not step.open)
            if rest.strip():
                growing = step.open and step.failure is None
                items.append(rest_of(rest, text, ended=not step.open, caret=growing))
            if not step.open:
                del self._blocks[key]
        stopped = step.failure is not None and step.failure.kind == "cancelled"
        if step.failure is not None and not stopped and (step.open or step.response is None):
            items.append(FailureItem(step.failure))
        elif step.stand_in and step.response is not None:
            words = f"{step.stand_in} answered in the place of {self.state.model}"
            items.append(NoteItem(Note(text=words, ts=step.ts, level="warning")))
        return items

    def _call(self, turn: Turn, call_id: str, key: tuple[object, ...], *, gap: bool) -> Entry:
        call = turn.calls[call_id]
        unfolded = call_id in self.unfolded
        draft = self.drafts.get(call.request_id, NO_DRAFT) if call.status == "asked" else NO_DRAFT
        tree = next((c.tree for c in self.state.checks.values() if c.call_id == call_id), "")
        sent = child_of_call(self.state, self.agent_id, call_id) if call.tool == TASK_TOOL else None
        child = standing_of(self.state, sent) if sent is not None else ()

        def make() -> list[Item]:
            return [CallItem(call, gap=gap, unfolded=unfolded, draft=draft, tree=tree, child=child)]

        return Entry(key, (call, unfolded, draft, gap, tree, child), make)

    def _report(self, turn: Turn) -> Entry:
        ended = turn.ended

        def make() -> list[Item]:
            if ended is None:
                return []
            accepted, rejected = verdicts_of(turn)
            sought = turn.checks_found is not None
            return [ReportItem(ended, accepted=accepted, rejected=rejected, sought=sought)]

        return Entry((self.agent_id, turn.number, "ended"), (ended,), make)

    # What keys do here

    def act(self, action: str) -> bool:
        """Move, unfold, copy."""
        moves = {"conversation.down": 1, "conversation.up": -1}
        if action in moves:
            if not self.move_cursor(moves[action]):
                self.scroll_rows(moves[action] * 3)
            return True
        if action == "conversation.open":
            return self.cursor is not None and (
                self.open_child(self.cursor) or self.toggle(self.cursor)
            )
        if action == "conversation.unfold":
            return self.cursor is not None and self.toggle(self.cursor)
        if action == "conversation.all":
            self.toggle_all()
            return True
        return self.scroll_by_key(action)

    def open_child(self, index: int) -> bool:
        """Show the conversation of the child that the call at `index` sent out, if it did."""
        item = self.items[index] if index < len(self.items) else None
        if not isinstance(item, CallItem) or item.call.tool != TASK_TOOL:
            return False
        child = child_of_call(self.state, self.agent_id, item.call.id)
        if child is not None:
            self._show_agent(child.id)
        return child is not None

    def back(self) -> bool:
        """Go back from a child to the agent that sent it out; return whether a child was shown."""
        child = self._child(self.state)
        if child is not None:
            self._show_agent(child.parent)
        return child is not None

    def _show_agent(self, agent_id: str) -> None:
        left, self.agent_id = self.agent_id, agent_id
        self._forget(0)
        self.cursor = None
        self.show(self.state)
        self.go_to_end()
        for index, item in enumerate(self.items):
            if isinstance(item, CallItem) and item.call.tool == TASK_TOOL:
                child = child_of_call(self.state, agent_id, item.call.id)
                if child is not None and child.id == left:
                    self.set_cursor(index)

    def toggle(self, index: int) -> bool:
        """Unfold or fold the item at `index`; return whether it can be."""
        name = _folds(self.items[index]) if index < len(self.items) else ""
        if not name:
            return False
        self.unfolded ^= {name}
        self._forget(bisect_right(self._turns, index, key=lambda one: one[2]))
        self.show(self.state)
        self.reveal(min(index, len(self.items) - 1))
        return True

    def toggle_last(self) -> bool:
        """Unfold or fold the last call that has an output."""
        for index in range(len(self.items) - 1, -1, -1):
            item = self.items[index]
            if isinstance(item, CallItem) and (item.call.output is not None or item.call.live):
                return self.toggle(index)
        return False

    def toggle_all(self) -> None:
        """Unfold every call, or fold all if any is unfolded."""
        names = {name for name in map(_folds, self.items) if name}
        self.unfolded = set() if self.unfolded & names else names
        self._forget(0)
        self.show(self.state)


def _folds(item: Item) -> str:
    if isinstance(item, CallItem):
        return item.call.id
    return item.key if isinstance(item, ThoughtItem) else ""


def _note(note: Note) -> list[Item]:
    return [NoteItem(note)]


def _queued(text: str) -> list[Item]:
    return [QueuedItem(text)]
