"""The keys of line mode's prompts on a capable terminal. Only imported where one is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from prompt_toolkit.filters import Condition, is_searching
from prompt_toolkit.key_binding import (
    ConditionalKeyBindings,
    KeyBindings,
    KeyBindingsBase,
    KeyPressEvent,
)
from prompt_toolkit.keys import Keys

from tui_agent.ui.line_reading import READ_TOGETHER


class _Pastes:
    """Knows when something was pasted: what is read together with it was not typed.

    A pasted text may hold the sign that ends a paste, so that its rest looks like keys.
    """

    def __init__(self) -> None:
        self._at = float("-inf")

    def note(self) -> None:
        """Something was pasted, or read together with it."""
        self._at = time.monotonic()

    def just_now(self) -> bool:
        """Return whether a key that is handled now came with the paste."""
        if time.monotonic() - self._at > READ_TOGETHER:
            return False
        self.note()
        return True


def line_keys(
    edit: Callable[[KeyPressEvent], None], queued: Callable[[], bool], ahead: Callable[[], bool]
) -> KeyBindingsBase:
    """Return the keys of a message: it is sent, goes on in the next line, is steered, edited.

    `edit` opens the editor on it; `queued` says whether a message waits to be sent; `ahead` whether
    what is read now was typed before the prompt stood there. A search in the history has the usual
    keys.
    """
    keys = KeyBindings()
    pastes = _Pastes()

    @keys.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        pastes.note()
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    @keys.add("enter")
    def send_or_break(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if pastes.just_now():
            buffer.insert_text("\n")
        elif buffer.complete_state is not None and buffer.complete_state.current_completion:
            buffer.complete_state = None
            buffer.insert_text(" ")
        elif buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("c-j")
    def break_line_unless_ahead(event: KeyPressEvent) -> None:
        # A terminal that nobody read from yet made it of Enter.
        (send_or_break if ahead() else break_line)(event)

    @keys.add("escape", "enter")
    def break_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c")
    def clear_or_leave(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt())

    _commands(keys, queued)
    keys.add("c-g")(edit)
    return ConditionalKeyBindings(keys, ~is_searching)


def _commands(keys: KeyBindings, queued: Callable[[], bool]) -> None:
    """Add the keys that say what a command says in words."""

    @Condition
    def empty() -> bool:
        from prompt_toolkit.application import get_app

        return not get_app().current_buffer.text

    @keys.add("c-s")
    def steer(event: KeyPressEvent) -> None:
        if text := event.current_buffer.text.strip():
            event.app.exit(result=f"/steer {text}")

    @keys.add("s-tab", filter=empty)
    def next_mode(event: KeyPressEvent) -> None:
        event.app.exit(result="/mode next")

    @keys.add("up", filter=empty & Condition(queued))
    def recall(event: KeyPressEvent) -> None:
        event.app.exit(result="/recall")


def answer_keys(keys: Collection[str], armed: Callable[[], bool]) -> KeyBindings:
    """Return the keys of a question: those that answer it, once it is armed, and no others."""
    bound = KeyBindings()
    pastes = _Pastes()

    def answer(event: KeyPressEvent) -> None:
        if armed() and not pastes.just_now():
            event.app.exit(result=event.data)

    def nothing(_event: KeyPressEvent) -> None:
        """Swallow a key that means nothing here."""
        pastes.just_now()

    @bound.add(Keys.BracketedPaste)
    def pasted(_event: KeyPressEvent) -> None:
        pastes.note()

    bound.add(Keys.Any)(nothing)
    bound.add("enter")(answer if "\r" in keys else nothing)
    for key in keys:
        if key != "\r":
            bound.add(key)(answer)

    @bound.add("c-c")
    def interrupt(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt())

    @bound.add("c-d")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError())

    return bound
