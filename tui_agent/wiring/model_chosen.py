"""What becomes of a model that a person chose where none was: it is theirs from then on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring


def take_model(wiring: Wiring, name: str) -> str:
    """Use a model, keep it for the next start, and say where; no name: go on without one.

    Where it cannot be kept it is used all the same, and why is said.
    """
    from tui_agent.adapters.models.endpoints import NONE_CHOSEN

    wiring.choose_model(name or NONE_CHOSEN)
    if not name:
        return ""
    from tui_agent.adapters.places import config_folder
    from tui_agent.adapters.settings.keep_choice import keep_choice

    try:
        file = Path(config_folder(wiring.environ)) / "config.toml"
        place = keep_choice(file, "", "model", name)
    except (OSError, ValueError) as error:
        return f"{name} is used this time; it was not kept for the next: {error}."
    return f"{name} is your model from now on: `model` in {place}."
