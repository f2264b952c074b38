"""The application proper: panes, focus, frames and the way of each key to what it does."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual import events
from textual.widget import Widget

from tui_agent.core.commands import Decide
from tui_agent.core.events import MAIN_AGENT, Notice, Record, Rewound, TurnEnded
from tui_agent.core.messages import NOT_SENT
from tui_agent.core.ports import Client
from tui_agent.core.state import Session
from tui_agent.ui.tui.arming import Arming
from tui_agent.ui.tui.choices import CannotOpenError
from tui_agent.ui.tui.chrome import (
    WIDE,
    ActivityRow,
    FooterRow,
    Keys,
    Said,
    StatusRow,
    Tab,
    TabsRow,
)
from tui_agent.ui.tui.deeds import Deeds
from tui_agent.ui.tui.early_keys import EarlyKeys
from tui_agent.ui.tui.frame_layout import PROMPT, TALK, Layout
from tui_agent.ui.tui.ledger import Draft
from tui_agent.ui.tui.live import Live
from tui_agent.ui.tui.long_answers import LongAnswers
from tui_agent.ui.tui.messages import (
    Clicked,
    Copied,
    Decided,
    Drafted,
    Left,
    Restated,
    Sent,
    Toasted,
)
from tui_agent.ui.tui.outside import outside_of
from tui_agent.ui.tui.pane import Pane
from tui_agent.ui.tui.panes import make_slots
from tui_agent.ui.tui.prompt import Prompt
from tui_agent.ui.tui.prompt_keys import idle_keys, prompt_keys
from tui_agent.ui.tui.pulse import Pulse
from tui_agent.ui.tui.shell import Shell
from tui_agent.ui.tui.side import Side
from tui_agent.ui.tui.summary import View, activity_of, status_of, waiting_of
from tui_agent.ui.tui.toasts import Notices
from tui_agent.ui.tui.transcript import Transcript
from tui_agent.ui.tui.trust_card import ask_for_trust
from tui_agent.ui.tui.words import count

CONVERSATION = 0


class Frame:
    """Holds the panes over one client, and draws each state."""

    def __init__(self, shell: Shell, client: Client) -> None:
        """Make the panes; `begin` shows them."""
        self.shell = shell
        self.client = client
        self.transcript = Transcript(id="transcript")
        self.side = Side(make_slots(client.blob))
        self.drafts: dict[str, Draft] = {}
        self.live = Live(client, self.draw, self._heard)
        self.notices = Notices(shell)
        self.layout = Layout(shell, self.side)
        self.pulse = Pulse(shell, self._beat)
        self.early = EarlyKeys(self)
        self.arming = Arming(shell, self.side, self._armed)
        self.deeds: Deeds = Deeds(self)
        self.answers = LongAnswers(self)
        self.outside = outside_of(shell)
        self.state = Session()
        self._asked = ""
        """The request that the focus was last offered to."""

    @classmethod
    async def load(cls, shell: Shell) -> None:
        """Connect, letting a model be chosen first where there is none, and begin."""
        try:
            await ask_for_trust(shell)
            client = await shell.doors.connect()
            while client is None:
                from tui_agent.ui.tui.first_run import choose_first

                if not await choose_first(shell):
                    return
                client = await shell.doors.connect()
        except CannotOpenError:
            shell.exit(1)
            return
        frame = cls(shell, client)
        await frame.begin()

    async def begin(self) -> None:
        """Put the panes into the frame and begin to listen."""
        shell = self.shell
        await shell.query_one("#talk").mount(self.transcript)
        await shell.query_one("#column").mount(self.side)
        self.layout.restore(shell.doors.layout or {})
        shell.rest = self
        shell.screen_change_signal.subscribe(shell, lambda _: self.arming.look())
        shell.run_worker(self.live.listen(), name="listen")
        shell.run_worker(self.live.draw(), name="draw")
        self.live.again()
        self.deeds.catch_up()
        shell.call_after_refresh(shell.doors.loaded)
        first, *more = [*(shell.doors.notices() if shell.doors.notices is not None else ()), ""]
        if first:
            self.notices.banner(first + (f" And {len(more) - 1} more." if len(more) > 1 else ""))

    @property
    def prompt_focused(self) -> bool:
        """Whether keys go to the prompt."""
        return self.shell.focused is self.shell.prompt

    @property
    def focus(self) -> str:
        """The key context of what has the focus."""
        focused = self.shell.focused
        return str(getattr(focused, "key_context", "prompt")) if focused is not None else "prompt"

    def draw(self, state: Session) -> None:
        """Show a state everywhere, unless the screen has gone meanwhile."""
        self.state = state
        if not self.stands:
            return
        self.drafts = {name: one for name, one in self.drafts.items() if name in state.waiting}
        self.transcript.show(state, self.drafts)
        self.side.show(state)
        self.answers.load()
        self.notices.tell_changed(state)
        self._offer_focus()
        self.outside.show(state)
        self.pulse.run(beating=self.deeds.running)
        self.redraw(activity=not self.pulse.leaves(state.seq))
        self.shell.hurry()

    @property
    def stands(self) -> bool:
        """Whether there is a screen to draw on: it comes after us, and may go before us."""
        return self.shell.is_running and self.transcript.is_attached and self.side.is_attached

    def redraw(self, *, activity: bool = True) -> None:
        """Draw the rows around the panes, for the state as it is."""
        if not self.stands:
            return
        self.shell.query_one("#status", StatusRow).tell(status_of(self.state))
        self.layout.arrange()
        self.arming.look()
        self._tell_tabs()
        if activity:
            self._tell_activity()
        self.tell_keys()

    def _tell_activity(self) -> None:
        view = View(
            width=self.shell.size.width,
            focus=self.focus,
            purpose=str(getattr(self.shell.focused, "purpose", "")),
            writing=not self.shell.prompt.empty,
            beat=self.pulse.beat,
            now_ms=self.pulse.since_ms,
        )
        row = self.shell.query_one("#activity", ActivityRow)
        row.tell(activity_of(self.state, self.drafts, view))

    def _tell_tabs(self) -> None:
        tabs = [
            Tab(title="Conversation", short="Talk", active=self.layout.page == CONVERSATION),
            *(
                Tab(
                    title=pane.title,
                    short=pane.short_title,
                    facts=tuple(pane.tab()),
                    active=self.layout.page == number,
                )
                for number, pane in enumerate(self.side.panes(), 1)
            ),
        ]
        self.shell.query_one("#tabs", TabsRow).tell(tuple(tabs))

    def tell_keys(self) -> None:
        """Show the keys of what has the focus, or has it again once an overlay is closed."""
        if not self.stands:
            return
        shell = self.shell
        focused = shell.prompt.screen.focused
        if focused is shell.prompt or focused is None:
            self._tell_prompt_keys()
            return
        onward = self.layout.next_stop(self._stop(), 1)
        shell.prompt.tell_way_back("F6" if onward == PROMPT else "Esc")
        hints = self._hints_of(focused)
        live = self.arming.armed or not isinstance(focused, Pane) or not focused.waits
        last = shell.keymap.help_hint(str(getattr(focused, "key_context", "prompt")))
        shell.query_one("#footer", FooterRow).tell(Keys(hints=tuple(hints), last=last, live=live))

    def _hints_of(self, focused: Widget) -> Sequence[Said]:
        keymap, ascii_only = self.shell.keymap, self.shell.glyphs.ascii_only
        own = focused.hints() if isinstance(focused, Pane) else None
        if own is None:
            context = str(getattr(focused, "key_context", "prompt"))
            return keymap.footer(context, ascii_only=ascii_only)
        return [keymap.hint(action, label, ascii_only=ascii_only) for action, label in own]

    def _tell_prompt_keys(self) -> None:
        shell = self.shell
        if shell.prompt.empty:
            shell.tell_keys(*idle_keys(shell, self.state))
        else:
            shell.query_one("#footer", FooterRow).tell(prompt_keys(shell, self.state))

    # What comes from elsewhere

    def _heard(self, record: Record) -> None:
        self.pulse.noted()
        event = record.event
        if isinstance(event, TurnEnded) and record.agent_id == MAIN_AGENT:
            self.deeds.ended(event)
            self.outside.ended(self.live.state, event)
            self.live.when_quiet(self.shell.doors.quiet)
        elif isinstance(event, Rewound):
            self.deeds.went_back()
        elif isinstance(event, Notice) and NOT_SENT in event.text:
            self.deeds.not_taken()
        elif isinstance(event, Notice) and event.level == "error" and not record.h:
            self.notices.banner(event.text, hints=((event.remedy, ""),) if event.remedy else ())
            if event.halts:
                self._asked = ""  # An answer may not have been taken.
                self.deeds.not_taken()

    def _beat(self) -> None:
        if self.stands:
            self._tell_activity()

    def on_message(self, message: object) -> bool:
        """Do what a pane asks for; return whether it was one of ours."""
        if isinstance(message, Decided):
            self.client.send(Decide(request_id=message.request_id, decision=message.decision))
            self.to_prompt()
        elif isinstance(message, Sent):
            self.client.send(message.command)
        elif isinstance(message, Drafted):
            said, focused, hunks = message.decisions, message.focused, message.hunks
            self.drafts[message.request_id] = Draft(decisions=said, focused=focused, hunks=hunks)
            self.live.again()
        elif isinstance(message, Left):
            self.to_prompt()
        elif isinstance(message, Restated):
            self.redraw()
        elif isinstance(message, Toasted):
            self.notices.toast(message.text, role=message.role, sign=message.glyph)
        elif isinstance(message, Copied):
            self.notices.toast(f"Copied {count(message.text.count(chr(10)) + 1, 'line')}")
        else:
            return self._on_input(message)
        return True

    def _on_input(self, message: object) -> bool:
        if isinstance(message, Clicked) and message.pane is self.transcript:
            self.transcript.set_cursor(message.index)
            self.transcript.open_child(message.index) or self.transcript.toggle(message.index)
        elif isinstance(message, Prompt.Typed):
            self.deeds.completion.typed()
            self._tell_activity()
            self.tell_keys()
        elif isinstance(message, Prompt.Dropped):
            self.deeds.attach(message.path, otherwise=message.text)
        elif isinstance(message, TabsRow.Chosen):
            self._to_page(message.index)
        elif isinstance(message, events.DescendantFocus):
            self.arming.follow(self._asked)
            self.redraw()
        elif isinstance(message, events.AppFocus | events.AppBlur):
            self._looked(here=isinstance(message, events.AppFocus))
        else:
            return False
        return True

    # Focus

    def _offer_focus(self) -> None:
        """Take the focus to a new request, but never from a prompt with text, nor from a reader."""
        waiting = waiting_of(self.state)
        request = waiting.request_id if waiting is not None else ""
        self.arming.follow(request)
        if request == self._asked:
            return
        self._asked = request
        if not request:
            self._return_focus()
            return
        side_by_side = self.shell.size.width >= WIDE
        if side_by_side and self.prompt_focused and self.shell.prompt.empty:
            self.to_waiting()

    def _looked(self, *, here: bool) -> None:
        """The person looks here again, or elsewhere; the first keys after that answer nothing."""
        self.outside.here = here
        if here:
            self.arming.again()
            self.deeds.dressing.look_again()

    def _return_focus(self) -> None:
        focused = self.shell.focused
        if isinstance(focused, Pane) and not focused.waits:
            self.to_prompt()

    def to_prompt(self) -> None:
        """Give the keys to the prompt."""
        self.layout.page = CONVERSATION
        self.shell.set_focus(self.shell.prompt)
        self.redraw()

    def to_waiting(self) -> bool:
        """Give the keys to the pane that waits; return whether there is one."""
        for number, slot in enumerate(self.side.slots, 1):
            if slot.pane.waits:
                self._to_page(number)
                return True
        return False

    def to_pane(self, title: str) -> bool:
        """Give the keys to the pane of this title; return whether there is one."""
        if title == "Conversation":
            self._to_page(CONVERSATION)
            return True
        for number, slot in enumerate(self.side.slots, 1):
            if slot.pane.title == title:
                self._to_page(number)
                return True
        return False

    def _to_page(self, number: int) -> None:
        self.layout.page = number
        if number != CONVERSATION:
            # Nobody writes in a folded pane.
            self.side.folded.discard(str(self.side.slots[number - 1].id))
        self.layout.arrange()
        target = self.transcript if number == CONVERSATION else self.side.slots[number - 1].shown
        target.display = True
        self.shell.set_focus(target)
        self.redraw()

    def cycle(self, step: int) -> None:
        """Go to the next pane that shows something, and at the end to the prompt."""
        stop = self._stop()
        if step > 0 and stop <= TALK and self.to_waiting():
            return
        to = self.layout.next_stop(stop, step)
        self.to_prompt() if to == PROMPT else self._to_page(to - TALK)

    def _stop(self) -> int:
        """Return at which stop of F6 the focus is."""
        focused = self.shell.prompt.screen.focused
        inside = [] if focused is None else list(focused.ancestors_with_self)
        stops = (self.shell.prompt, self.transcript, *self.side.slots)
        return next((place for place, stop in enumerate(stops) if stop in inside), PROMPT)

    # Keys

    def on_key_came(self, key: events.Key) -> None:
        """Take note of a key: frames let it pass."""
        del key
        self.live.last_key = monotonic()

    def on_key(self, key: events.Key) -> bool:
        """Keep a letter that came too early for a request from answering it."""
        return self.early.take(key)

    def _armed(self) -> None:
        self.early.settle()
        self.tell_keys()

    def act(self, action: str) -> bool:
        """Do what a key means outside of the panes."""
        if action == "pane.back":
            if self.shell.focused is not self.transcript or not self.transcript.back():
                self.to_prompt()
            return True
        return self.deeds.act(action)

    def on_resized(self) -> None:
        """Arrange everything for another size."""
        self.redraw()

    def on_shown(self, *, shown: bool) -> None:
        """Have the title while the screen is there."""
        self.arming.comes_and_goes(shown=shown)
        self.outside.came_back() if shown else self.outside.left()
