"""How a call is cared for: tried again, sent elsewhere, kept within a provider's limits."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tui_agent.adapters.models.pace import Rate
from tui_agent.adapters.models.retries import PATIENT, RetryRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What happens around the attempts at a model."""

    retries: RetryRule = PATIENT
    stand_ins: tuple[str, ...] = ()
    """The models that take over, in order, where the one that was asked cannot answer."""
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """What each provider allows, by its name."""
    chance: Callable[[], float] = random.random
    """From 0 to 1, drawn anew for each wait."""
    now: Callable[[], float] = time.monotonic
    """Seconds of a clock that never goes back."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits for so many seconds."""
