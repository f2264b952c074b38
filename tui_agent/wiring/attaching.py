"""An image that a person names or drops, from wherever it is, kept with the session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.messages import Attachment
    from tui_agent.wiring.world import Opened


def attach_image(opened: Opened, path: str) -> Attachment:
    """Read an image and store it. Raises OSError, ValueError with a sentence."""
    from tui_agent.core.images import LARGEST, image_type
    from tui_agent.core.messages import Attachment

    try:
        place = Path(path).expanduser()
        with place.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        message = f"{path} cannot be read: {why}"
        raise OSError(message) from error
    if len(data) > LARGEST:
        message = f"{path} is larger than {LARGEST // 1_000_000} MB"
        raise ValueError(message)
    mime = image_type(data)
    if not mime:
        message = f"{path} is no image that models see: PNG, JPEG, GIF, WebP"
        raise ValueError(message)
    return Attachment(
        name=place.name, mime=mime, content=opened.agent.engine.world.log.put(data, mime=mime)
    )
