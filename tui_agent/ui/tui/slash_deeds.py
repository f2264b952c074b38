"""What each command that begins with a slash does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_agent.core import commands as ask
from tui_agent.core.overview import NOT_RECORDED
from tui_agent.core.servers import is_served
from tui_agent.ui.moments import clock
from tui_agent.ui.tui.slash import parse
from tui_agent.ui.undo_words import HELP as UNDO_HELP
from tui_agent.ui.undo_words import undo_wish

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds


def run_slash(deeds: Deeds, text: str) -> bool:
    """Do what `/word rest` says; return False where the text is a message after all."""
    command, rest = parse(text)
    if command is None:
        word = text.split(maxsplit=1)[0]
        if is_served(word[1:]):
            name, _, rest = text[1:].partition(" ")
            deeds.client.send(ask.AskServers(what="prompt", name=name, rest=rest.strip()))
            return True
        if "/" in word[1:]:
            return False
        deeds.toast(f"There is no command {word}. Type / to see them.", bad=True)
        deeds.shell.prompt.write(text)
        return True
    _DEEDS[command.name](deeds, rest)
    return True


def _mcp(deeds: Deeds, rest: str) -> None:
    verb, _, name = rest.partition(" ")
    if not rest:
        deeds.client.send(ask.AskServers())
    elif verb == "restart" and name.strip():
        deeds.client.send(ask.AskServers(what="restart", name=name.strip()))
    else:
        deeds.toast("/mcp says how the servers of tools stand; /mcp restart NAME.", bad=True)


def _mode(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.tui.deeds import MODES

    if rest in MODES:
        deeds.client.send(ask.SetMode(mode=rest))
    else:
        deeds.toast(f"Modes are {', '.join(MODES)}.", bad=True)


def _model(deeds: Deeds, rest: str) -> None:
    if rest:
        deeds.client.send(ask.SetModel(model=rest))
    else:
        deeds.tell(f"The model is {deeds.frame.state.model}. /model NAME changes it.")


def _undo(deeds: Deeds, rest: str) -> None:
    wish = undo_wish(rest)
    if wish is None:
        deeds.toast(UNDO_HELP, bad=True)
    else:
        deeds.client.send(wish)


def _rewind(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.tui.rewind_deeds import open_rewind

    open_rewind(deeds, rest)


def _blame(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.tui.blame_items import open_blame

    open_blame(deeds, rest)


def _fork(deeds: Deeds, rest: str) -> None:
    if rest and not rest.isdecimal():
        deeds.toast("/fork goes on in a copy of this session; /fork 12: up to step 12.", bad=True)
    elif deeds.frame.state.main.turn is not None:
        deeds.toast("A turn is open: answer what waits, let it end, or stop it with Esc.", bad=True)
    elif deeds.frame.state.id == NOT_RECORDED:
        deeds.toast("Nothing of this session is recorded, so it cannot be forked.", bad=True)
    else:
        deeds.quit("fork", deeds.frame.state.id, rest)


def _budget(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.budget_words import budget_wish

    try:
        deeds.client.send(budget_wish(rest))
    except ValueError as error:
        deeds.toast(str(error), bad=True)


def _cost(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.tui.told_lines import show_cost

    del rest
    deeds.shell.run_worker(show_cost(deeds), name="cost", exclusive=True, group="cost")


def _memory(deeds: Deeds, verb: str, rest: str) -> None:
    from tui_agent.ui.tui.told_lines import show_lines

    door = deeds.shell.doors.memory
    if door is None:
        return
    try:
        told = door(verb, rest)
    except ValueError as error:
        deeds.toast(f"{error}.", bad=True)
        return
    if verb == "memory":
        show_lines(deeds, "What is remembered about this project", told)
    else:
        deeds.toast("".join(text for _, text in told[0]))


def _theme(deeds: Deeds, rest: str) -> None:
    if not rest:
        from tui_agent.ui.tui.palette import choose_look

        choose_look(deeds)
        return
    deeds.wear(rest)


def _sessions(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.tui.session_picker import open_sessions

    open_sessions(deeds, rest)


def _replay(deeds: Deeds, rest: str) -> None:
    del rest
    deeds.quit("replay", deeds.frame.state.id)


def _export(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.tui.session_picker import export_session

    export_session(deeds, deeds.frame.state.id, form=rest)


def _context(deeds: Deeds, rest: str) -> None:
    from tui_agent.core.events import InstructionsLoaded
    from tui_agent.ui.context_lines import context_lines
    from tui_agent.ui.tui.told_lines import show_lines

    del rest
    main = deeds.frame.state.main
    found = context_lines(main.instructions or InstructionsLoaded(), main.system, main.tools)
    show_lines(deeds, "What the model is told", tuple(found))


def _plan(deeds: Deeds, rest: str) -> None:
    del rest
    deeds.frame.to_pane("Plan")


def _label(deeds: Deeds, rest: str) -> None:
    if rest:
        deeds.client.send(ask.Label(text=rest))
        deeds.toast(f"This place is now called {rest}")
    else:
        deeds.toast("/label NAME gives this place a name.", bad=True)


def _approvals(deeds: Deeds, rest: str) -> None:
    from tui_agent.ui.grant_lines import NONE
    from tui_agent.ui.tui.palette import pick
    from tui_agent.ui.tui.picker import Choice

    del rest
    state = deeds.frame.state
    if not state.grants:
        deeds.tell(NONE)
        return
    choices = [
        Choice(
            value=grant.id,
            label=grant.text,
            key=f"{state.used.get(grant.id, 0)} used",
            notes=(
                (f"since {clock(grant.ts)}, for the agent {grant.agent_id}", "text-2"),
                ("written into your settings, too" if grant.scope == "user" else "", "text-3"),
            ),
        )
        for grant in state.grants.values()
    ]
    pick(deeds.shell, "approvals", choices, _revoker(deeds), verb="take it back")


def _revoker(deeds: Deeds) -> Callable[[str], None]:
    def revoke(grant_id: str) -> None:
        deeds.client.send(ask.Revoke(grant_id=grant_id))

    return revoke


_DEEDS: dict[str, Callable[[Deeds, str], object]] = {
    "help": lambda deeds, _: deeds.help(),
    "mcp": _mcp,
    "mode": _mode,
    "model": _model,
    "budget": _budget,
    "cost": _cost,
    "remember": lambda deeds, rest: _memory(deeds, "remember", rest),
    "forget": lambda deeds, rest: _memory(deeds, "forget", rest),
    "memory": lambda deeds, rest: _memory(deeds, "memory", rest),
    "plan": _plan,
    "undo": _undo,
    "rewind": _rewind,
    "fork": _fork,
    "blame": _blame,
    "checks": lambda deeds, _: deeds.client.send(ask.RunChecks()),
    "compact": lambda deeds, rest: deeds.client.send(ask.Compact(instructions=rest)),
    "approvals": _approvals,
    "label": _label,
    "sessions": _sessions,
    "replay": _replay,
    "export": _export,
    "theme": _theme,
    "attach": lambda deeds, rest: (
        deeds.attach(rest) if rest else deeds.toast("/attach FILE: an image.", bad=True)
    ),
    "clear": lambda deeds, _: deeds.quit("new"),
    "context": _context,
    "copy": lambda deeds, _: deeds.copy_answer(),
    "quit": lambda deeds, _: deeds.quit(),
}
