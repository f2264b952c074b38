"""What the palette offers: every action and command, from the two tables; and the help sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_agent.ui.tui.picker import Choice, Picker
from tui_agent.ui.tui.slash import SLASH_COMMANDS

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds
    from tui_agent.ui.tui.keymap import Keymap
    from tui_agent.ui.tui.shell import Shell


_GROUPS = {"app": "view"}


def palette_choices(keymap: Keymap, *, ascii_only: bool = False) -> list[Choice]:
    """Return every command, and every action that the palette offers."""
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
            label=action.description.rstrip(".").partition(":")[0],
            group=_GROUPS.get(action.context, action.context),
            key=keymap.shown(action.id, ascii_only=ascii_only),
            notes=((action.description, "text-2"),),
        )
        for action in keymap.actions.values()
        if action.palette
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
    """Return what matches: first what begins with the query, then what holds it."""
    word = query.lower().lstrip("/")
    first = [one for one in choices if one.label.lower().startswith(word)]
    holds = [one for one in choices if word in f"{one.label} {one.key}".lower()]
    return first + [one for one in holds if one not in first]


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


def open_palette(deeds: Deeds) -> bool:
    """Show the palette, and do what is chosen."""

    def taken(value: str) -> None:
        if not value.startswith("/"):
            deeds.shell.call_next(deeds.shell.perform, value)
            return
        command = next(one for one in SLASH_COMMANDS if one.name == value[1:])
        if command.argument and not command.argument.startswith("["):
            deeds.shell.prompt.write(value + " ")
            deeds.frame.to_prompt()
        else:
            deeds.say(value)

    shell = deeds.shell
    choices = palette_choices(shell.keymap, ascii_only=shell.glyphs.ascii_only)
    pick(shell, "commands", choices, taken, verb="run")
    return True


def open_help(shell: Shell) -> None:
    """Show every key, by context."""
    from tui_agent.ui.tui.help_sheet import HelpSheet

    shell.push_screen(HelpSheet())
