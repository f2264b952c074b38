"""The gate: what a proposal may do without asking, what asks, and what is refused; and why.

The order in which it is decided: what no profile allows, deny rules, the mode plan, questions,
a server's tool that has changed, exactly this call allowed for the session, what asks in every
mode, rules, approvals of this session, the chosen toolsets, plain reads, the mode. Each part of a
command must be allowed by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tui_agent.core.always import asks_always
from tui_agent.core.globs import matches
from tui_agent.core.grants import Grant, is_live, session_key
from tui_agent.core.parts import judged_parts, mode_of_command
from tui_agent.core.proposal import CommandPart, Considered, Proposal, Reason
from tui_agent.core.rules import Action, could_read, covers_call, denies, id_of, live, text_of
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toolsets import Toolset
from tui_agent.core.weighing import Case, PartSaid, Said, say

READS = "read.command"
"""The rule by which a command runs because it only reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the gate says to a proposal."""

    action: Action
    reason: Reason
    parts: tuple[CommandPart, ...] = ()
    """The parts of its command, each with what is said to it."""
    considered: tuple[Considered, ...] = ()
    """The steps to the answer, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All that the gate looks at beside the proposal."""

    mode: str
    tier: str = "none"
    """What confines commands; `none` lets no command pass unasked."""
    unconfined: bool = False
    """Whether the user has said that commands may run without a sandbox."""
    rules: tuple[RuleSettings, ...] = ()
    grants: tuple[Grant, ...] = ()
    """What this agent was allowed for the session."""
    used: Mapping[str, int] = field(default_factory=dict)
    """How often each rule and grant has allowed, by its id."""
    now: str = ""
    """The time, in UTC, for rules that end."""
    attended: bool = True
    """Whether a person is there to be asked."""
    answer: Literal["", "approve", "reject"] = ""
    """What automation says where the mode asks: `--approve-all`, `--reject-all`."""
    write_paths: tuple[str, ...] = ("**",)
    read_paths: tuple[str, ...] = ("**",)
    """Listing and searching leave out the rest; what names another file is refused."""
    programs: tuple[str, ...] = ()
    """The programs that a command may start; any other is refused. Empty: any."""
    toolsets: tuple[Toolset, ...] = ()
    """What the user has narrowed the session to."""


def decide(proposal: Proposal, now: Circumstances) -> Outcome:
    """Return what the gate says, with the rule that says it and the way to it."""
    case = _case(proposal, now)
    considered: list[Considered] = []
    found: Said | None = None
    for name, step in _IN_ORDER:
        found = step(case, now)
        considered.append(Considered(step=name, said="" if found is None else _in_words(found)))
        if found is not None:
            break
    said = _unless_unseen(found or _by_mode(case, now), case)
    said = _answered(said, proposal, now)
    return Outcome(
        action=said.action,
        reason=Reason(rule=said.rule, text=said.text, origin=said.origin, used=said.used),
        parts=tuple(_shown(one, said) for one in case.parts),
        considered=tuple(considered),
    )


def _case(proposal: Proposal, now: Circumstances) -> Case:
    case = Case(
        proposal=proposal,
        mode=now.mode,
        tier=now.tier,
        unconfined=now.unconfined,
        rules=live(now.rules, now.now, now.used),
        grants=tuple(one for one in now.grants if is_live(one, now.now, now.used)),
        toolsets=now.toolsets,
    )
    return replace(case, parts=judged_parts(case))


_SHOWN = {"protect.secret": "may hold a secret", "protect.outside": "outside the workspace"}


def _shown(one: PartSaid, said: Said) -> CommandPart:
    """Return a part with what is said to it, where the whole asks because of it, too."""
    part = one.part
    mark = said.rule.removeprefix("protect.")
    if said.action != "ask" or part.verdict == "ask":
        return part
    if mark in part.marks and said.rule in _SHOWN:
        return replace(part, verdict="ask", reason=_SHOWN[said.rule])
    if said.rule == "protect.network" and part.network and not one.named:
        return replace(part, verdict="ask", reason="reaches the network")
    return part


def _in_words(said: Said) -> str:
    return f"{said.action}: {said.text}"


def _answered(found: Said, proposal: Proposal, now: Circumstances) -> Said:
    """Return what comes of asking where nobody is there, or automation answers."""
    if found.action != "ask":
        return found
    if now.answer == "reject":
        return say("deny", "automation.reject", "--reject-all refuses all that asks")
    if now.answer == "approve" and _may_automate(proposal, now, found):
        return say("allow", "automation.approve", f"--approve-all; {found.text}")
    if not now.attended:
        return replace(found, action="deny", text=f"nobody is there to ask; {found.text}")
    return found


def _may_automate(proposal: Proposal, now: Circumstances, found: Said) -> bool:
    if found.rule.startswith(("protect.", "ask.question", "deny.")):
        return False
    return "execute" not in proposal.effects or now.tier != "none" or now.unconfined


# The steps, in order


def _forbidden(case: Case, now: Circumstances) -> Said | None:
    proposal = case.proposal
    for target in proposal.targets:
        if target.effect == "edit" and not any(
            matches(target.path, glob) for glob in now.write_paths
        ):
            return say("deny", "profile.paths", f"the profile writes no {target.path}")
        names_a_file = proposal.tool == "read" or proposal.command is not None
        if (
            target.effect == "read"
            and names_a_file
            and not any(matches(target.path, glob) for glob in now.read_paths)
        ):
            return say("deny", "profile.paths", f"the profile reads no {target.path}")
    command = proposal.command
    if command is None or not now.programs:
        return None
    if command.unread or not command.parts:
        text = f"the profile runs plain commands alone: {command.unread or 'it was not read'}"
        return say("deny", "profile.programs", text)
    other = [part.words[0] for part in command.parts if part.words[0] not in now.programs]
    if other:
        return say("deny", "profile.programs", f"the profile does not run {other[0]}")
    return None


def _denied(case: Case, _now: Circumstances) -> Said | None:
    for rule in case.rules:
        if rule.action == "deny" and denies(rule, case.proposal):
            return _of_rule(rule, "deny")
    return None


def _plan_mode(case: Case, now: Circumstances) -> Said | None:
    proposal = case.proposal
    if now.mode != "plan" or proposal.effects <= {"read", "question"}:
        return None
    if proposal.command is not None and proposal.command.only_reads:
        return None
    return say("deny", "mode.plan", "mode plan changes nothing; Shift-Tab leaves it")


def _question(case: Case, now: Circumstances) -> Said | None:
    question = case.proposal.question
    if question is None:
        return None
    if question.kind == "plan":
        return say("ask", "ask.plan", "its calls run once the plan is approved")
    if now.attended:
        return say("ask", "ask.question", "it is a question to you")
    return say("deny", "ask.question", "it is a question, and nobody is there to answer it")


def _changed(case: Case, _now: Circumstances) -> Said | None:
    served = case.proposal.served
    if served is None or not served.changed:
        return None
    return say("ask", "protect.changed", f"{served.tool} is not what you allowed: it has changed")


def _by_grant(case: Case, _now: Circumstances) -> Said | None:
    key = session_key(case.proposal)
    for grant in case.grants:
        if grant.key == key:
            text = "you allowed exactly this for the session"
            return say("allow", "session.exact", text, used=(grant.id,))
    return None


def _always(case: Case, _now: Circumstances) -> Said | None:
    return asks_always(case)


def _by_rule(case: Case, _now: Circumstances) -> Said | None:
    """What rules say of the call as a whole; of a command's parts they speak one by one."""
    if case.parts:
        return None
    for rule in case.rules:
        if rule.action in ("allow", "ask") and covers_call(rule, case.proposal):
            return _of_rule(rule, "allow" if rule.action == "allow" else "ask")
    for grant in case.grants:
        if grant.rule is not None and covers_call(grant.rule, case.proposal):
            return say("allow", "session.rule", f"you allowed it: {grant.text}", used=(grant.id,))
    return None


