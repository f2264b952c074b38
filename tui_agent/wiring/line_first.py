"""Line mode without a model: what is offered, and what becomes of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.ui.exit_status import DONE, PROVIDER
from tui_agent.ui.line_first import AGAIN, DEMO, KEY, NONE, choose, place_of_key
from tui_agent.wiring.model_chosen import take_model

if TYPE_CHECKING:
    from tui_agent.ui.line_input import Input
    from tui_agent.wiring.around import Around


async def without_model(around: Around, given: Input) -> tuple[int, tuple[str, ...]]:
    """Let a model be chosen; return the exit status and what is gone on to, if it is no session.

    Raises Interrupted, Left.
    """
    from tui_agent.wiring.first_card import first_run

    while True:
        found = await first_run(around)
        answer = await choose(found, given, around.paper)
        if answer == DEMO:
            return DONE, ("demo",)
        if answer == KEY:
            return DONE, ("key", await place_of_key(found, given, around.paper))
        if answer != AGAIN:
            break
    said = take_model(around, "" if answer == NONE else answer)
    if said:
        around.paper.put(said)
    return DONE, ()


def key_pasted(around: Around, place: str) -> int:
    """Have a key typed where nobody sees it, keep it where that is wanted, and begin again."""
    from tui_agent.ui.asking import hidden
    from tui_agent.wiring.first_card import keep_key
    from tui_agent.wiring.hosts import model_hosts
    from tui_agent.wiring.keys import keep_pasted

    if not keep_key(hidden("Paste the key, then Enter; it is not shown: ")):
        around.paper.say("Nobody's keys begin like this one.")
        return PROVIDER
    if place != "run":
        keep_pasted(around, place)
    model_hosts("", list(around.options.argv))
    return DONE
