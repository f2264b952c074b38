"""Line mode without a model: what could be used at once, and what else can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.ui.line_review import key_lines

if TYPE_CHECKING:
    from tui_agent.ui.line_input import Input
    from tui_agent.ui.text import Paper
    from tui_agent.ui.tui.choices import FirstRun

AGAIN, DEMO, KEY, NONE = "l", "d", "k", "\r"
"""What is answered; a number is the model at that place."""
_OTHERS = {
    "k": "paste a key: used at once, kept only where you say",
    "d": "try the demo: a scripted model, a throw-away repository, no key",
    "l": "look again: a server may have been started meanwhile",
}
_MOST = 9
PLACES = {"1": "run", "2": "keyring", "3": "file"}


async def choose(found: FirstRun, given: Input, paper: Paper) -> str:
    """Ask what to go on with; return a model's name, or one of the answers above.

    Raises Interrupted, Left.
    """
    models = {str(number): one for number, one in enumerate(found.models[:_MOST], 1)}
    paper.put([("bold", "No model is chosen." if models else "No model was found.")])
    if found.looked:
        paper.put([("dim", found.looked)])
    told = {key: f"{one.model}  {one.source}, {one.where}" for key, one in models.items()}
    none = "no model: reading, replay and figures work without one"
    paper.put(*key_lines({**told, **_OTHERS, "Enter": none}))
    keys = [*models, *_OTHERS]
    given.arm()
    key = await given.key(f"Which? [{' '.join(keys)} Enter] ", [*keys, NONE])
    return models[key].model if key in models else key


async def place_of_key(found: FirstRun, given: Input, paper: Paper) -> str:
    """Ask where a key is to be kept that is typed next: `run`, `keyring` or `file`."""
    words = {"1": "for this run: it is kept nowhere", "3": "in an encrypted file"}
    if found.ring:
        words["2"] = f"in the keyring: {found.ring}"
    words = dict(sorted(words.items()))
    paper.put([("bold", "Where is the key to be kept?")], *key_lines(words))
    given.arm()
    return PLACES[await given.key(f"Which? [{' '.join(words)}] ", list(words))]
