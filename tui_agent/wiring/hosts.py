"""Starting the model hosts before anything else, and the program again without their keys."""

from __future__ import annotations

import os

from tui_agent.ui.commands.words import begins_a_session, split, value_of, without_a_screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tui_agent.adapters.first_look import FirstLook
    from tui_agent.adapters.models.endpoints import Endpoints
    from tui_agent.adapters.models.start import HostHandle, Start
    from tui_agent.wiring.first_keys import FirstKeys

DEFAULT_MODEL = "AGENT_DEFAULT_MODEL"
"""Tells the program's second start which model the keys that it no longer has would serve."""


def start_first(argv: list[str]) -> Mapping[str, HostHandle]:
    """Start the hosts of a session, before its command line is read in full; others need none."""
    options, words, literal = split(argv)
    if not begins_a_session(options, words, literal=literal):
        return {}
    return model_hosts(value_of(options, "--model"), argv)


def model_hosts(model: str, argv: list[str], *, ask: bool = True) -> Mapping[str, HostHandle]:
    """Return the running hosts; starts them, and this program anew, where that is still to do.

    The second start has an environment without keys, so that no child of ours can ever read one.
    Where there was no key, the program goes on as it is. A scripted model needs no host, but
    commands run beside it, too. `ask` says that a passphrase may be asked for. Where a screen is to
    be drawn, the hosts sleep until that is done: what comes after it rouses them.
    """
    from tui_agent.adapters.models.start import take_over

    hosts: Mapping[str, HostHandle] = take_over(os.environ)
    if hosts:
        return hosts
    from tui_agent.adapters.first_look import first_look
    from tui_agent.adapters.models.endpoints import SCRIPT, host_for

    look = first_look(os.environ)
    model = model or look.model
    if model.startswith(SCRIPT):
        _start_again_without(look.variables, argv, {})
        return {}
    endpoints = _endpoints(look)
    found = _kept_keys(look, endpoints)
    model = model or _default_model(found, endpoints)
    if found is not None and ask:
        from tui_agent.wiring.first_keys import opened

        found = opened(found, look, (model, *look.fallback), endpoints)
    if _draws_a_screen(argv):
        hosts = _started(look, found, {}, "asleep")
    else:
        hosts = _started(look, found, {"direct", host_for(model, endpoints)}, "lazy")
    always = found is not None and found.opened
    _start_again_without(look.variables, argv, hosts, always=always)
    return hosts


def _default_model(found: FirstKeys | None, endpoints: Endpoints) -> str:
    """Return the model that the first key suggests, and tell it the second start."""
    from tui_agent.adapters.models.endpoints import keys_found

    there = [name for name, value in os.environ.items() if value]
    keys = keys_found(there if found is None else found.names(), endpoints)
    if keys:
        os.environ[DEFAULT_MODEL] = keys[0].default_model
    return keys[0].default_model if keys else ""


def _started(
    look: FirstLook, found: FirstKeys | None, at_once: Collection[str], others: Start
) -> Mapping[str, HostHandle]:
    """Start the hosts; those that are named import at once."""
    from tui_agent.adapters.models.start import HOST_NAMES, NO_SOURCES, start_host

    environ = os.environ if found is None else found.environ
    sources = NO_SOURCES if found is None else found.sources
    extra = look.variables
    return {
        name: start_host(
            name,
            environ,
            start="eager" if name in at_once else others,
            extra_keys=extra,
            sources=sources,
        )
        for name in HOST_NAMES
    }


def _endpoints(look: FirstLook) -> Endpoints:
    from tui_agent.adapters.models.endpoints import Endpoints, own_endpoint

    commands = dict(look.commands)
    own = [
        own_endpoint(
            one.name,
            one.base_url,
            "litellm" if one.dialect == "litellm" else "openai",
            one.key_variable,
            has_command=one.name in commands,
        )
        for one in look.endpoints
    ]
    return Endpoints.of(os.environ, own)


def _kept_keys(look: FirstLook, endpoints: Endpoints) -> FirstKeys | None:
    """Return where keys are that stand in no variable; None where there are none."""
    if not look.commands and not os.path.exists(f"{look.folder}/keys.json"):
        return None
    from tui_agent.wiring.first_keys import find_keys

    return find_keys(os.environ, look, endpoints)


def _draws_a_screen(argv: list[str]) -> bool:
    """Return whether the first thing that somebody waits for is the screen."""
    options, words, literal = split(argv)
    draws = begins_a_session(options, words, literal=literal) or words[:1] == ["review"]
    return draws and os.isatty(0) and os.isatty(1) and not without_a_screen(options)


def without_keys(argv: list[str]) -> None:
    """Start the program again without keys, if there are any, and without a model's host."""
    from tui_agent.adapters.first_look import first_look

    _start_again_without(first_look(os.environ).variables, argv, {})


def _start_again_without(
    variables: Collection[str],
    argv: list[str],
    hosts: Mapping[str, HostHandle],
    *,
    always: bool = False,
) -> None:
    """Start the program again if there is a key to lose by it."""
    from tui_agent.adapters.models.keys import strip_key_variables
    from tui_agent.adapters.models.start import hand_over

    kept = strip_key_variables(os.environ, variables)
    if always or len(kept) < len(os.environ):
        _start_again(argv, hand_over(hosts, os.environ, variables))


def _start_again(argv: list[str], environ: Mapping[str, str]) -> None:
    from tui_agent.adapters.processes.model_hosts import exec_again

    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    # -P keeps the working folder, which is foreign, off the module path.
    code = f"import sys;sys.path.append({home!r});from tui_agent.cli import run;run()"
    exec_again(["-P", "-c", code, *argv], environ)
