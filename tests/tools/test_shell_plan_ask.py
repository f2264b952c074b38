from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.calls import Bench
from tui_agent.core.ports import ArgumentsError, Tool
from tui_agent.core.proposal import Decision
from tui_agent.tools.apply_patch import ApplyPatch
from tui_agent.tools.ask import Ask
from tui_agent.tools.edit import Edit
from tui_agent.tools.list import List
from tui_agent.tools.plan import SetPlan
from tui_agent.tools.read import Read
from tui_agent.tools.search import Search
from tui_agent.tools.shell import Shell
from tui_agent.tools.write import Write

ALL: list[Tool] = [
    Read(), List(), Search(), Edit(), Write(), ApplyPatch(), Shell(), SetPlan(), Ask(),
]  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(root=tmp_path)


async def test_a_command_streams_and_ends_with_its_status_and_time(bench: Bench) -> None:
    output = await bench.call(Shell(), command="echo out; echo err >&2; exit 3")
    assert "".join(bench.shown) == "out\nerr\n"
    assert (output.ok, output.exit_code) == (False, 3)
    assert isinstance(output.text, str)
    assert output.text.startswith("out\nerr\n[exit 3, ")
    assert output.summary == "exit 3"


@pytest.mark.parametrize(
    ("printed", "summary"),
    [
        ("==== 2 failed, 29 passed in 1.20s ====", "2 failed, 29 passed"),
        ("31 passed, 1 skipped in 0.51s", "31 passed, 1 skipped"),
        ("test result: ok. 12 passed; 0 failed; 0 ignored", "12 passed; 0 failed"),
        ("Tests:       1 failed, 5 passed, 6 total", "1 failed, 5 passed, 6 total"),
        ("Ran 3 tests in 0.1s\n\nFAILED (failures=1)", "FAILED (failures=1)"),
        ("nothing of the kind", ""),
    ],
)
async def test_a_test_runners_own_last_line_is_the_summary(
    bench: Bench, printed: str, summary: str
) -> None:
    output = await bench.call(Shell(), command=f"printf '%s\\n' '{printed}'")
    assert output.summary == summary


async def test_a_command_is_shown_whole_before_it_runs(bench: Bench) -> None:
    proposal = await bench.prepare(Shell(), command="cd src &&\nmake test", timeout=300)
    assert proposal.command is not None
    assert proposal.command.text == "cd src &&\nmake test"
    assert (proposal.title, proposal.command.timeout_seconds) == ("cd src &&", 300)
    assert proposal.effects == {"execute"}


@pytest.mark.capability("S1.15", part="time-out and output cap")
async def test_long_output_is_cut_in_the_middle_and_a_time_out_is_explained(bench: Bench) -> None:
    output = await bench.call(Shell(), command="seq 1 20000; sleep 30", timeout=1)
    assert isinstance(output.text, str)
    assert len(output.text) < 26_000
    assert output.text.startswith("1\n2\n3\n")
    assert "left out …]" in output.text
    assert "20000\n[ended by us after 1 s: time-out." in output.text
    assert (output.exit_code, output.error, output.truncated) == (None, "timeout", True)
    assert len(str(output.output)) <= 50_000


async def test_of_a_progress_line_only_its_last_state_is_told(bench: Bench) -> None:
    output = await bench.call(Shell(), command=r"printf '1%%\r50%%\r100%%\ndone\n'")
    assert str(output.text).startswith("100%\ndone\n[exit 0")
    assert output.output == "1%\r50%\r100%\ndone\n"


@pytest.mark.parametrize("command", ["", "  \n", "a\0b"])
async def test_an_empty_command_is_refused(bench: Bench, command: str) -> None:
    with pytest.raises(ArgumentsError):
        await bench.prepare(Shell(), command=command)


async def test_a_plan_is_shown_without_a_question(bench: Bench) -> None:
    steps = [
        {"text": "Read", "state": "done"},
        {"text": "Fix", "state": "current", "files": ["a.py"]},
        {"text": "Test"},
    ]
    proposal = await bench.prepare(SetPlan(), steps=steps)
    assert (proposal.question, proposal.title) == (None, "3 steps: Fix")
    output = await bench.call(SetPlan(), steps=steps)
    assert output.plan is not None
    assert [(step.id, step.state) for step in output.plan.steps] == [
        ("1", "done"), ("2", "current"), ("3", "to_do"),
    ]  # fmt: skip
    assert output.summary == "1 of 3 done"


async def test_a_plan_that_carries_calls_is_a_question_first(bench: Bench) -> None:
    call = {"tool": "shell", "arguments": {"command": "make"}}
    proposal = await bench.prepare(SetPlan(), steps=[{"text": "Build", "calls": [call]}])
    assert proposal.question is not None
    assert (proposal.question.kind, sorted(proposal.effects)) == ("plan", ["question"])
    output = await bench.run(SetPlan(), proposal, Decision(verdict="once"))
    assert output.plan is not None
    assert output.plan.steps[0].calls[0].arguments == {"command": "make"}
    assert str(output.text).startswith("The user approved the plan.")


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "steps is empty"),
        ([{"text": ""}], "text is empty"),
        ([{"text": "a", "state": "soon"}], "must be one of to_do"),
        ([{"text": "a", "state": "current"}] * 2, "plan_invalid: only one step"),
        ([{"text": "a", "id": "x"}, {"text": "b", "id": "x"}], "plan_invalid: two steps"),
        ([{"text": "a", "calls": [{"tool": "plan", "arguments": {}}]}], "plan_invalid: a step"),
        ([{"text": "a"}] * 31, "31 items, at most 30"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(
    bench: Bench, steps: list[dict[str, object]], words: str
) -> None:
    with pytest.raises(ArgumentsError, match=words):
        await bench.prepare(SetPlan(), steps=steps)


async def test_a_question_comes_back_with_the_choice_in_words(bench: Bench) -> None:
    proposal = await bench.prepare(
        Ask(), question="Which one?", choices=[{"label": "The old"}, {"label": "The new"}]
    )
    assert proposal.question is not None
    assert [one.key for one in proposal.question.choices] == ["1", "2"]
    chosen = await bench.run(Ask(), proposal, Decision(verdict="once", answer="2"))
    assert chosen.text == "The user chose: The new"
    own = await bench.run(Ask(), proposal, Decision(verdict="once", answer="neither"))
    assert own.text == "The user answered: neither"


async def test_a_question_that_nobody_can_answer_is_refused(bench: Bench) -> None:
    with pytest.raises(ArgumentsError, match="free_text"):
        await bench.prepare(Ask(), question="Well?", free_text=False)


def test_all_tools_together_stay_small_in_a_request() -> None:
    described = json.dumps(
        [
            {
                "type": "function",
                "function": {
                    "name": tool.spec.name,
                    "description": tool.spec.description,
                    "parameters": tool.spec.parameters,
                },
            }
            for tool in ALL
        ]
    )
    assert len(described) < 7000


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: str(tool.spec.name))
@pytest.mark.parametrize("raw", ["{", "[]", '{"unknown": 1}', "[" * 100_000])
async def test_broken_arguments_never_reach_a_tool(bench: Bench, tool: Tool, raw: str) -> None:
    with pytest.raises(ArgumentsError):
        await tool.prepare(raw, bench.view())


def test_only_reading_tools_may_run_side_by_side() -> None:
    assert {tool.spec.name for tool in ALL if tool.reads_only} == {"read", "list", "search"}
