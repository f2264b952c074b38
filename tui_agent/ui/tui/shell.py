"""All that the first paint needs: the frame, a prompt that works at once, and the way to the rest.

The agent and the panes are loaded after the first paint; what is typed until then is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import TextArea

from tui_agent.ui.tui.chrome import (
    WIDE,
    ActivityRow,
    FooterRow,
    Keys,
    Status,
    StatusRow,
    TabsRow,
)
from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.keyed_app import KeyedApp, Plane
from tui_agent.ui.tui.keymap import Keymap
from tui_agent.ui.tui.messages import Toasted
from tui_agent.ui.tui.notice_rows import BannerRow
from tui_agent.ui.tui.prompt import Prompt, PromptRow
from tui_agent.ui.tui.theme import Theme

if TYPE_CHECKING:
    from tui_agent.core.messages import Attachment
    from tui_agent.core.overview import Overview
    from tui_agent.core.ports import Client
    from tui_agent.core.state import Session
    from tui_agent.core.trust import TrustQuestion
    from tui_agent.ui.tui.choices import FirstRun, SessionLine
    from tui_agent.ui.tui.dressing import ThemeDoors
    from tui_agent.ui.tui.frame_layout import Layout
    from tui_agent.ui.tui.outlets import Prepared
    from tui_agent.ui.tui.terminal import Signals

SOON_SECONDS = 0.2


def _nothing() -> None:
    """Do nothing: there is nothing to load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the screen asks of the world outside of it; `wiring` gives it."""

    connect: Callable[[], Awaitable[Client | None]]
    """Called on the event loop, after the first paint; None: a model must be chosen first."""
    preload: Callable[[], object] = _nothing
    """Called in a thread before `connect`: imports, nothing else."""
    loaded: Callable[[], object] = _nothing
    """Called once everything is on the screen."""
    quiet: Callable[[], object] = _nothing
    """Called some time after a turn has ended, when nobody types."""
    files: Callable[[str], AsyncIterator[Sequence[str]]] | None = None
    """Paths of the workspace that match what was typed after `@`, best first; again as more are
    known."""
    attach: Callable[[str], Awaitable[Attachment]] | None = None
    """Read an image for a message. Raises OSError, ValueError with a sentence."""
    edit: Callable[[str, str], Awaitable[str]] | None = None
    """Let the user edit a text in $EDITOR, in a file with this ending. Raises OSError."""
    sessions: Callable[[str], Awaitable[Sequence[SessionLine]]] | None = None
    """Sessions whose title matches a query, newest first."""
    search_sessions: Callable[[str], Awaitable[Sequence[SessionLine]]] | None = None
    """Sessions in which the words stand anywhere, with the first place in each."""
    read_sessions: Callable[[], Awaitable[bool]] | None = None
    """Read the logs that a list had no time for; return whether there were any."""
    preview_session: Callable[[str], Awaitable[Overview | None]] | None = None
    """A session at a glance, by its id."""
    export_session: Callable[[str, str, int], Awaitable[Prepared]] | None = None
    """Make an export: id, format, step. Raises LookupError, OSError."""
    label_session: Callable[[str, str], str] | None = None
    """Name the end of a session; returns why that cannot be, or an empty string."""
    first_run: Callable[[], Awaitable[FirstRun]] | None = None
    """What was found on this machine, for the first card."""
    take_model: Callable[[str], None] | None = None
    """Keep the model that the first card chose, or none; `connect` is then called again."""
    keep_key: Callable[[str], str] | None = None
    """Take a pasted key for this run; returns the variable it belongs to, or an empty string."""
    trust_question: Callable[[], TrustQuestion | None] | None = None
    """What is to be asked about this folder before the session opens; None: nothing."""
    trust: Callable[[], None] | None = None
    """Trust this folder, as it was shown."""
    models: Callable[[], Awaitable[Sequence[str]]] | None = None
    """Names that `/model` completes."""
    history: Callable[[], Sequence[str]] | None = None
    """Messages of earlier sessions, oldest first; asked in a thread."""
    remember: Callable[[str], None] | None = None
    """Keep a message for later sessions."""
    notices: Callable[[], Sequence[str]] | None = None
    """What is to be mended about this session: asked once it is open."""
    blame: Callable[[str], Sequence[Sequence[tuple[str, str]]]] | None = None
    """Lines of a file, each with the step that made it; asked in a thread. Raises ValueError."""
    picking: bool = False
    """Whether this is only to choose a session: what is not chosen becomes a new one."""
    cost: Callable[[Session], Awaitable[Sequence[Sequence[tuple[str, str]]]]] | None = None
    """Lines of what a session has cost, and the day, whose book other processes may hold."""
    memory: Callable[[str, str], Sequence[Sequence[tuple[str, str]]]] | None = None
    """Carries out `remember`, `forget` or `memory`, and tells of it. Raises ValueError."""
    opening: str = ""
    """What to say first: the prompt of the command line."""
    layout: Mapping[str, int] | None = None
    """Sizes of the panes as they were left: see `Frame`."""
    keep_layout: Callable[[Mapping[str, int]], None] | None = None
    """Keep those sizes."""
    themes: Callable[[], ThemeDoors] | None = None
    """The user's themes, and where a choice is kept."""
    signals: Callable[[], Signals] | None = None
    """What the terminal is told beside what is drawn."""


