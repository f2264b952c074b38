"""What came of a re-execution, in text, as JSON, and as JUnit's XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui_agent.core.codec import dumps
from tui_agent.ui.exit_status import DIVERGED, DONE, UNREPLAYABLE
from tui_agent.ui.figures import plural

if TYPE_CHECKING:
    from tui_agent.core.replay.divergence import Divergence, Severity, Verdict
    from tui_agent.ui.commands.rerun_contract import RerunDone
    from tui_agent.ui.text import Line, Style

STATUS: dict[Verdict, int] = {"same": DONE, "diverged": DIVERGED, "unreplayable": UNREPLAYABLE}
_VERDICTS: dict[Verdict, tuple[str, Style]] = {
    "same": ("✓", "added"),
    "diverged": ("✗", "removed"),
    "unreplayable": ("∅", "danger"),
}
_SIGNS: dict[Severity, tuple[str, Style]] = {
    "fail": ("✗", "removed"),
    "warn": ("!", "warning"),
    "note": ("·", "dim"),
    "unreplayable": ("∅", "danger"),
}
_DIFF: dict[str, Style] = {"+": "added", "-": "removed", "@": "dim"}


def verdict_line(done: RerunDone) -> Line:
    """Return the line that says how it went."""
    sign, style = _VERDICTS[done.verdict]
    counts = (plural(done.requests, "request"), plural(done.calls, "call"))
    facts = f"{done.level}: {counts[0]}, {counts[1]}, {done.seconds:.1f} s"
    return [(style, f"{sign} {done.verdict}"), ("", f"  {done.session}"), ("dim", f"  {facts}")]


def told(done: RerunDone, *, notes: bool = True) -> Iterator[Line]:
    """Yield what is to be said: each divergence with its diff, and the verdict."""
    for one in done.divergences:
        if notes or one.severity != "note":
            yield from divergence_lines(one)
    yield verdict_line(done)


def divergence_lines(one: Divergence) -> Iterator[Line]:
    """Yield a divergence: where, what, and the difference."""
    sign, style = _SIGNS[one.severity]
    where = f"step {one.step}" if one.step else "before the first step"
    call = f"  {one.call_id}" if one.call_id else ""
    agent: Line = [("accent", f"  {one.agent}:")] if one.agent else []
    yield [
        (style, f"{sign} {one.kind:<8}"),
        ("bold", f" {where}"),
        *agent,
        ("", f"  {one.what}"),
        ("dim", call),
    ]
    if one.recorded or one.now:
        yield [("dim", "    recorded  "), ("removed", one.recorded or "nothing")]
        yield [("dim", "    now       "), ("added", one.now or "nothing")]
    for line in one.diff:
        yield [(_DIFF.get(line[:1], ""), f"    {line}")]


def as_json(done: RerunDone) -> str:
    """Return all of it as one line of JSON."""
    return dumps(
        {
            "session": done.session,
            "level": done.level,
            "verdict": done.verdict,
            "records": done.records,
            "requests": done.requests,
            "calls": done.calls,
            "seconds": round(done.seconds, 3),
            "divergences": [_json(one) for one in done.divergences],
        }
    )


def _json(one: Divergence) -> dict[str, object]:
    return {
        "kind": one.kind,
        "severity": one.severity,
        "step": one.step,
        "seq": one.seq,
        "call_id": one.call_id,
        "agent": one.agent,
        "what": one.what,
        "recorded": one.recorded,
        "now": one.now,
        "diff": list(one.diff),
    }


def junit(runs: Sequence[RerunDone]) -> str:
    """Return the runs as JUnit's XML: one test case a session."""
    from xml.etree import ElementTree as ET

    suite = ET.Element(
        "testsuite",
        name="agent replay",
        tests=str(len(runs)),
        failures=str(sum(one.verdict == "diverged" for one in runs)),
        errors=str(sum(one.verdict == "unreplayable" for one in runs)),
        time=f"{sum(one.seconds for one in runs):.3f}",
    )
    for one in runs:
        case = ET.SubElement(
            suite, "testcase", classname=one.level, name=one.session, time=f"{one.seconds:.3f}"
        )
        text = _plain(one)
        if one.verdict != "same":
            name = "failure" if one.verdict == "diverged" else "error"
            first = next(d for d in one.divergences if d.severity in ("fail", "unreplayable"))
            message = f"step {first.step}: {first.what}"
            ET.SubElement(case, name, message=message, type=first.kind).text = text
        elif text:
            ET.SubElement(case, "system-out").text = text
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _plain(done: RerunDone) -> str:
    lines = (
        "".join(text for _, text in line) for d in done.divergences for line in divergence_lines(d)
    )
    return "\n".join(_allowed(line) for line in lines)


def _allowed(text: str) -> str:
    """Return the text without what XML cannot hold."""
    return "".join(char if char >= " " or char == "\t" else "�" for char in text)


def worst(runs: Sequence[RerunDone]) -> int:
    """Return the exit status for all of them."""
    statuses = {STATUS[one.verdict] for one in runs}
    return max(statuses, default=DONE)
