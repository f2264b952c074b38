"""What `agent doctor` says of keys and models: where keys are, and which model would be used."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.contract import Finding

if TYPE_CHECKING:
    from tui_agent.ui.commands.keys_contract import KeyState
    from tui_agent.wiring.around import Around

KEEP = "agent keys set anthropic"


def model_findings(around: Around) -> Iterator[Finding]:
    """Yield what there is to say of keys, the place where they would be kept, and the model."""
    states = around.keys.states()
    yield _keys(states)
    for one in states:
        if one.refused:
            text = f"the key in {one.variable} was replaced on {one.refused[:10]} and is refused"
            yield Finding(name="keys", state="note", text=text, mend=f"unset {one.variable}")
    yield _place(around)
    yield from _sealed(around)
    yield _model(around)
    yield from _stand_ins(around)


def _keys(states: list[KeyState]) -> Finding:
    found = [f"{one.provider} ({one.sources[0]})" for one in states if one.sources]
    if found:
        return Finding(name="keys", state="ok", text=", ".join(found))
    text = "none: not in the environment, a command, the keyring or an encrypted file"
    return Finding(name="keys", state="note", text=text, mend=KEEP)


def _place(around: Around) -> Finding:
    ring = around.keys.ring()
    text = ring or "none that keeps a key safe; an encrypted file takes its place"
    return Finding(name="keyring", state="ok", text=text)


def _sealed(around: Around) -> Iterator[Finding]:
    from tui_agent.adapters.key_store.index import SEALED_FILE
    from tui_agent.adapters.places import NoPlaceError, config_folder

    try:
        file = Path(config_folder(around.environ)) / SEALED_FILE
        mode = stat.S_IMODE(file.stat().st_mode)
    except (OSError, NoPlaceError):
        return
    if mode & 0o077:
        text = f"{file} can be read by others; what is in it is sealed all the same"
        yield Finding(name="keys", state="note", text=text, mend=f"chmod 600 {file}")


def _model(around: Around) -> Finding:
    settings = around.settings
    default = next((one.default_model for one in around.providers() if one.found), "")
    if settings.model:
        return Finding(name="model", state="ok", text=settings.model)
    if settings.need:
        needs = ",".join(settings.need)
        text = f"by need: {needs}; agent models --need {needs} says which"
        return Finding(name="model", state="ok", text=text)
    if default:
        return Finding(name="model", state="ok", text=f"{default}, by the key found")
    text = "none chosen, and no key suggests one"
    return Finding(name="model", state="note", text=text, mend=f"{KEEP}, or agent --model …")


def _stand_ins(around: Around) -> Iterator[Finding]:
    """Say which declared stand-ins could not answer, and which limits are nobody's."""
    from tui_agent.adapters.models.endpoints import UnknownModelError

    there = {one.name for one in around.providers() if one.found or one.keyless}
    for name in around.settings.fallback:
        try:
            route = around.endpoints.route(name)
        except UnknownModelError as error:
            yield Finding(name="fallback", state="note", text=str(error))
            continue
        if route.key_variable and not route.keyless and route.provider not in there:
            text = f"{name} could not stand in: there is no key for {route.provider}"
            mend = f"agent keys set {route.provider}"
            yield Finding(name="fallback", state="note", text=text, mend=mend)
    known = {one.name for one in around.endpoints.all} | {"script"}
    for rate in around.settings.rates:
        if rate.provider not in known:
            text = f"{rate.provider} is no provider that we know; its limits hold if litellm has it"
            yield Finding(name="rates", state="note", text=text)
