"""What the palette offers: every action, command, theme and session; and the help sheet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.ui.tui.chrome import Said
from tui_agent.ui.tui.dressing import VALUE as THEME
from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.keymap import contexts_of
from tui_agent.ui.tui.picker import Choice, Picker
from tui_agent.ui.tui.slash import SLASH_COMMANDS

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds
    from tui_agent.ui.tui.keymap import Keymap
    from tui_agent.ui.tui.keys_table import Action
    from tui_agent.ui.tui.shell import Shell

SESSION = "session:"
"""What begins the value of a choice that is a session."""
SHORTEST, MOST_SESSIONS = 2, 6
"""Letters from which sessions are looked for, and how many are offered."""
PANES = {
    "conversation": "Conversation",
    "plan": "Plan",
    "review": "Changes",
    "output": "Output",
}
"""Panes to which the palette goes to act there."""
_GROUPS = {"app": "view", "prompt": "message", "pane": "view"}
_MOVES = frozenset({"down", "up", "page_down", "page_up", "first", "last", "back", "complete"})
_ALWAYS = frozenset({"review.full", "review.undo", "review.undo_edit", "plan.edit"})
"""What can be done to changes and plan although nothing waits."""
_NOT_OFFERED = frozenset(
    {"app.palette", "app.help", "pane.help", "prompt.help", "prompt.send", "prompt.newline"}
    | {"prompt.recall", "prompt.later", "prompt.stop"}
)
"""What only moves, or makes no sense from a list: the key is the quicker way, or the only one."""


def offered(keymap: Keymap, focus: str, waiting: Collection[str] = ()) -> Iterable[Action]:
    """Return the actions that make sense now: those heard, those of panes, answers where one waits.

    `waiting` are the contexts of the panes that wait for an answer.
    """
    answers = {"review", "plan"} - {focus, *waiting}
    for context in dict.fromkeys(("app", "prompt", *reversed(contexts_of(focus)), *PANES)):
        for action in keymap.actions.values():
            idle = context in answers and action.id not in _ALWAYS
            moves = action.id.partition(".")[2] in _MOVES or action.id in _NOT_OFFERED
            if action.context == context and not (moves or idle):
                yield action


def palette_choices(
    keymap: Keymap,
    *,
    focus: str = "prompt",
    waiting: Collection[str] = (),
    ascii_only: bool = False,
) -> list[Choice]:
    """Return every command and every action."""
    choices = [
        Choice(
            value=f"/{one.name}",
            label=one.title or one.description.rstrip("."),
            group=one.group,
            key=f"/{one.name}",
            notes=((one.description, "text-2"), (f"/{one.name} {one.argument}".strip(), "text-3")),
        )
        for one in SLASH_COMMANDS
    ]
    return choices + [
        Choice(
            value=action.id,
            label=action.description.rstrip(".").partition(":")[0].partition(";")[0],
            group=_GROUPS.get(action.context, action.context),
            key=keymap.shown(action.id, ascii_only=ascii_only),
            notes=((action.description, "text-2"), (action.id, "text-3")),
        )
        for action in offered(keymap, focus, waiting)
    ]


def history_choices(sent: Sequence[str]) -> list[Choice]:
    """Return the messages sent before, the newest first."""
    choices = []
    for text in sent:
        lines = text.split("\n")
        more = tuple((line, "text-2") for line in lines[:8]) if len(lines) > 1 else ()
        choices.append(Choice(value=text, label=lines[0], notes=more))
    return choices


def narrowed(choices: Sequence[Choice], query: str) -> list[Choice]:
    """Return what matches: what begins with the query, what holds it, what has all its letters."""
    word = query.lower().lstrip("/")
    ranked = sorted(((_rank(one, word), one) for one in choices), key=lambda pair: pair[0])
    # Scattered letters count only where nothing holds the word.
    worst = _SCATTERED if ranked and ranked[0][0] == _SCATTERED else _HELD
    return [one for rank, one in ranked if rank <= worst]


_HELD, _SCATTERED, _NOWHERE = 3, 4, 5
_LONG = 4
"""Letters from which a group may be meant."""


def _rank(choice: Choice, word: str) -> int:
    label = choice.label.lower()
    if label.startswith(word) or choice.key.lower() == f"/{word}":
        return 0
    if f" {word}" in label:
        return 1
    text = f"{label} {choice.key}".lower()
    if word in text:
        return 2
    if len(word) >= _LONG and all(part in f"{text} {choice.group}" for part in word.split()):
        return 3
    letters = iter(label)
    return _SCATTERED if all(letter in letters for letter in word) else _NOWHERE


def pick(
    shell: Shell, noun: str, choices: Sequence[Choice], taken: Callable[[str], None], verb: str = ""
) -> None:
    """Let a person choose, and give the value to `taken`; nothing where they close it."""

    async def find(query: str) -> Sequence[Choice]:
        return narrowed(choices, query)

    def closed(value: str | None) -> None:
        if value:
            taken(value)

    shell.push_screen(Picker(noun, find, verb=verb or "take it"), closed)


class HistoryPicker(Picker):
    """Messages sent before, the newest first; the key that opened it goes on to older ones."""

    key_context = "history"
    verb = "take it"

    def act(self, action: str) -> bool:
        """Do what the list does, by the names of the history."""
        return super().act(_IN_HISTORY.get(action, action))

    def footer(self) -> list[Said]:
        """Return the keys, as they are bound."""
        app = app_of(self)
        return app.keymap.footer("history", ascii_only=app.glyphs.ascii_only)


_IN_HISTORY = {
    "history.older": "picker.down",
    "history.newer": "picker.up",
    "history.page_older": "picker.page_down",
    "history.page_newer": "picker.page_up",
    "history.take": "picker.choose",
    "history.close": "picker.close",
}


def pick_message(shell: Shell, sent: Sequence[str], taken: Callable[[str], None]) -> None:
    """Let a person choose a message sent before."""
    choices = history_choices(sent)

    async def find(query: str) -> Sequence[Choice]:
        return narrowed(choices, query)

    def closed(value: str | None) -> None:
        if value:
            taken(value)

    shell.push_screen(HistoryPicker("messages", find), closed)


def open_palette(deeds: Deeds) -> bool:
    """Show the palette, and do what is chosen."""
    keymap, ascii_only = deeds.shell.keymap, deeds.shell.glyphs.ascii_only
    waiting = [slot.pane.key_context for slot in deeds.frame.side.slots if slot.pane.waits]
    actions = palette_choices(
        keymap, focus=deeds.frame.focus, waiting=waiting, ascii_only=ascii_only
    )
    themes = deeds.dressing.choices()

    async def find(query: str) -> Sequence[Choice]:
        return [*narrowed([*actions, *themes], query), *await _sessions(deeds, query)]

    _choose(deeds, Picker("commands", find, verb="run", looked_at=deeds.dressing.try_on))
    return True


def choose_look(deeds: Deeds) -> None:
    """Show the themes, each as soon as the cursor is on it."""
    themes = [replace(one, group="") for one in deeds.dressing.choices()]

    async def find(query: str) -> Sequence[Choice]:
        return narrowed(themes, query)

    _choose(deeds, Picker("themes", find, verb="wear it", looked_at=deeds.dressing.try_on))


def _choose(deeds: Deeds, picker: Picker) -> None:
    def closed(value: str | None) -> None:
        if value and value.startswith(THEME):
            deeds.wear(value.removeprefix(THEME))
            return
        deeds.dressing.try_on("")
        if value:
            _taken(deeds, value)

    deeds.shell.push_screen(picker, closed)


async def _sessions(deeds: Deeds, query: str) -> list[Choice]:
    find = deeds.shell.doors.sessions
    if find is None or len(query) < SHORTEST:
        return []
    lines = await find(query)
    return [
        Choice(
            value=SESSION + line.id,
            label=" ".join(line.title.split()),
            group="earlier",
            key=line.day,
            pressed=False,
            notes=((f"Take up the session of {line.day}, {line.time} again.", "text-2"),),
        )
        for line in lines[:MOST_SESSIONS]
    ]


def _taken(deeds: Deeds, value: str) -> None:
    if value.startswith(SESSION):
        deeds.quit("resume", value.removeprefix(SESSION))
    elif not value.startswith("/"):
        _perform(deeds, value)
    else:
        command = next(one for one in SLASH_COMMANDS if one.name == value[1:])
        if command.argument and not command.argument.startswith("["):
            deeds.shell.prompt.write(value + " ")
            deeds.frame.to_prompt()
        else:
            deeds.say(value)


def _perform(deeds: Deeds, action: str) -> None:
    """Do an action where it is heard: its pane gets the focus first."""
    context = action.partition(".")[0]
    if context in PANES and context != deeds.frame.focus:
        deeds.frame.to_pane(PANES[context])
    elif context == "prompt":
        deeds.frame.to_prompt()
    deeds.shell.call_next(deeds.shell.perform, action)


def open_help(shell: Shell) -> None:
    """Show every key, those of what has the focus first."""
    from tui_agent.ui.tui.help_sheet import HelpSheet

    shell.push_screen(HelpSheet(contexts=shell.key_contexts()))
