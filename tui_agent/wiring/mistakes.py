"""What can go wrong that is nobody's fault of ours: each in a sentence, with its exit status."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_agent.adapters.places import path_of
from tui_agent.ui.exit_status import FAILED, PROVIDER, UNREPLAYABLE, USAGE
from tui_agent.wiring.world import NoModelError

if TYPE_CHECKING:
    from tui_agent.ui.text import Paper

NO_MODEL = (
    "No model: none is chosen, and no key was found in the environment. Nothing was sent.",
    "  export ANTHROPIC_API_KEY=…    a key; agent keys lists the names we look for",
    "  agent --model ollama/NAME …   a server of your own; agent models lists what answers",
    "  agent demo                    a scripted session that needs nothing",
)


def explained(run: Callable[[], int], paper: Paper) -> int:
    """Run, and turn an expected failure into sentences on standard error and its status."""
    from tui_agent.adapters.session_log import (
        LogBusyError,
        LogTooNewError,
        SessionNotFoundError,
    )
    from tui_agent.adapters.settings import SettingsError

    try:
        return run()
    except NoModelError:
        paper.say(*NO_MODEL)
        return PROVIDER
    except SettingsError as error:
        paper.say(f"The settings cannot be used: {error}")
        return USAGE
    except SessionNotFoundError as error:
        paper.say(f"{_capital(str(error.args[0]))}. agent sessions lists them.")
        return USAGE
    except LogBusyError as error:
        paper.say(f"{_capital(str(error))}: look at it with agent replay, or close it there.")
        return USAGE
    except LogTooNewError as error:
        paper.say(_capital(str(error)))
        return UNREPLAYABLE
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{path_of(error)}: " if error.filename else ""
        paper.say(f"{where}{error.strerror or error}")
        return FAILED


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