class Rest(Protocol):
    """The application proper, once it is loaded."""

    def act(self, action: str) -> bool:
        """Do what a key means."""
        ...

    def on_key_came(self, key: events.Key) -> None:
        """Take note that a key came."""
        ...

    def on_key(self, key: events.Key) -> bool:
        """Take a key in its turn; return whether that was all it should do."""
        ...

    def on_message(self, message: Message) -> bool:
        """Do what a widget asks for; return whether it was understood."""
        ...

    def on_resized(self) -> None:
        """Arrange the panes for another size."""
        ...

    def to_prompt(self) -> None:
        """Give the keys to the prompt."""
        ...

    @property
    def layout(self) -> Layout:
        """The sizes of the panes."""
        ...

    def on_shown(self, *, shown: bool) -> None:
        """Come back to a screen that was away, or leave it."""
        ...


class Half(Plane, Vertical):
    """The plane of the conversation, or of the panes beside it."""


class Body(Plane, Horizontal):
    """Conversation and column; what the prompt and the tabs leave of the height."""

    def on_resize(self) -> None:
        """Give the panes the room that there is now; a prompt that grows changes it, too."""
        if isinstance(self.app, Shell):
            self.app.arrange()


class Shell(KeyedApp):
    """The frame. `then` says what the program shall do after it: `("resume", ID)`, for one."""

    TITLE = "agent"
    CSS = """
    Screen { layout: vertical; background: $canvas; layers: base toast popup; overflow: hidden; }
    Screen.-overlay { background: $canvas 70%; }
    Screen.-overlay:ansi { background: ansi_default; }
    #body { height: 1fr; }
    #talk { width: 43%; background: $canvas; padding-top: 1; }
    #column { width: 1fr; background: $surface; padding-top: 1; }
    #tabs, #banner { display: none; }
    #status, #footer { background: $surface; }
    #column.seam { border-left: solid $line; }
    #column.seam.ascii { border-left: ascii $line; }
    """

    def __init__(
        self,
        doors: Doors,
        look: Theme,
        *,
        glyphs: Glyphs = UNICODE,
        keymap: Keymap | None = None,
        status: Status | None = None,
    ) -> None:
        """Draw with this theme; `status` is what is known before the agent is."""
        super().__init__(look, glyphs=glyphs, keymap=keymap)
        self.doors = doors
        self.status = status or Status()
        self.rest: Rest | None = None
        self.early: list[str] = []
        """What was sent before there was an agent."""
        self.then: tuple[str, ...] = ()
        self.came_at = float("-inf")
        """When the last key was read, by the monotonic clock."""
        self._said_untaken = False

    def compose(self) -> ComposeResult:
        """Lay out the rows and the two planes."""
        yield StatusRow(id="status")
        yield BannerRow(id="banner")
        yield TabsRow(id="tabs")
        with Body(id="body"):
            yield Half(id="talk")
            yield Half(id="column")
        yield ActivityRow(id="activity")
        yield PromptRow(id="prompt-row")
        yield FooterRow(id="footer")

    @property
    def prompt(self) -> Prompt:
        """The prompt."""
        return self.query_one("#prompt", Prompt)

    def on_mount(self) -> None:
        """Give the prompt the focus, and load the rest once this has been painted."""
        self.set_focus(self.prompt)
        self.query_one("#status", StatusRow).tell(self.status)
        self.tell_keys()
        self.arrange()
        self.call_after_refresh(self._begin)

        self.app_resume_signal.subscribe(self, lambda _: self._shown(shown=True))
        self.app_suspend_signal.subscribe(self, lambda _: self._shown(shown=False), immediate=True)

    def on_unmount(self) -> None:
        """Give the terminal back as it was."""
        self._shown(shown=False)

    def _shown(self, *, shown: bool) -> None:
        if self.rest is not None:
            self.rest.on_shown(shown=shown)

    @property
    def shown_status(self) -> object:
        """What the status row says, for overlays that show it, too."""
        return self.query_one("#status", StatusRow).told

    def tell_keys(self, *more: tuple[str, str]) -> None:
        """Show the keys of the empty prompt, and `more` where there is room."""
        ascii_only = self.glyphs.ascii_only
        names = [*self.keymap.in_footer("app"), *self.keymap.in_footer("prompt")]
        if self.size.width < WIDE:
            # One pane is seen at a time: how to come to the others goes before the mode.
            names.sort(key=("app.palette", "app.next_pane", "app.mode", *names).index)
        hints = [*(self.keymap.hint(one, ascii_only=ascii_only) for one in names), *more]
        self.query_one("#footer", FooterRow).tell(
            Keys(hints=tuple(hints), last=self.keymap.help_hint("prompt"))
        )

    def _begin(self) -> None:
        self.run_worker(self._load(), name="load the application")

    async def _load(self) -> None:
        def imports() -> None:
            import_module("tui_agent.ui.tui.frame")
            self.doors.preload()

        await asyncio.to_thread(imports)
        from tui_agent.ui.tui.frame import Frame

        await Frame.load(self)

    async def edit_outside(self, text: str, *, suffix: str = ".md") -> str | None:
        """Let the user edit a text in $EDITOR, the screen away meanwhile.

        Returns None where there is no editor, and the text as it was where the editor failed.
        """
        edit = self.doors.edit
        if edit is None:
            return None
        away = nullcontext() if self.is_headless else self.suspend()
        try:
            # What happens meanwhile is drawn when the screen is back.
            with self.batch_update(), away:
                return await edit(text, suffix)
        except OSError as error:
            self._warn(f"The editor failed: {error.strerror or error}.")
            return text

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text, also by way of programs; say it where that may not have worked."""
        signals = self.doors.signals() if self.doors.signals is not None else None
        self.put_in_clipboard(text, buffer=signals is None or signals.copy is None)
        if signals is not None:
            self.run_worker(self._copied(text, signals), name="copy")

    async def _copied(self, text: str, signals: Signals) -> None:
        from tui_agent.ui.tui.terminal import untaken

        if signals.copy is not None:
            if await signals.copy(text):
                return
            if "TMUX" in signals.environ:
                self.put_in_clipboard(text)
        words = untaken(signals.environ)
        if words and not self._said_untaken:
            self._said_untaken = True
            # After what the pane itself says of the copy.
            self.set_timer(SOON_SECONDS, lambda: self._warn(words))

    def _warn(self, words: str) -> None:
        if self.rest is not None:
            self.rest.on_message(Toasted(words, role="warning", glyph="warning"))

    async def on_event(self, event: events.Event) -> None:
        """Let the edges of panes have the mouse first."""
        own = isinstance(event, events.MouseEvent) and not event.is_forwarded
        if own and self.rest is not None and self.rest.layout.grab(event):
            return
        await super().on_event(event)

    # Keys

    def act(self, action: str) -> bool:
        """Do what can be done without an agent; the rest knows the others."""
        if self.rest is not None and self.rest.act(action):
            return True
        if action == "prompt.send" and self.rest is None:
            if text := self.prompt.take():
                self.early.append(text)
            return True
        if action == "prompt.leave" and self.rest is None and self.prompt.empty:
            self.exit(0)
            return True
        if action == "app.interrupt" and self.rest is None:
            self.exit(0) if self.prompt.empty else self.prompt.write("")
            return True
        return super().act(action)

    def noted(self, key: events.Key) -> None:
        """Let frames wait for the key."""
        self.came_at = key.time
        if self.rest is not None:
            self.rest.on_key_came(key)

    def hear(self, key: events.Key) -> bool:
        """Let the rest have a key that comes too early for an answer."""
        if self.rest is not None and self.rest.on_key(key):
            return True
        return super().hear(key)

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste that nobody wanted where the focus is into the prompt: none is lost."""
        written = isinstance(self.focused, TextArea) or len(self.screen_stack) > 1
        if event.text and not written and self.rest is not None:
            self.rest.to_prompt()
            self.prompt.post_message(events.Paste(event.text))

    # Messages of panes

    def _pass_on(self, message: Message) -> None:
        if self.rest is not None:
            self.rest.on_message(message)

    on_decided = on_sent = on_drafted = on_left = on_restated = _pass_on
    on_toasted = on_copied = on_clicked = _pass_on
    on_prompt_typed = on_prompt_dropped = on_tabs_row_chosen = on_descendant_focus = _pass_on
    on_app_focus = on_app_blur = _pass_on

    # Sizes

    def on_resize(self) -> None:
        """Go between panes side by side and tabs."""
        self.arrange()

    def arrange(self) -> None:
        """Put everything in its place for the present sizes."""
        if self.rest is not None:
            self.rest.on_resized()
            return
        wide = self.size.width >= WIDE
        self.query_one("#column").display = wide
        self.query_one("#talk").styles.width = "43%" if wide else "100%"
