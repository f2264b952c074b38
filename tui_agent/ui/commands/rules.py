"""`agent rules`: which rules hold, and what the gate says to a command, without running it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.codec import dumps, encode
from tui_agent.core.policy import Circumstances, Outcome
from tui_agent.core.proposal import Proposal
from tui_agent.core.rules import text_of
from tui_agent.ui.commands import rules_what_if
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.text import Line, Style

EXAMPLES = """\
examples:
  agent rules list                            your rules, and where each stands
  agent rules test 'git status'               allowed, asked or denied, and by which rule
  agent --profile strict rules test 'curl x'  under another profile
  agent --mode auto rules test 'make'         in another mode
  agent rules test 'git push' --json          the same for a program
  agent rules what-if new.toml                what it would have said so far
"""
_STYLES: dict[str, tuple[str, Style]] = {
    "allow": ("✓ allow", "added"),
    "ask": ("◆ ask", "pending"),
    "deny": ("∅ deny", "removed"),
}


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent rules", description=__doc__, epilog=EXAMPLES)
    verbs = made.add_subparsers(
        dest="verb", metavar="{list,test,what-if}", parser_class=Parser, required=True
    )
    verbs.add_parser("list", help="the rules that hold here, in order", epilog=EXAMPLES)
    tested = verbs.add_parser("test", help="what the gate says to a command", epilog=EXAMPLES)
    tested.add_argument("command", help="the whole command, quoted")
    tested.add_argument("--json", action="store_true", help="the answer as JSON")
    rules_what_if.add(verbs.add_parser)
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.verb == "list":
        _list(around)
        return DONE
    if parsed.verb == "what-if":
        return rules_what_if.run(parsed, around)
    proposal, now, outcome = await around.at_the_gate(parsed.command)
    if parsed.json:
        command = encode(proposal.command)
        told = {"command": command, "mode": now.mode, "sandbox": now.tier, **encode(outcome)}
        around.paper.data(dumps(told))
        return DONE
    word, style = _STYLES[outcome.action]
    around.paper.put([(style, word), ("", f"  {outcome.reason.text}")])
    around.paper.put(*_parts(proposal, outcome), *_explained(proposal, now, outcome))
    return DONE


def _list(around: Surroundings) -> None:
    rules = around.settings.rules
    if not rules:
        around.paper.put("There are no rules. `agent rules test 'CMD'` says what a command meets.")
    for number, rule in enumerate(rules, 1):
        name = f"  {rule.name}" if rule.name else ""
        around.paper.put(
            [("bold", f"{number:>3}  "), ("", text_of(rule)), ("dim", f"{name}  {rule.place}")]
        )


def _parts(proposal: Proposal, outcome: Outcome) -> list[Line]:
    command = proposal.command
    if command is not None and command.unread:
        return [[("dim", f"  it is not read as plain words: {command.unread}")]]
    lines: list[Line] = []
    for number, part in enumerate(outcome.parts, 1):
        sign, style = _STYLES[part.verdict]
        lines.append(
            [
                (style, f"  {sign[0]} "),
                ("dim", f"{number} "),
                ("", part.text),
                ("dim", f"  {part.reason}"),
            ]
        )
    return lines


def _explained(proposal: Proposal, now: Circumstances, outcome: Outcome) -> list[Line]:
    lines: list[Line] = [
        [("dim", f"  rule {outcome.reason.rule}, {outcome.reason.origin}")],
        [("dim", f"  mode {now.mode}, sandbox {now.tier}")],
    ]
    for target in proposal.targets:
        marks = f" ({', '.join(target.marks)})" if target.marks else ""
        lines.append([("dim", f"  {target.effect}s {target.path}{marks}")])
    if "network" in proposal.effects:
        lines.append([("dim", f"  hosts {', '.join(proposal.hosts) or 'unknown'}")])
    lines.append([("dim", "  in order:")])
    silent = ", ".join(step.step for step in outcome.considered if not step.said)
    steps: list[Line] = [
        [("dim", f"    {step.step}: {step.said}")] for step in outcome.considered if step.said
    ]
    return [*lines, [("dim", f"    nothing said by {silent}")], *steps]
