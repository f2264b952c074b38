"""What can go wrong that is nobody's fault of ours: each in a sentence, with its exit status."""

from __future__ import annotations

from tui_agent.adapters.places import path_of
from tui_agent.ui.exit_status import FAILED, PROVIDER, UNREPLAYABLE, USAGE
from tui_agent.wiring.world import NoModelError

NO_MODEL = (
    "No model: none is chosen, and no key was found. Nothing was sent.",
    "  agent keys set anthropic      keep a key; export ANTHROPIC_API_KEY=… does for one shell",
    "  agent --model ollama/NAME …   a server of your own; agent models lists what answers",
    "  agent demo                    a scripted session that needs nothing",
)


def told(error: Exception) -> tuple[int, tuple[str, ...]] | None:
    """Return the status and the sentences of a failure that can happen to anybody."""
    from tui_agent.adapters.bundles import BundleError
    from tui_agent.adapters.runner.tier_missing import TierMissingError
    from tui_agent.adapters.session_log import (
        LogBusyError,
        LogTooNewError,
        SessionNotFoundError,
    )
    from tui_agent.adapters.settings import SettingsError
    from tui_agent.core.needs import NoEligibleModelError

    match error:
        case NoModelError():
            return PROVIDER, NO_MODEL
        case NoEligibleModelError():
            said = f"{error.code}: {error}. Your setting `need` asks for it."
            return PROVIDER, (said, "  agent models --need … shows which models can what")
        case SettingsError():
            return USAGE, (f"The settings cannot be used: {error}",)
        case SessionNotFoundError():
            said = f"{_capital(str(error.args[0]))}. agent sessions lists them."
            return USAGE, (said,)
        case LogBusyError():
            said = f"{_capital(str(error))}: look at it with agent replay, or close it there."
            return USAGE, (said,)
        case LogTooNewError():
            return UNREPLAYABLE, (_capital(str(error)),)
        case BundleError():
            return UNREPLAYABLE, (_capital(str(error)) + ".",)
        case TierMissingError():
            said = f"{_capital(str(error))}. agent doctor shows what this machine can."
            return USAGE, (said,)
        case OSError():
            return FAILED, _of_the_system(error)
        case _:
            return None


def _of_the_system(error: OSError) -> tuple[str, ...]:
    from tui_agent.agent.session import LogWriteError

    if isinstance(error, LogWriteError):
        said = f"The session's log cannot be written ({error.strerror}): nothing more is done."
        return said, "  make room on the disk, and try it again"
    where = f"{path_of(error)}: " if error.filename else ""
    return (f"{where}{error.strerror or error}",)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
