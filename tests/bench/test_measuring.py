from __future__ import annotations

from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import edits, replay, sandbox, soak, start
from bench.answers import BEGINS, ENDS, TOKEN_CHARACTERS, markdown
from bench.figures import Figure, percentile, table
from bench.headless import prefix_share
from bench.programs import floor, make_repository
from tui_agent.adapters.models.script import ScriptTurn, choose, parse_script
from tui_agent.adapters.session_log import StoredSession
from tui_agent.core.messages import Message, ToolCall
from tui_agent.core.prompt import COMPACTION
from tui_agent.core.state.stops import find_stops


def test_the_smallest_program_paints_and_then_shows_what_is_typed(tmp_path: Path) -> None:
    times = start.start_once(floor(make_repository(tmp_path)))
    assert times is not None
    painted, typed = times
    assert 0 < painted <= typed < 10


def test_a_long_answer_is_as_long_as_it_says_and_always_the_same() -> None:
    answer = markdown(1000)
    assert answer.startswith(BEGINS)
    assert answer.endswith(f"{ENDS}.")
    assert 1.0 <= len(answer) / TOKEN_CHARACTERS / 1000 <= 1.3
    assert answer == markdown(1000)


def test_the_edit_that_is_timed_changes_six_thousand_lines_in_a_thousand_places() -> None:
    before, after = edits.texts()
    pairs = list(zip(before.split(b"\n"), after.split(b"\n"), strict=True))
    assert sum(old != new for old, new in pairs) == edits.CHANGED
    assert edits.hunks(before, after) == edits.CHANGED // edits.RUN


def test_a_table_shows_what_was_measured_and_what_was_not() -> None:
    shown = table(
        [
            Figure(name="start", unit="s", runs=[0.5, 0.3, 0.4], floor=[0.2], goal="≤ 1"),
            Figure(name="keys", unit="ms"),
        ]
    )
    assert "| start | 0.4 s | 0.3 … 0.5 (3) | 0.2 s | ≤ 1 |  |" in shown
    assert "| keys | – |  |  |  | not measured |" in shown
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.95) == 4.0


def test_a_prefix_that_is_rewritten_is_not_a_kept_one() -> None:
    first, changed = {"messages": ["a", "b"]}, {"messages": ["a", "x", "c"]}
    assert prefix_share([first, {"messages": ["a", "b", "c"]}]) == 100
    assert prefix_share([first, changed]) == 50


def test_an_unknown_measurement_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["nothing"])
    assert "no measurement nothing" in capsys.readouterr().err


async def test_a_command_is_timed_through_the_sandbox_and_bare(tmp_path: Path) -> None:
    root = make_repository(tmp_path)
    one = sandbox.runner(root, tmp_path / "state", "A")
    await one.begin()
    await one.close()
    if one.tier != "A":
        pytest.skip(f"tier A cannot be had here: {one.reason}")
    figure = await sandbox.compared(
        root, sandbox.runner(root, tmp_path / "state", "A"), "x", "true"
    )
    assert len(figure.runs) == len(figure.floor) == sandbox.TIMES
    assert min(figure.runs) > 0


def test_the_session_that_is_timed_has_ten_thousand_records(tmp_path: Path) -> None:
    records = StoredSession(replay.session(tmp_path)).records
    assert len(records) >= replay.RECORDS
    kinds = {stop.kind for stop in find_stops(records)}
    assert {"user", "model", "call"} <= kinds


def test_a_part_that_is_measured_again_leaves_the_other_rows_as_they_are() -> None:
    kept = table([Figure(name="start", unit="s", runs=[1.0]), Figure(name="keys", unit="ms")])
    again = table([Figure(name="keys", unit="ms", runs=[2.0]), Figure(name="mcp", unit="ms")])
    rows = bench.merged(f"\n{kept}\n\nthe machine\n", f"{again}\n\nanother\n").split("\n")
    assert [row.split(" | ")[:2] for row in rows[3:6]] == [
        ["| start", "1 s"],
        ["| keys", "2 ms"],
        ["| mcp", "–"],
    ]
    assert rows[-2] == "the machine"


def test_the_whole_table_written_again_keeps_the_rows_of_the_soak_at_its_end(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    soaked = table([Figure(name="old", unit="s"), *soak.figures([], 60)])
    page.write_text(f"Before.\n{bench.BEGIN}\n\n{soaked}\n\nthen\n{bench.END}\nAfter.\n")
    new = table([Figure(name="start", unit="s", runs=[1.0])])
    bench.keep(f"{new}\n\nnow\n", whole=True, page=page)
    lines = page.read_text().split("\n")
    names = [line.split(" | ")[0] for line in lines if line.startswith("| ")][2:]
    assert names == ["| start", *(f"| {row.name}" for row in soak.figures([], 60))]
    assert [lines[0], lines[-5], lines[-2]] == ["Before.", "now", "After."]


def test_a_soak_compares_its_last_sixth_with_its_first() -> None:
    rounds = [
        soak.Round(typed=4.0, streamed=8.0, memory=40.0 + at, busy=0.5, idle=0.0)
        for at in range(60)
    ]
    rows = {row.name: row for row in soak.figures(rounds, 10)}
    assert rows["soak: key → screen at rest, p95"].runs == [1.0]
    assert rows["soak: memory of the app (PSS)"].runs == [(40 + 54.5) / (40 + 4.5)]
    assert rows["soak: processor at rest"].runs == []
    assert soak.figures(rounds[:3], 10)[0].runs == []


def test_a_soak_s_model_answers_by_what_it_is_asked_also_after_a_compaction() -> None:
    script = parse_script(soak.script(7))

    def said(*messages: Message) -> ScriptTurn:
        chosen = choose(script, messages, tools=True)
        assert chosen is not None
        return chosen.turn

    tell = Message(role="user", text="tell me")
    write = Message(role="user", text=soak.wish(7))
    call = ToolCall(id="call_2_1_0", name="write", arguments="{}")
    done = (
        Message(role="assistant", tool_calls=(call,)),
        Message(role="tool", call_id=call.id, text="made_7.py is written"),
    )
    opening = Message(role="user", text=f"What was said: tell me; {soak.wish(6)}")
    text = said(tell).text
    assert text.startswith(BEGINS)
    assert [one.name for one in said(tell, Message(role="assistant", text=text), write).calls]
    assert said(tell, write, *done).text == "Written."
    assert said(tell, write, Message(role="user", text=COMPACTION)).text == "Files were written."
    assert said(opening, tell).text == text
    assert said(opening, write, *done).text == "Written."
    assert text != soak.script(8)["turn"][-1]["text"]
