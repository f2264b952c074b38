"""What asks in every mode: the network, paths outside, secrets, protected files, set-user-id bits.

Only exactly the same call allowed for the session, or a rule that names what it frees, stands
before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui_agent.core.proposal import Target
from tui_agent.core.rules import covers_call, frees_file
from tui_agent.core.settings import RuleSettings
from tui_agent.core.shell.scan import scanned
from tui_agent.core.weighing import Case, Said, say

SET_ID = 0o6000


def asks_always(case: Case) -> Said | None:
    """Return why a call asks whatever the mode; None where nothing of it does."""
    if case.proposal.served is not None:
        return _served(case)
    return _unconfined(case) or _network(case) or _files(case) or _set_user_id(case)


def _rules(case: Case) -> tuple[RuleSettings, ...]:
    granted = tuple(one.rule for one in case.grants if one.rule is not None)
    return tuple(one for one in (*case.rules, *granted) if one.action == "allow")


def _served(case: Case) -> Said | None:
    """A server's hints are no permission: a rule that names its tool, or its host, frees it."""
    served = case.proposal.served
    if served is None or any(_allows_network(rule, case) for rule in _rules(case)):
        return None
    return say("ask", "protect.server", f"it is a tool of {served.server}, another program")


def _unconfined(case: Case) -> Said | None:
    command = case.proposal.command
    if command is None or command.reach != "outside":
        return None
    return say("ask", "protect.outside", "it would run without the sandbox, as you")


def _network(case: Case) -> Said | None:
    proposal = case.proposal
    if "network" not in proposal.effects:
        return None
    if case.parts and case.proposal.failed is None:
        if all(one.named for one in case.parts if one.part.network):
            return None
    elif any(_allows_network(rule, case) for rule in _rules(case)):
        return None
    where = f": {', '.join(proposal.hosts)}" if proposal.hosts else ""
    return say("ask", "protect.network", f"it reaches the network{where}")


def _allows_network(rule: RuleSettings, case: Case) -> bool:
    """A rule frees a call without parts by its host, or by naming the very tool of a server."""
    if not covers_call(rule, case.proposal):
        return False
    return bool(rule.host) or case.proposal.command is None


def _files(case: Case) -> Said | None:
    for target in case.proposal.targets:
        said = _file(target)
        if said is not None and not any(
            frees_file(rule, case.proposal, target.path) for rule in _rules(case)
        ):
            return said
    return None


def _file(target: Target) -> Said | None:
    path = target.path
    if "outside" in target.marks:
        return say("ask", "protect.outside", f"{path} is outside the workspace")
    if "secret" in target.marks:
        return say("ask", "protect.secret", f"{path} may hold a secret")
    if "protected" in target.marks and target.effect == "edit":
        text = f"{path} changes how tools behave; it always asks"
        return say("ask", "protect.file", text)
    return None


def _set_user_id(case: Case) -> Said | None:
    proposal = case.proposal
    files = proposal.patch.files if proposal.patch else ()
    by_patch = any(file.new_mode is not None and file.new_mode & SET_ID for file in files)
    by_part = any(_sets_bits(one.part.words) and not one.named for one in case.parts)
    command = proposal.command
    unread = command is not None and command.unread and _sets_bits((command.text,))
    if not (by_patch or by_part or unread):
        return None
    return say("ask", "protect.suid", "it sets a set-user-id bit")


def _sets_bits(words: Sequence[str]) -> bool:
    """Return whether chmod or install stands there with such a mode, also within a word."""
    readings = [words, *(found for word in words if set(word) & _BLANK for found in scanned(word))]
    return any(
        {"chmod", "install"} & {word.rpartition("/")[2] for word in reading}
        and any(_has_bits(_OPTION.sub("", word)) for word in reading)
        for reading in readings
    )


_BLANK = frozenset(" \t\n;&|(){}")


_OPTION = re.compile(r"^(--mode=|-[A-Za-z]*m)")
"""What a mode may be written together with: `-Dm4755`."""


def _has_bits(mode: str) -> bool:
    """Return whether a mode sets a bit of `SET_ID`, as a number, by letters, or `+4000`."""
    if _is_octal(mode):
        return bool(int(mode, 8) & SET_ID)
    return any(
        "s" in given or (_is_octal(given) and bool(int(given, 8) & SET_ID))
        for one in mode.split(",")
        if _SYMBOLIC.fullmatch(one)
        for given in _SETTING.findall(one)
    )


_SYMBOLIC = re.compile(r"[ugoa]*([-+=][rwxXstugo0-7]*)+")
_SETTING = re.compile(r"[+=]([^-+=]*)")


def _is_octal(text: str) -> bool:
    return bool(text) and set(text) <= set("01234567")
