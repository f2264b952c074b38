"""What the keys of the prompt and of the whole screen do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from tui_agent.core.commands import Close, GoOn, Interrupt, RunShell, SetMode, Steer, Submit
from tui_agent.core.events import TurnEnded
from tui_agent.core.ports import Client
from tui_agent.ui.tui.completion import Completion
from tui_agent.ui.tui.dressing import Dressing
from tui_agent.ui.tui.palette import open_help, open_palette, pick_message
from tui_agent.ui.tui.slash_deeds import run_slash
from tui_agent.ui.tui.taken_back import take_back
from tui_agent.ui.tui.theme import theme_names
from tui_agent.ui.tui.theme_file import ThemeError
from tui_agent.ui.tui.words import short_tree

if TYPE_CHECKING:
    from tui_agent.core.messages import Attachment
    from tui_agent.ui.tui.frame import Frame

MODES = ("plan", "ask", "edit", "auto")
AGAIN_SECONDS = 2.0
"""How soon a key must come twice."""


class Deeds:
    """Each action of the prompt and of the application, by its name in the keymap."""

    def __init__(self, frame: Frame) -> None:
        """Act for this frame."""
        self.frame = frame
        self.shell = frame.shell
        self.completion = Completion(frame.shell, lambda: frame.state.servers, frame.tell_keys)
        self.dressing = Dressing(frame)
        self._warned = self._escaped = 0.0
        self.last_said = ""
        """The message that was sent last."""
        self.last_shown: tuple[Attachment, ...] = ()
        """The images that went with it."""
        self.say_again = ""
        """What comes into the prompt once the session has gone back to before it was said."""
        self._deeds: dict[str, Callable[[], bool]] = {
            "prompt.send": self.send,
            "prompt.steer": self.steer,
            "prompt.stop": self.stop,
            "prompt.leave": self.leave,
            "prompt.editor": self.editor,
            "prompt.history": self.history,
            "prompt.recall": self.recall,
            "prompt.later": lambda: self.completion.move(1),
            "prompt.complete": self.complete,
            "review.allow": self.allow_edits,
            "prompt.help": lambda: self.shell.prompt.empty and self.help(),
            "pane.help": self.help,
            "app.help": self.help,
            "answer.help": self.help,
            "hunk-editor.help": self.help,
            "app.palette": lambda: open_palette(self),
            "app.mode": self.next_mode,
            "app.next_pane": lambda: self._cycle(1),
            "app.previous_pane": lambda: self._cycle(-1),
            "app.output": self._unfold_last,
            "app.plan": self._fold_plan,
            "app.interrupt": self.interrupt,
            "app.copy": self.copy,
            "app.wider": lambda: self._resize(share=3),
            "app.narrower": lambda: self._resize(share=-3),
            "app.taller": lambda: self._resize(bias=2),
            "app.flatter": lambda: self._resize(bias=-2),
        }

    @property
    def client(self) -> Client:
        """Where commands go."""
        return self.frame.client

    @property
    def running(self) -> bool:
        """Whether a turn is open and works by itself."""
        state = self.frame.state
        if state.main.summarising:
            return True
        return state.main.turn is not None and not state.waiting and not state.halted

    def act(self, action: str) -> bool:
        """Do it; return whether it meant anything."""
        deed = self._deeds.get(action)
        return deed is not None and deed()

    def catch_up(self) -> None:
        """Send what was typed before there was an agent, and what the command line said."""
        self.dressing.begin()
        early = [text for text in (self.shell.doors.opening, *self.shell.early) if text]
        self.shell.early.clear()
        while early and len(self.shell.screen_stack) == 1:
            self.say(early.pop(0))
        if early:  # It was meant for what has opened: no model hears it.
            self.shell.prompt.write("\n".join([*early, self.shell.prompt.text]))
        if self.shell.doors.history is not None:
            self.shell.prompt.remember(self.shell.doors.history())

    def allow_edits(self) -> bool:
        """Choose a rule that allows more edits of the kind."""
        from tui_agent.ui.tui.allow_edits import allow_edits

        return allow_edits(self)

    # Saying something

    def send(self) -> bool:
        """Send the prompt; with a choice open and not yet typed, take the choice."""
        if self.completion.once_looked(self.send) or self.completion.take(exact_sends=True):
            return True
        images = self.shell.prompt.chips.images(self.shell.prompt.text)
        text = self.shell.prompt.take()
        if text:
            self.say(text, images)
        elif self.frame.state.halted:
            self.client.send(GoOn())
        return True

    def say(self, text: str, images: tuple[Attachment, ...] = ()) -> None:
        """Do what a text means: a command, a shell command, or a message."""
        if self.shell.doors.remember is not None:
            self.shell.doors.remember(text)
        if text.startswith("/") and run_slash(self, text):
            return
        if text.startswith("!") and text[1:].strip():
            if self.frame.live.state.main.turn is not None:
                self.toast("A turn is open: the command can run once it has ended.", bad=True)
                self.shell.prompt.write(text)
                return
            self.client.send(RunShell(command=text[1:].strip()))
        else:
            self.last_said, self.last_shown = text, images
            self.client.send(Submit(text=text, attachments=images))
        self.frame.transcript.go_to_end()

    def attach(self, path: str, *, otherwise: str = "") -> None:
        """Put an image into the prompt; where it is none, the text `otherwise`."""
        self.shell.run_worker(self._attach(path, otherwise), name="attach")

    async def _attach(self, path: str, otherwise: str) -> None:
        prompt, attach = self.shell.prompt, self.shell.doors.attach
        if attach is None:
            prompt.insert(otherwise)
            return
        try:
            prompt.insert(prompt.chips.image(await attach(path)) + " ")
        except (OSError, ValueError) as error:
            if otherwise:
                prompt.insert(otherwise)
            else:
                self.toast(f"{error}.", bad=True)

    def steer(self) -> bool:
        """Say it to the running turn."""
        if self.frame.state.main.turn is None:
            return self.send()
        if self.shell.prompt.chips.images(self.shell.prompt.text):
            self.toast("An image goes with a message: Enter queues it.", bad=True)
            return True
        text = self.shell.prompt.take()
        if text:
            self.client.send(Steer(text=text))
        return True

    def recall(self) -> bool:
        """Move among choices; on an empty prompt take a queued message or the last one back."""
        if self.completion.move(-1):
            return True
        prompt = self.shell.prompt
        if not prompt.empty:
            return False
        queue = self.frame.state.queue
        if queue:
            take_back(self.frame, queue[-1:])
            return True
        return prompt.older()

    def complete(self) -> bool:
        """Take the choice; where there is nothing to complete, go to the next pane."""
        if self.completion.once_looked(self.complete) or self.completion.take():
            return True
        return self.shell.prompt.empty and self._cycle(1)

    def editor(self) -> bool:
        """Write the prompt in $EDITOR, the screen away meanwhile."""
        self.shell.run_worker(self._edit(), name="editor", exclusive=True, group="editor")
        return True

    async def _edit(self) -> None:
        text = await self.shell.edit_outside(self.shell.prompt.whole)
        if text is None:
            self.toast("Set EDITOR to write messages there.", bad=True)
        else:
            self.shell.prompt.write(text.rstrip("\n"))

    def history(self) -> bool:
        """Search what was sent before."""
        sent = list(dict.fromkeys(reversed(self.shell.prompt.sent)))
        pick_message(self.shell, sent, self._take_history)
        return True

    def _take_history(self, value: str) -> None:
        self.shell.prompt.write(value)
        self.frame.to_prompt()

    # Stopping and leaving

    def stop(self) -> bool:
        """Close what is open, else stop the running turn."""
        if self.completion.close():
            return True
        if self.running:
            self._halt()
        elif self.frame.state.waiting:
            self.toast("F6 answers; ^C twice leaves, and the question stays open.", bad=True)
        elif self.shell.prompt.empty and self.frame.state.main.turns:
            self._go_back()
        return True

    def _halt(self) -> None:
        """Stop the turn, and what was to come after it: that comes back into the prompt."""
        take_back(self.frame, self.frame.live.state.queue)
        self.client.send(Interrupt())

    def _go_back(self) -> None:
        """Twice on an empty and idle prompt: choose an earlier place."""
        from tui_agent.ui.tui.rewind_deeds import open_rewind

        if monotonic() - self._escaped < AGAIN_SECONDS:
            self._escaped = 0.0
            open_rewind(self)
        else:
            self._escaped = monotonic()
            self.tell("Esc again goes back to an earlier place.")

    def interrupt(self) -> bool:
        """Stop a running turn, else clear the prompt; twice on an empty one leaves."""
        if self.running:
            self._halt()
            return True
        if not self.shell.prompt.empty:
            self.shell.prompt.write("")
            return True
        if monotonic() - self._warned < AGAIN_SECONDS:
            return self.quit()
        self._warned = monotonic()
        if self.frame.state.waiting:
            self.toast("^C again leaves; the question stays open.", bad=True)
        else:
            self.toast("^C again leaves.", bad=True)
        return True

    def leave(self) -> bool:
        """Leave, if the prompt is empty."""
        return self.shell.prompt.empty and self.quit()

    def quit(self, *then: str) -> bool:
        """Leave; an open turn is suspended."""
        for command in self.frame.side.unsaid():
            self.client.send(command)
        self.client.send(Close())
        self.shell.then = then
        self.shell.exit(0)
        return True

    def not_taken(self) -> None:
        """Put a message into the prompt again that could not be recorded, so was not taken."""
        state, text = self.frame.live.state, self.last_said
        said = [one.text for turn in state.main.turns for one in turn.users]
        known = [*said, *(one.text for one in state.queue)]
        if text and self.shell.prompt.empty and text not in known:
            self.shell.prompt.chips.restore(text, self.last_shown)
            self.shell.prompt.write(text)

    def went_back(self) -> None:
        """Offer what was said at the place to be said again, in other words perhaps."""
        text, self.say_again = self.say_again, ""
        if text and self.shell.prompt.empty:
            self.shell.prompt.write(text)

    def ended(self, event: TurnEnded) -> None:
        """Say that a turn has ended, where that is worth a word."""
        report = event.report
        if report.verified and report.checks:
            on = f" on tree {short_tree(report.tree)}" if report.tree else ""
            self.toast(f"Checks pass{on}")

    # The screen

    def next_mode(self) -> bool:
        """Go to the next mode."""
        mode = self.frame.state.mode
        place = MODES.index(mode) if mode in MODES else 0
        self.client.send(SetMode(mode=MODES[(place + 1) % len(MODES)]))
        return True

    def help(self) -> bool:
        """Show every key."""
        open_help(self.shell)
        return True

    def copy(self) -> bool:
        """Copy the selection or what has the focus."""
        focused = self.shell.focused
        panes: Sequence[object] = (focused, self.frame.transcript)
        for pane in panes:
            copy = getattr(pane, "copy", None)
            if callable(copy) and pane is not self.shell.prompt and copy():
                return True
        if self.shell.prompt.selected_text:
            self.shell.copy_to_clipboard(self.shell.prompt.selected_text)
            return True
        return self.copy_answer()

    def copy_answer(self) -> bool:
        """Copy the last answer, as the model wrote it."""
        for turn in reversed(self.frame.state.main.turns):
            for step in reversed(turn.steps.values()):
                if step.text.strip():
                    self.shell.copy_to_clipboard(step.text)
                    self.toast("Copied the last answer")
                    return True
        return True

    def wear(self, theme: str) -> None:
        """Wear a theme; say it where its file has a fault, or has gone, and wear the one before."""
        try:
            self.dressing.wear(theme)
        except ThemeError as error:
            self.dressing.try_on("")
            names = theme_names(self.dressing.doors.own)
            known = f"Themes are {', '.join(names)}."
            self.toast(known if theme not in names else f"{error}.", bad=True)

    def toast(self, text: str, *, bad: bool = False) -> None:
        """Say something for four seconds."""
        if bad:
            self.frame.notices.toast(text, role="warning", sign="warning")
        else:
            self.frame.notices.toast(text)

    def tell(self, text: str) -> None:
        """Say for four seconds what is no success, and no failure."""
        self.frame.notices.toast(text, role="accent", sign="prompt")

    def _cycle(self, step: int) -> bool:
        self.frame.cycle(step)
        return True

    def _resize(self, *, share: int = 0, bias: int = 0) -> bool:
        self.frame.layout.resize(share=share, bias=bias)
        return True

    def _unfold_last(self) -> bool:
        self.frame.transcript.toggle_last()
        return True

    def _fold_plan(self) -> bool:
        side = self.frame.side
        side.folded ^= {str(side.slots[0].id)}
        self.frame.redraw()
        return True
