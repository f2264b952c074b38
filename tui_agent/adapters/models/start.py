"""Starting the model hosts first, and passing them on when the program starts itself again.

Loaded before anything is drawn, so it imports no event loop: `host_client` takes handles up later.
"""

from __future__ import annotations

import os

from tui_agent.adapters.early import TYPE_CHECKING, Value
from tui_agent.adapters.models.keys import RING_NEEDS, host_environment, strip_key_variables
from tui_agent.adapters.processes.model_hosts import HostProcess, end_host, spawn_host

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, MutableMapping
    from typing import Literal

    HostName = Literal["direct", "litellm"]
    Start = Literal["eager", "lazy", "asleep"]

HOST_NAMES: tuple[HostName, ...] = ("direct", "litellm")
HOSTS_VARIABLE = "AGENT_MODEL_HOSTS"
EXTRA_KEYS_VARIABLE = "AGENT_EXTRA_KEYS"
"""Tells a host the key variables that the settings name beside the known ones."""

KEY_SOURCES_VARIABLE = "AGENT_KEY_SOURCES"
"""Tells a host where it gets the keys that it was not given."""
_LARGEST_VARIABLE = 8_000
"""Characters: what is larger is no setting of a program that prints a key."""


class KeySources(Value):
    """Where a host gets keys that stand in no variable."""

    commands: tuple[tuple[str, str], ...] = ()
    """Key variable, and the command that prints its key."""
    keyring: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    """In an encrypted file that was not opened."""

    def names(self) -> tuple[str, ...]:
        """Return every variable that has a source."""
        return (*(name for name, _ in self.commands), *self.keyring, *self.sealed)


NO_SOURCES = KeySources()


class HostHandle(Value):
    """A started host, before or after an event loop has taken it up."""

    name: HostName
    process: HostProcess

    def end(self) -> None:
        """End a host that nobody took up; it is gone when this returns."""
        end_host(self.process)


def start_host(
    name: HostName,
    environ: Mapping[str, str],
    *,
    start: Start = "eager",
    extra_keys: Collection[str] = (),
    sources: KeySources = NO_SOURCES,
) -> HostHandle:
    """Start a model host and return at once, while it is still importing.

    Args:
        name: `direct` speaks to OpenAI-compatible servers; `litellm` to every other provider.
        environ: Where the keys are; the host gets them and an allow-list of the rest.
        start: `eager` imports now; `lazy` costs a waiting process until its first request; `asleep`
            costs a shell, which other processes of the user can read until it is roused.
        extra_keys: Variables that hold keys besides the known ones, from the user's settings.
        sources: Where it gets other keys, when a request first needs them.

    Raises:
        OSError: if no process can be started.
    """
    here = os.path.dirname(os.path.realpath(__file__))
    arguments = [
        os.path.join(here, "host_main.py"),
        os.path.dirname(os.path.dirname(os.path.dirname(here))),
        name,
        start,
    ]
    given = host_environment(environ, extra_keys)
    if extra_keys:
        given[EXTRA_KEYS_VARIABLE] = ",".join(sorted(extra_keys))
    if sources.names():
        given[KEY_SOURCES_VARIABLE] = _sources_text(sources, environ, extra_keys)
    if sources.keyring:
        given |= {name: environ[name] for name in RING_NEEDS if name in environ}
    return HostHandle(name=name, process=spawn_host(arguments, given, asleep=start == "asleep"))


def _sources_text(sources: KeySources, environ: Mapping[str, str], extra: Collection[str]) -> str:
    import json

    own = strip_key_variables(environ, extra) if sources.commands else {}
    return json.dumps(
        {
            "commands": dict(sources.commands),
            "environ": {k: v for k, v in own.items() if len(k) + len(v) < _LARGEST_VARIABLE},
            "keyring": sources.keyring,
            "sealed": sources.sealed,
        }
    )


def hand_over(
    handles: Mapping[str, HostHandle], environ: Mapping[str, str], extra: Collection[str] = ()
) -> dict[str, str]:
    """Return the environment to start the program again with: no keys, but the way to the hosts.

    The pipes are made to survive the exec, so nothing else may be started before it.
    """
    parts = []
    survives = True
    for handle in handles.values():
        process = handle.process
        ends = (process.to_host, process.from_host, process.errors)
        for end in ends:
            os.set_inheritable(end, survives)
        numbers = (process.pid, *ends, int(process.asleep))
        parts.append(":".join([handle.name, *map(str, numbers)]))
    return strip_key_variables(environ, extra) | {HOSTS_VARIABLE: ",".join(parts)}


def take_over(environ: MutableMapping[str, str]) -> dict[str, HostHandle]:
    """Return the hosts that the program's first start left, by name, and forget where they stood.

    A text that isn't ours (a stale or forged variable) gives none.
    """
    text = environ.pop(HOSTS_VARIABLE, "")
    handles: dict[str, HostHandle] = {}
    for part in filter(None, text.split(",")):
        name, *numbers = part.split(":")
        process = _process(numbers)
        if process is None or name not in HOST_NAMES:
            return {}
        known: HostName = "direct" if name == "direct" else "litellm"
        handles[name] = HostHandle(name=known, process=process)
    return handles


def _process(numbers: list[str]) -> HostProcess | None:
    survives = False
    try:
        pid, to_host, from_host, errors, asleep = map(int, numbers)
        for end in (to_host, from_host, errors):
            os.set_inheritable(end, survives)
    except (ValueError, OSError):
        return None
    return HostProcess(
        pid=pid, to_host=to_host, from_host=from_host, errors=errors, asleep=bool(asleep)
    )
