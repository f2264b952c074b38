"""Which keys the footer names while something stands in the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.ui.tui.chrome import Keys, Said
from tui_agent.ui.tui.summary import waiting_of

if TYPE_CHECKING:
    from tui_agent.core.state import Session
    from tui_agent.ui.tui.shell import Shell


def prompt_keys(shell: Shell, state: Session) -> Keys:
    """Return them: of the list that is open, else of the text."""
    keymap, prompt = shell.keymap, shell.prompt
    if prompt.choosing:
        arrows = f"{shell.glyphs.up} {shell.glyphs.down}"
        take = keymap.shown("prompt.complete", ascii_only=shell.glyphs.ascii_only)
        hints = [(f"Enter {take}", "take it"), (arrows, "choose"), ("Esc", "close")]
        return Keys(hints=tuple(hints), last=keymap.help_hint("prompt", writing=True))
    running = state.main.turn is not None
    hints = [keymap.hint("prompt.send", "queues" if running else "sends")]
    if running:
        hints.append(keymap.hint("prompt.steer", "steers"))
    hints.append((keymap.shown("prompt.newline").replace("Shift-Enter", "^J"), "new line"))
    hints.append(keymap.hint("prompt.editor"))
    if prompt.whole != prompt.text:
        hints.append(keymap.hint("prompt.complete", "unfolds the paste"))
    if waiting_of(state) is not None:
        hints.append(keymap.hint("app.next_pane", "answer"))
    return Keys(hints=tuple(hints), last=keymap.help_hint("prompt", writing=True))


def idle_keys(shell: Shell, state: Session) -> list[Said]:
    """Return what the keys of an empty prompt do besides, once there is something to go back to."""
    if state.main.turn is not None or not state.main.turns:
        return []
    twice = " ".join([shell.keymap.shown("prompt.stop", ascii_only=shell.glyphs.ascii_only)] * 2)
    return [(twice, "rewind")]
