"""Line mode's answers to whatever waits: a patch, a command, a question, a plan, the budget."""

from __future__ import annotations

from dataclasses import replace

from tui_agent.core.effect_call import how_it_ran
from tui_agent.core.patch import PatchError
from tui_agent.core.plan import Plan, PlanStep
from tui_agent.core.proposal import Command, Decision, Proposal, Question
from tui_agent.core.spending import amount_in
from tui_agent.core.state import Call
from tui_agent.ui.cost_lines import pause_lines
from tui_agent.ui.line_allow import choose_rule
from tui_agent.ui.line_editing import Edit
from tui_agent.ui.line_input import Input
from tui_agent.ui.line_review import Draft, Keep, Review, TryHunks, explain, key_lines
from tui_agent.ui.line_served import served_lines
from tui_agent.ui.plan_lines import plan_lines
from tui_agent.ui.text import Line, Paper
from tui_agent.ui.transcript import Transcript

COMMAND_KEYS = {
    "y": "yes, this once",
    "s": "yes, and exactly this again in this session",
    "p": "yes, and more of the kind: choose a rule, where it holds and for how long",
    "n": "no",
    "r": "no, with a reason for the model",
    "e": "edit the command, then run it",
    "d": "the effect as a diff: run it in a copy, and review what it changes",
    "t": "yes, this once, in the workspace itself and not in a copy",
    "x": "explain which rule asks, and what was considered",
    "q": "decide later: the question stays open",
}
PLAN_KEYS = {
    "y": "approve the plan: its calls run, each through the gate",
    "n": "reject it",
    "r": "reject it with a reason for the model",
    "e": "edit the steps, then approve",
    "q": "decide later: the question stays open",
}


class Approvals:
    """Asks the person about one call after another."""

    def __init__(self, given: Input, paper: Paper, told: Transcript, edit: Edit) -> None:
        self._input, self._paper, self._told, self._edit = given, paper, told, edit
        self._drafts: dict[str, Draft] = {}
        """The verdicts that were given so far, by open request."""

    async def decide(
        self,
        call: Call,
        sandbox: str,
        *,
        place: str = "",
        try_hunks: TryHunks | None = None,
        keep: Keep | None = None,
    ) -> Decision | None:
        """Return the person's decision; None where they decide later. `place`: in the queue.

        Raises Interrupted, Left.
        """
        proposal = call.proposal
        if proposal is None:
            return None
        waits = f"{call.tool} waits: {proposal.title}"
        queue = f"  {place}" if place else ""
        self._paper.put("", [("pending", "◆ "), ("bold", waits), ("dim", queue)])
        self._input.arm()
        if proposal.patch is not None:
            review = Review(self._input, self._paper, self._edit, try_hunks, keep)
            return await self._patch(proposal, call, review)
        if proposal.question is not None:
            question = proposal.question
            if question.kind == "plan" and question.plan is not None:
                return await self._plan(question.plan)
            return await self._question(question)
        return await self._command(call, proposal, sandbox)

    async def _patch(self, proposal: Proposal, call: Call, review: Review) -> Decision | None:
        try:
            views = await self._told.views_of(proposal)
        except (KeyError, PatchError) as error:
            self._paper.put(
                [("danger", f"✗ The patch cannot be shown, so it is rejected: {error}")]
            )
            return Decision(verdict="reject", feedback="the patch could not be shown")
        if proposal.ran is not None:
            self._paper.put([("dim", f"  {how_it_ran(proposal.ran)}")])
        for note in proposal.notes:
            self._paper.put([("warning", f"! {note}")])
        draft = self._drafts.setdefault(call.request_id, Draft(call.kept))
        decision = await review.decide(views, draft, call.offers)
        if decision is not None:
            del self._drafts[call.request_id]
        return decision

    async def _command(self, call: Call, proposal: Proposal, sandbox: str) -> Decision | None:
        self._paper.put(*_facts(call, proposal, sandbox))
        explain(self._paper, "command", _keys(proposal))
        while True:
            keys = {**_keys(proposal), "?": "these keys"}
            key = await self._input.key(f"[{' '.join(keys)}] ", [*keys])
            if key == "?":
                self._paper.put(*key_lines(keys))
            elif key == "x":
                self._paper.put(*_explained(call))
            elif key == "q":
                return None
            else:
                decision = await self._verdict(key, call, proposal)
                if decision is not None:
                    return decision

    async def _verdict(self, key: str, call: Call, proposal: Proposal) -> Decision | None:
        if key in "ys":
            return Decision(verdict="once" if key == "y" else "session")
        if key in "nr":
            why = await self._input.line("Why? ") if key == "r" else ""
            return Decision(verdict="reject", feedback=why or "")
        command = proposal.command.text if proposal.command is not None else ""
        if key == "e":
            text = (await self._edit(command) or "").strip()
            return Decision(verdict="once", command=text) if text else None
        if key in "dt":
            return Decision(verdict="once", view="copy" if key == "d" else "tree")
        return await choose_rule(self._input, self._paper, call.offers)

    async def _question(self, question: Question) -> Decision | None:
        self._paper.put(question.text)
        for choice in question.choices:
            detail = f"  {choice.detail}" if choice.detail else ""
            self._paper.put([("bold", f"  {choice.key}  "), ("", choice.label), ("dim", detail)])
        hint = "a key, or your own words" if question.free_text else "a key"
        if question.pause is not None:
            self._paper.put(*pause_lines(question.pause))
            hint = "a key; b 5 raises it to $5.00"
        keys = [choice.key for choice in question.choices]
        while True:
            said = await self._input.line(f"Answer ({hint}; empty decides later): ")
            if said is None or not said.strip():
                return None
            key, _, amount = said.strip().partition(" ")
            if question.pause is not None and key == "b" and amount_in(amount) is not None:
                return Decision(verdict="once", answer=key, feedback=amount)
            if said.strip() in keys or question.free_text:
                return Decision(verdict="once", answer=said.strip())
            self._paper.put(f"The answers are {', '.join(keys)}.")

    async def _plan(self, plan: Plan) -> Decision | None:
        self._paper.put(*plan_lines(plan))
        keys = {**PLAN_KEYS, "?": "these keys"}
        explain(self._paper, "plan", keys)
        while True:
            key = await self._input.key(f"[{' '.join(keys)}] ", [*keys])
            if key == "?":
                self._paper.put(*key_lines(keys))
            elif key == "q":
                return None
            elif key == "y":
                return Decision(verdict="once")
            elif key in "nr":
                why = await self._input.line("Why? ") if key == "r" else ""
                return Decision(verdict="reject", feedback=why or "")
            else:
                text = await self._edit("\n".join(step.text for step in plan.steps))
                if text is not None:
                    return Decision(verdict="once", plan=edited_plan(plan, text))


