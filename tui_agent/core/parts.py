"""What the gate says to each part of a command: a rule, an approval, toolset, reads, mode."""

from __future__ import annotations

from dataclasses import replace

from tui_agent.core.proposal import CommandPart
from tui_agent.core.rules import action_for, covers_part, id_of, is_of_commands, text_of
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toolsets import Toolset, lets_run
from tui_agent.core.weighing import Case, PartSaid, Said, say


def judged_parts(case: Case) -> tuple[PartSaid, ...]:
    """Return the parts of a command with what is said to each; none where it could not be read."""
    command = case.proposal.command
    if command is None or command.unread:
        return ()
    return tuple(_judged(case, part) for part in command.parts)


def _judged(case: Case, part: CommandPart) -> PartSaid:
    for rule in case.rules:
        if rule.action != "deny" and covers_part(rule, case.proposal, part):
            return _by_rule(rule, part)
    for grant in case.grants:
        if grant.rule is not None and covers_part(grant.rule, case.proposal, part):
            said = say("allow", "session.rule", f"you allowed it: {grant.text}", used=(grant.id,))
            return _told(part, said, "allowed for the session", named=_names(grant.rule))
    shells = [one for one in case.toolsets if "shell" in one.tools]
    said = _by_toolset(shells, part, case) if shells else _by_reads(case, part)
    return _told(part, said, "allowed, only reads" if said.action == "allow" else "")


def _by_rule(rule: RuleSettings, part: CommandPart) -> PartSaid:
    action = action_for(rule, part)
    used = (id_of(rule),) if action == "allow" else ()
    said = say(action, id_of(rule), text_of(rule), origin=rule.place or "yours", used=used)
    words = "allowed, your rule" if action == "allow" else "your rule asks"
    return _told(part, said, words, named=action == "allow" and _names(rule))


def _names(rule: RuleSettings) -> bool:
    return is_of_commands(rule) or bool(rule.host)


def _told(part: CommandPart, said: Said, words: str, *, named: bool = False) -> PartSaid:
    reason = words or part.reason
    return PartSaid(part=replace(part, verdict=said.action, reason=reason), said=said, named=named)


def _by_reads(case: Case, part: CommandPart) -> Said:
    if part.reads and case.tier != "none":
        return say("allow", "read.command", "it only reads, in the sandbox")
    return mode_of_command(case)


def mode_of_command(case: Case) -> Said:
    """Return what the mode says to a command of which nothing else is known."""
    if case.mode == "auto" and (case.tier != "none" or case.unconfined):
        return say("allow", "mode.auto", "mode auto runs what the sandbox holds")
    if case.tier == "none":
        return say("ask", "sandbox.none", "no sandbox holds it, so every command asks")
    return say("ask", "ask.command", "it may do more than read; commands ask in this mode")


def _by_toolset(shells: list[Toolset], part: CommandPart, case: Case) -> Said:
    """A command that only looks, inside the workspace, runs; any other asks, in every mode."""
    marks = {mark for target in case.proposal.targets for mark in target.marks}
    for one in shells:
        if lets_run(one, part) and marks <= {"protected"}:
            return _of_toolset("allow", one, f"{part.words[0]} only looks, inside the workspace")
    made_for = [one for one in shells if part.words[0] in one.changing]
    text = f"{part.words[0]} changes files" if made_for else "it lets no such command run unasked"
    return _of_toolset("ask", [*made_for, *shells][0], text)


def _of_toolset(action: str, toolset: Toolset, text: str) -> Said:
    origin = f"toolset {toolset.name}"
    return say("allow" if action == "allow" else "ask", f"toolset.{action}", text, origin=origin)