def _by_parts(case: Case, _now: Circumstances) -> Said | None:
    """A command is allowed where each of its parts is; else what asks first speaks for it."""
    if not case.parts:
        return None
    asking = [one for one in case.parts if one.said.action == "ask"]
    chosen = (asking or [one for one in case.parts if not one.part.reads] or [*case.parts])[0].said
    used = tuple(dict.fromkeys(name for one in case.parts for name in one.said.used))
    return replace(chosen, used=() if asking else used)


def _unless_unseen(said: Said, case: Case) -> Said:
    """Where a rule denies a path, no command that could read it runs because of the mode alone."""
    if said.action != "allow" or said.rule not in (READS, "mode.auto", "toolset.allow"):
        return said
    for rule in case.rules:
        if could_read(rule, case.proposal):
            text = f"it could read what a rule denies: {rule.path}"
            return say("ask", "deny.unseen", text, origin=rule.place or "yours")
    return said


def _by_mode(case: Case, now: Circumstances) -> Said:
    effects = case.proposal.effects
    if "execute" in effects:
        return mode_of_command(case)
    if "edit" in effects:
        if now.mode in ("edit", "auto"):
            return say("allow", f"mode.{now.mode}", "edits in the workspace are applied")
        return say("ask", "ask.write", "every edit asks in mode ask")
    return say("allow", "read", "it only reads")


def _of_rule(rule: RuleSettings, action: Action) -> Said:
    used = (id_of(rule),) if action == "allow" else ()
    return say(action, id_of(rule), text_of(rule), origin=rule.place or "yours", used=used)


_IN_ORDER = (
    ("the profile", _forbidden),
    ("deny rules", _denied),
    ("mode plan", _plan_mode),
    ("questions", _question),
    ("whether a server's tool has changed", _changed),
    ("exactly this, allowed for the session", _by_grant),
    ("what asks in every mode", _always),
    ("rules", _by_rule),
    ("each part of the command", _by_parts),
    ("the mode", _by_mode),
)