def _keys(proposal: Proposal) -> dict[str, str]:
    """Return the keys that mean something for a call."""
    command = proposal.command
    without = "" if command is not None else "pedt" if proposal.served is None else "edt"
    if command is not None and command.copying is None:
        without = "dt"
    elif command is not None:
        without = "d" if command.view == "copy" else "t"
    return {key: text for key, text in COMMAND_KEYS.items() if key not in without}


def edited_plan(plan: Plan, text: str) -> Plan:
    """Return the plan as the lines of `text` have it; a step that is kept keeps its calls."""
    known = {step.text: step for step in plan.steps}
    steps = []
    for number, line in enumerate((one.strip() for one in text.split("\n")), 1):
        if line:
            kept = known.get(line)
            steps.append(kept or PlanStep(id=f"user-{number}", text=line))
    return replace(plan, steps=tuple(steps), by="user")


def _facts(call: Call, proposal: Proposal, sandbox: str) -> list[Line]:
    lines: list[Line] = []
    if proposal.command is not None:
        lines.append([("dim", "  $ "), ("bold", proposal.command.text)])
        lines += _copy_lines(proposal.command)
        if proposal.command.cwd != ".":
            lines.append([("dim", f"    in {proposal.command.cwd}")])
        lines += [
            dim(f"    {part.text}: {part.verdict}, {part.reason}")
            for part in proposal.command.parts
        ]
        if proposal.command.unread:
            lines.append(dim(f"    it is not read as plain words: {proposal.command.unread}"))
        if proposal.command.reach != "workspace":
            hosts = ", ".join(proposal.hosts) or "unknown hosts"
            lines.append([("warning", f"    reaches the {proposal.command.reach}: {hosts}")])
    lines += served_lines(proposal)
    for target in proposal.targets:
        marks = f" ({', '.join(target.marks)})" if target.marks else ""
        lines.append([("dim", f"    {target.effect} {target.path}{marks}")])
    lines += [[("warning", f"    {note}")] for note in proposal.notes]
    confined = proposal.served.sandbox if proposal.served is not None else sandbox
    return [*lines, *_reason(call), [("dim", f"    sandbox: {confined}")]]


def _copy_lines(command: Command) -> list[Line]:
    if command.copying is None:
        return []
    lines: list[Line] = []
    if command.view == "copy":
        text = "    runs in a copy of the workspace; what it changes there is reviewed first"
        lines.append([("bold", text)])
    where = "the copy does not hold back" if command.view == "copy" else "d would not hold back"
    lines += [[("warning", f"    {where}: {one}")] for one in command.copying.not_held]
    return lines


def _explained(call: Call) -> list[Line]:
    silent = ", ".join(one.step for one in call.considered if not one.said)
    steps = [dim(f"    {one.step}: {one.said}") for one in call.considered if one.said]
    return [*_reason(call), dim(f"    nothing said by {silent}"), *steps]


def dim(text: str) -> Line:
    """Return a line of lesser weight."""
    return [("dim", text)]


def _reason(call: Call) -> list[Line]:
    if call.reason is None:
        return []
    return [
        [("", f"    {call.reason.text}"), ("dim", f"  {call.reason.rule}, {call.reason.origin}")]
    ]
