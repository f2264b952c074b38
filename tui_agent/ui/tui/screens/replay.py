"""A recorded session on the screen: the live one's panes, a timeline in the prompt's place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from tui_agent.core.events import Record
from tui_agent.core.passages import words_by_step
from tui_agent.core.state import Session, Timeline
from tui_agent.core.state.stops import Stop, find_stops
from tui_agent.ui.tui.chrome import FooterRow, Keys, StatusRow, Tab, TabsRow
from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.keyed_app import AtOnce, KeyedApp, app_of
from tui_agent.ui.tui.keymap import Keymap
from tui_agent.ui.tui.messages import Left, Restated, Toasted
from tui_agent.ui.tui.outlets import Outlets
from tui_agent.ui.tui.replay_deeds import ReplayDeeds
from tui_agent.ui.tui.replay_model import NORMAL, Replay, spent_until
from tui_agent.ui.tui.reviewed import Load
from tui_agent.ui.tui.screens.tree_diff import Compare
from tui_agent.ui.tui.side import Side, Slot
from tui_agent.ui.tui.summary import status_of
from tui_agent.ui.tui.theme import Theme
from tui_agent.ui.tui.transcript import Transcript
from tui_agent.ui.tui.widgets.answer_line import AnswerLine
from tui_agent.ui.tui.widgets.approve import ApprovePane
from tui_agent.ui.tui.widgets.changes import ChangesPane
from tui_agent.ui.tui.widgets.output import OutputPane
from tui_agent.ui.tui.widgets.plan import PlanPane
from tui_agent.ui.tui.widgets.replay_bar import Place, ReplayBar
from tui_agent.ui.tui.widgets.timeline import TimelineRow
from tui_agent.ui.tui.words import dollars, duration

WIDE = 100
TALK_SHARE = 0.43
ROOM_FOR_TIMELINE = 20
"""Rows below which the panes need the timeline's place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a replay begins."""

    at: str = ""
    """A step, a time or a label; empty: the start."""
    speed: float = NORMAL
    max_pause: float = 2.0
    """The most seconds between two steps while it plays."""
    compare: Compare | None = None
    """Compares two recorded trees; None where they are not at hand."""
    outlets: Outlets | None = None
    """The ways out of the session; None where there are none."""


