"""`agent keys`: where keys are, and keeping, replacing, removing and trying them.

No key is ever shown, and none is taken from the command line: other users could read it there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tui_agent.ui.asking import can_ask, hidden
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.keys_contract import KeyState, KeyTried, KeyWork, Place
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, PROVIDER
from tui_agent.ui.text import Style

EXAMPLES = """\
examples:
  agent keys                        where there is a key, by provider
  agent keys set anthropic          type it; it is kept in the keyring or an encrypted file
  pass show openai | agent keys set openai --in keyring
  agent keys rotate anthropic       put a new one in its place; the old one is refused from then on
  agent keys test anthropic         ask the provider whether it takes the key; costs nothing
  agent keys remove anthropic

A key is looked for in the provider's variable (export ANTHROPIC_API_KEY=…), then printed by the
command that your settings name under [api_key_cmd], then in the keyring, then in the encrypted
file.
"""
VERBS = ("list", "set", "rotate", "remove", "test")
ENOUGH = 4096


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(
        prog="agent keys",
        description="Where the keys of providers are. Their values are never shown.",
        epilog=EXAMPLES,
    )
    made.add_argument("verb", nargs="?", choices=VERBS, default="list", help="list, unless said")
    made.add_argument("provider", nargs="?", metavar="PROVIDER", help="such as anthropic")
    made.add_argument("--in", dest="place", choices=("keyring", "file"), help="where to keep it")
    made.add_argument("--all", action="store_true", help="list the providers without a key, too")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    keys = around.keys
    if parsed.verb == "list":
        return _list(around, everything=parsed.all)
    if not parsed.provider:
        if parsed.verb == "test":
            return await _test_all(around)
        message = f"which provider? agent keys {parsed.verb} anthropic, for example"
        raise UsageError(message)
    state = _named(keys, parsed.provider)
    if parsed.verb == "test":
        return _tell(around, state.provider, await keys.tried(state.provider))
    if parsed.verb == "remove":
        keys.remove(state.variable)
        around.paper.say(f"The key for {state.provider} is no longer kept.")
        return DONE
    if parsed.verb == "rotate":
        return _rotate(around, state)
    return _set(around, state, parsed.place)


def _list(around: Surroundings, *, everything: bool) -> int:
    states = around.keys.states()
    found = [one for one in states if one.sources]
    for one in states if everything else [*found, *(one for one in states if one.refused)]:
        first, *others = one.sources or ("",)
        style, mark = _mark(one)
        where = first or "no key"
        if one.kept and first in ("keyring", "encrypted file"):
            where += f", since {one.at[:10]}"
        if others:
            where += f"; also in: {', '.join(others)}"
        if one.refused:
            where += f"; the one in the environment was replaced on {one.refused[:10]}"
        around.paper.put(
            [
                (style, f"{mark} "),
                ("" if first else "dim", f"{one.provider:<12} {one.variable:<22} "),
                ("dim", where),
            ]
        )
    if not found:
        around.paper.say(
            "No key was found: not in the environment, the keyring or an encrypted file.",
            "  agent keys set anthropic    keeps one; agent keys list --all names the providers",
        )
    elif not everything:
        rest = len([one for one in states if not one.sources])
        around.paper.say([("dim", f"{rest} more providers have none; agent keys list --all")])
    return DONE


def _mark(one: KeyState) -> tuple[Style, str]:
    if one.sources:
        return "added", "✓"
    return ("warning", "!") if one.refused else ("dim", "·")


def _named(keys: KeyWork, provider: str) -> KeyState:
    states = keys.states()
    for one in states:
        if provider in (one.provider, one.variable):
            return one
    known = ", ".join(one.provider for one in states)
    message = f"no provider {provider!r} takes a key; known are {known}, and your [[endpoints]]"
    raise UsageError(message)


def _set(around: Surroundings, state: KeyState, place: Place | None) -> int:
    if state.kept:
        message = (
            f"a key for {state.provider} is kept already; "
            f"agent keys rotate {state.provider} replaces it"
        )
        raise UsageError(message)
    ring = around.keys.ring() if place != "file" else ""
    if place == "keyring" and not ring:
        message = "there is no keyring here that keeps a key safe; --in file takes a passphrase"
        raise UsageError(message)
    chosen: Place = "keyring" if ring else "file"
    around.keys.keep(state.variable, _typed_key(state.provider), chosen)
    where = f"the keyring ({ring})" if ring else "the encrypted file"
    around.paper.say(f"Kept in {where}. agent keys test {state.provider} tries it.")
    _say_what_counts(around, state)
    return DONE


def _rotate(around: Surroundings, state: KeyState) -> int:
    if not state.kept:
        message = f"no key for {state.provider} is kept; agent keys set {state.provider} keeps one"
        raise UsageError(message)
    around.keys.replace(state.variable, _typed_key(state.provider, new=True))
    around.paper.say(f"The key for {state.provider} is replaced; the old one is refused.")
    around.paper.say("Revoke it at the provider, too: we cannot.")
    _say_what_counts(around, _named(around.keys, state.provider))
    return DONE


def _say_what_counts(around: Surroundings, state: KeyState) -> None:
    before = [one for one in state.sources if one in ("environment", "api_key_cmd")]
    if before:
        around.paper.say([("warning", f"! The one from {before[0]} counts before it.")])


def _typed_key(provider: str, *, new: bool = False) -> str:
    """Return the key that is typed, or piped in. Raises UsageError where there is none."""
    if sys.stdin is not None and not sys.stdin.isatty():
        key = sys.stdin.readline(ENOUGH).strip()
    elif can_ask():
        key = hidden(f"{'New key' if new else 'Key'} for {provider} (not shown): ")
    else:
        key = ""
    if not key:
        message = "no key was given; type it on a terminal, or pipe it in"
        raise UsageError(message)
    return key


async def _test_all(around: Surroundings) -> int:
    status = DONE
    tried = 0
    for one in around.keys.states():
        if one.sources:
            tried += 1
            status = max(status, _tell(around, one.provider, await around.keys.tried(one.provider)))
    if not tried:
        around.paper.say("There is no key to try. agent keys set anthropic keeps one.")
        return PROVIDER
    return status


_WORDS: dict[str, tuple[Style, str, str]] = {
    "ok": ("added", "✓", "takes the key"),
    "key": ("danger", "✗", "does not take the key"),
    "not_got": ("danger", "✗", "was not asked"),
    "none": ("dim", "·", "has no key to try; agent keys set keeps one"),
    "failing": ("warning", "!", "answers, but is in trouble"),
    "unreachable": ("danger", "✗", "does not answer"),
    "unknown": ("dim", "·", "cannot be asked before a request"),
}


def _tell(around: Surroundings, provider: str, tried: KeyTried) -> int:
    style, mark, words = _WORDS.get(tried.state, _WORDS["unknown"])
    said = f", {tried.ms} ms" if tried.state == "ok" else ""
    said += f": {tried.said}" if tried.said else ""
    around.paper.put([(style, f"{mark} "), ("", f"{provider:<12} {words}"), ("dim", said)])
    return DONE if tried.state in ("ok", "unknown") else PROVIDER
