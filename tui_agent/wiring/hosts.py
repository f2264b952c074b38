"""Starting the model hosts before anything else, and the program again without their keys."""

from __future__ import annotations

import os

from tui_agent.ui.commands.words import begins_a_session, split, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tui_agent.adapters.models.start import HostHandle

DEFAULT_MODEL = "AGENT_DEFAULT_MODEL"
"""Tells the program's second start which model the keys that it no longer has would serve."""


def start_first(argv: list[str]) -> Mapping[str, HostHandle]:
    """Start the hosts of a session, before its command line is read in full; others need none."""
    options, words, literal = split(argv)
    if not begins_a_session(options, words, literal=literal):
        return {}
    return model_hosts(value_of(options, "--model"), argv)


def model_hosts(model: str, argv: list[str]) -> Mapping[str, HostHandle]:
    """Return the running hosts; starts them, and this program anew, where that is still to do.

    The second start has an environment without keys, so that no child of ours can ever read one.
    Where there was no key, the program goes on as it is. A scripted model needs no host, but
    commands run beside it, too.
    """
    from tui_agent.adapters.models.start import take_over

    hosts = take_over(os.environ)
    if hosts:
        return hosts
    from tui_agent.adapters.first_look import first_look
    from tui_agent.adapters.models.endpoints import SCRIPT, Endpoints, host_for, keys_found
    from tui_agent.adapters.models.start import start_host

    named, variables = first_look(os.environ)
    model = model or named
    if model.startswith(SCRIPT):
        _start_again_without(variables, argv, {})
        return {}
    endpoints = Endpoints.of(os.environ)
    if not model:
        keys = keys_found([name for name, value in os.environ.items() if value], endpoints)
        model = keys[0].default_model if keys else ""
        if model:
            os.environ[DEFAULT_MODEL] = model
    needed = host_for(model, endpoints)
    hosts = {
        "direct": start_host("direct", os.environ, eager=True, extra_keys=variables),
        "litellm": start_host(
            "litellm", os.environ, eager=needed == "litellm", extra_keys=variables
        ),
    }
    _start_again_without(variables, argv, hosts)
    return hosts


def without_keys(argv: list[str]) -> None:
    """Start the program again without keys, if there are any, and without a model's host."""
    from tui_agent.adapters.first_look import first_look

    _start_again_without(first_look(os.environ)[1], argv, {})


def _start_again_without(
    variables: Collection[str], argv: list[str], hosts: Mapping[str, HostHandle]
) -> None:
    """Start the program again if there is a key to lose by it."""
    from tui_agent.adapters.models.keys import strip_key_variables
    from tui_agent.adapters.models.start import hand_over

    kept = strip_key_variables(os.environ, variables)
    if len(kept) < len(os.environ):
        _start_again(argv, hand_over(hosts, os.environ, variables))


def _start_again(argv: list[str], environ: Mapping[str, str]) -> None:
    from tui_agent.adapters.processes.model_hosts import exec_again

    home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    # -P keeps the working folder, which is foreign, off the module path.
    code = f"import sys;sys.path.append({home!r});from tui_agent.cli import run;run()"
    exec_again(["-P", "-c", code, *argv], environ)