class ReplayScreen(AtOnce, Screen[None]):
    """Moves through a session. Nothing runs, nothing is sent."""

    key_context = "replay"
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    ReplayScreen {
        layout: vertical; background: $canvas; overflow: hidden; layers: base line;
    }
    ReplayScreen > AnswerLine { layer: line; }
    ReplayScreen #body { height: 1fr; }
    ReplayScreen #talk { background: $canvas; padding-top: 1; }
    ReplayScreen #column { width: 1fr; background: $surface; padding-top: 1; }
    ReplayScreen #status, ReplayScreen #footer { background: $surface; }
    """

    def __init__(
        self, records: Iterable[Record], *, load: Load, start: Start | None = None
    ) -> None:
        """Take a session's records; `load` gives its payloads."""
        super().__init__()
        self.timeline = Timeline(records)
        begin = start or Start()
        self.compare, self.outlets = begin.compare, begin.outlets
        stops = find_stops(self.timeline.records)
        records = self.timeline.records
        self.replay = Replay(
            stops,
            speed=begin.speed,
            max_pause=begin.max_pause,
            words=lambda: words_by_step(records),
        )
        if begin.at:
            self.replay.go_to(begin.at)
        self.transcript = Transcript(id="transcript")
        self.changes = ChangesPane(load=load)
        self.output = OutputPane(load=load)
        self.approve = ApprovePane()
        self.side = Side(
            [
                Slot(PlanPane(), name="plan"),
                Slot(self.changes, self.approve, name="changes"),
                Slot(self.output, name="output"),
            ]
        )
        self.state = Session()
        self.page = 0
        """Which tab is shown where there is room for one."""
        self.load = load
        self._wanted: set[str] = set()
        self.deeds = ReplayDeeds(self)

    def compose(self) -> ComposeResult:
        """Lay out the rows and the two planes."""
        yield StatusRow(id="status")
        yield TabsRow(id="tabs")
        with Horizontal(id="body"):
            with Vertical(id="talk"):
                yield self.transcript
            with Vertical(id="column"):
                yield self.side
        yield TimelineRow(id="timeline")
        yield ReplayBar(id="bar")
        yield FooterRow(id="footer")

    def on_mount(self) -> None:
        """Show the first state."""
        self.set_focus(None)
        for slot in self.side.slots:
            for pane in slot.panes:
                arm = getattr(pane, "arm", None)
                if arm is not None:
                    arm(armed=False)
        self.draw()

    def on_resize(self) -> None:
        """Arrange everything for another size."""
        self.redraw()

    # Drawing

    def draw(self) -> None:
        """Show the state of the present stop: the same picture from wherever one comes."""
        stop = self.replay.stop
        count = stop.count if stop is not None else len(self.timeline)
        self.state = self.timeline.at(count)
        self._feature(stop)
        self.transcript.show(self.state)
        self.side.show(self.state)
        self._load_wanted()
        self.redraw()
        self.transcript.go_to_end()
        self.call_after_refresh(self._keep_at_end)

    def _keep_at_end(self) -> None:
        """Show the last row where the layout has moved it; else the screen would be drawn twice."""
        if not self.transcript.at_end:
            self.transcript.go_to_end()

    def _feature(self, stop: Stop | None) -> None:
        """Give the room to the pane that this step is about."""
        call_id = stop.call_id if stop is not None else ""
        turns = self.state.main.turns
        call = turns[-1].calls.get(call_id) if turns else None
        proposal = call.proposal if call is not None else None
        edits = proposal is not None and proposal.patch is not None
        runs = proposal is not None and "execute" in proposal.effects
        self.changes.featured = edits
        self.output.featured = runs and call is not None and call.started is not None

    def redraw(self) -> None:
        """Draw the rows around the panes."""
        if not self.is_mounted:
            return
        status = replace(
            status_of(self.state), mode="", sandbox="", replay=True, note=self._session()
        )
        self.query_one("#status", StatusRow).tell(status)
        self._arrange()
        replay = self.replay
        self.query_one("#timeline", TimelineRow).tell(replay.stops, replay.index)
        self.query_one("#bar", ReplayBar).tell(
            Place(
                stop=replay.stop,
                total=len(replay.stops),
                turns=replay.turns,
                playing=replay.playing,
                speed=replay.speed,
                waits_as_it_was=not replay.skips_idle,
                filter=replay.filter,
                said=self.deeds.said,
                facts=self._told_facts() if self.deeds.facts else "",
            )
        )
        self._tell_keys()

    def _session(self) -> str:
        return f"session {self.state.id[-4:]}, nothing runs" if self.state.id else "nothing runs"

    def _told_facts(self) -> str:
        spent = spent_until(self.replay.stops, self.replay.index)
        usage = self.state.main.usage
        parts = [
            dollars(usage.cost_usd),
            f"{usage.input_tokens or 0:,} tokens in, {usage.output_tokens or 0:,} out",
            f"model {duration(spent.get('model', 0) / 1000)}",
            f"tools {duration((spent.get('call', 0) + spent.get('check', 0)) / 1000)}",
            f"you {duration(spent.get('approval', 0) / 1000)}",
        ]
        return "  ".join(parts)

    def _arrange(self) -> None:
        width = self.size.width
        wide = width >= WIDE
        talk, column = self.query_one("#talk"), self.query_one("#column")
        talk.display = wide or self.page == 0
        column.display = wide or self.page != 0
        self.query_one("#tabs").display = not wide
        self.query_one("#timeline").display = self.size.height >= ROOM_FOR_TIMELINE
        top = 1 if wide else 0
        talk.styles.padding = (1, 0, 0, 0)
        column.styles.padding = (top, 0, 0, 0)
        cells = round(width * TALK_SHARE) if wide else width
        talk.styles.width = cells
        height = max(1, self.query_one("#body").size.height - top)
        if wide or self.page:
            only = None if wide else self.page - 1
            self.side.share_out(only=only, height=height, width=width - cells if wide else width)
        self._tell_tabs()

    def _tell_tabs(self) -> None:
        tabs = [Tab(title="Conversation", short="Talk", active=self.page == 0)]
        for number, pane in enumerate(self.side.panes(), 1):
            tabs.append(
                Tab(
                    title=pane.title,
                    short=pane.short_title,
                    facts=tuple(pane.tab()),
                    active=self.page == number,
                )
            )
        self.query_one("#tabs", TabsRow).tell(tuple(tabs))

    def _tell_keys(self) -> None:
        app = app_of(self)
        focused = self.focused
        context = str(getattr(focused, "key_context", self.key_context))
        hints = app.keymap.footer(context, ascii_only=app.glyphs.ascii_only)
        last = app.keymap.help_hint(context)
        self.query_one("#footer", FooterRow).tell(Keys(hints=tuple(hints), last=last))

    def _load_wanted(self) -> None:
        for sha in self.transcript.wanted() - self._wanted:
            self._wanted.add(sha)
            self.run_worker(self._load_text(sha), name="load an answer")

    async def _load_text(self, sha: str) -> None:
        try:
            data = await self.load(sha)
        except (KeyError, OSError):
            return
        self.transcript.give(sha, data.decode("utf-8", "replace"))

    # Keys

    def act(self, action: str) -> bool:
        """Do what a key of the replay means."""
        context, _, name = action.partition(".")
        if action == "pane.back":
            if self.focused is not self.transcript or not self.transcript.back():
                self._to_timeline()
            return True
        if name == "help":
            return self.deeds.act("help")
        if context != "replay":
            return False
        return self.deeds.act(name)

    def next_pane(self) -> None:
        """Give the keys to the next pane, and at the end back to the timeline."""
        if self.size.width < WIDE:
            self.page = (self.page + 1) % (1 + len(self.side.slots))
            self.set_focus(None)
            return
        stops: list[Widget | None] = [None, self.transcript]
        stops += [slot.shown for slot in self.side.slots if slot.shown.display]
        here = stops.index(self.focused) if self.focused in stops else 0
        self.set_focus(stops[(here + 1) % len(stops)])

    def _to_timeline(self) -> None:
        self.set_focus(None)
        self.redraw()

    def place_line(self, line: AnswerLine, column: int) -> None:
        """Let a line be typed in the bar."""
        self.mount(line)
        line.place(column, self.query_one("#bar").region.y, max(20, self.size.width // 2 - column))
        line.focus(scroll_visible=False)

    def on_answer_line_given(self, event: AnswerLine.Given) -> None:
        """Search, or go there."""
        event.stop()
        self.deeds.answer(event.line.purpose, event.text.strip())

    def on_answer_line_gone(self, event: AnswerLine.Gone) -> None:
        """Go on where we were."""
        event.stop()
        self.deeds.leave_line()
        self.redraw()

    # The mouse, and what panes say

    def on_timeline_row_scrubbed(self, event: TimelineRow.Scrubbed) -> None:
        """Go where the mouse is."""
        event.stop()
        self.deeds.said = ""
        if self.replay.go(event.index):
            self.deeds.arrive(moved=True)

    def on_left(self, event: Left) -> None:
        """A pane gives the keys back."""
        event.stop()
        self._to_timeline()

    def on_restated(self, event: Restated) -> None:
        """A pane's header or height is another one."""
        event.stop()
        self._arrange()

    def on_toasted(self, event: Toasted) -> None:
        """Say it in the bar."""
        event.stop()
        self.deeds.said = event.text
        self.redraw()

    def on_descendant_focus(self) -> None:
        """Show the keys of what has the focus."""
        if self.is_mounted:
            self.redraw()


class ReplayApp(KeyedApp):
    """A replay as a program of its own."""

    def __init__(
        self,
        records: Sequence[Record],
        *,
        load: Load,
        look: Theme,
        glyphs: Glyphs = UNICODE,
        keymap: Keymap | None = None,
        start: Start | None = None,
    ) -> None:
        """Take a session's records; raises LookupError where `start` names no place in it."""
        super().__init__(look, glyphs=glyphs, keymap=keymap)
        self.replay_screen = ReplayScreen(records, load=load, start=start)

    @property
    def shown_status(self) -> object:
        """What the status row says, for overlays that show it, too."""
        return self.replay_screen.query_one("#status", StatusRow).told

    def on_mount(self) -> None:
        """Show the one screen there is."""
        self.push_screen(self.replay_screen)


async def show_replay(
    records: Sequence[Record],
    load: Load,
    *,
    look: Theme,
    glyphs: Glyphs = UNICODE,
    keymap: Keymap | None = None,
    start: Start | None = None,
) -> int:
    """Show a session until it is left; return the exit status. Raises LookupError as ReplayApp."""
    app = ReplayApp(records, load=load, look=look, glyphs=glyphs, keymap=keymap, start=start)
    return await app.run_async() or 0
