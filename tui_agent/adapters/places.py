"""Where our own files live: state and settings, by AGENT_HOME and the XDG variables."""

from __future__ import annotations

import os

from tui_agent.adapters.early import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class NoPlaceError(OSError):
    """There is no folder that we may keep something in; the message says where we looked."""


class StatePlace(Value):
    """The folder that sessions and snapshots are kept in."""

    path: Path
    notice: str = ""
    """What the user should know of it, where it is not the usual one."""


def state_home(environ: Mapping[str, str]) -> Path:
    """Return the folder for what must survive a restart; it need not exist.

    Raises:
        NoPlaceError: neither AGENT_HOME nor XDG_STATE_HOME nor a home folder is known.
    """
    from pathlib import Path

    return Path(_place(environ, variable="XDG_STATE_HOME", below_home=".local/state"))


def config_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the user's settings; it need not exist.

    Raises:
        NoPlaceError: as `state_home`.
    """
    from pathlib import Path

    return Path(config_folder(environ))


def config_folder(environ: Mapping[str, str]) -> str:
    """Return the path of `config_home` as text, for what runs before anything is loaded."""
    return _place(environ, variable="XDG_CONFIG_HOME", below_home=".config")


def settings_bytes(folder: str, most: int = -1) -> bytes:
    """Return what a folder's settings file begins with, for what runs before anything is loaded.

    A pipe in its place gives nothing, at once: what is wrong with the file is said later. Raises
    OSError.
    """
    with open(f"{folder}/config.toml", "rb", opener=_at_once) as file:
        return file.read(most) or b""


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def usable_state(environ: Mapping[str, str]) -> StatePlace:
    """Return the state folder, made where it was missing; a temporary one where that fails."""
    try:
        path = state_home(environ)
        _make_private(path)
    except OSError as error:
        import tempfile
        from pathlib import Path

        path = Path(tempfile.mkdtemp(prefix="agent-state-"))
        reason = (
            str(error) if isinstance(error, NoPlaceError) else f"{path_of(error)}: {error.strerror}"
        )
        return StatePlace(
            path=path,
            notice=f"Sessions are kept in {path} and may be lost: {reason}",
        )
    return StatePlace(path=path)


def path_of(error: OSError) -> str:
    """Return the path that an OSError names."""
    return os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "?"


def _place(environ: Mapping[str, str], *, variable: str, below_home: str) -> str:
    own = environ.get("AGENT_HOME", "")
    if own:
        # The working folder may be gone; a whole path does not need it.
        return own if own.startswith("/") else os.path.join(os.getcwd(), own)
    # The XDG specification has relative values ignored.
    given = environ.get(variable, "")
    if given.startswith("/"):
        return os.path.join(given, "agent")
    home = environ.get("HOME") or _home_of_account()
    if not home.startswith("/"):
        message = f"no home folder: HOME, {variable} and AGENT_HOME are not set"
        raise NoPlaceError(message)
    return os.path.join(home, below_home, "agent")


def _home_of_account() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""


def _make_private(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(13, "cannot be written", str(path))
