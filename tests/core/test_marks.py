"""Places to come back to cost the same however much a session has seen before them."""

from __future__ import annotations

from tui_agent.core.events import (
    Event,
    InstructionsLoaded,
    Record,
    Report,
    Rewound,
    ToolCalled,
    ToolFinished,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.proposal import SeenFile, ToolOutput
from tui_agent.core.state import Session, fold

TURNS, EVENTS, FILES = 300, 5, 200
BRIEF = "brief"


def turn(number: int) -> list[Event]:
    name = f"call-{number}"
    seen = SeenFile(path=f"file_{number % FILES}.py", sha=f"{number:064x}")
    return [
        TurnStarted(text="read on", mode="edit"),
        InstructionsLoaded(facts=f"Files: {number}", text=f"Be {BRIEF}."),
        ToolCalled(call_id=name, tool="read", arguments="{}", origin="model"),
        ToolFinished(call_id=name, output=ToolOutput(ok=True, seen=(seen,))),
        TurnEnded(reason="done", report=Report()),
    ]


def folded(turns: int, *more: Event) -> Session:
    events = [event for number in range(turns) for event in turn(number)]
    return fold(
        Record(seq=seq, ts="", mono_ms=0, turn=(seq - 1) // EVENTS + 1, event=event)
        for seq, event in enumerate([*events, *more], 1)
    )


def test_all_places_of_a_long_session_share_one_list_of_what_was_seen() -> None:
    main = folded(TURNS).main
    assert len(main.marks) == TURNS
    assert {id(one.saw) for one in main.marks} == {id(main.saw)}
    assert len(main.saw) == TURNS
    assert len(main.seen) == FILES
    assert len({id(one.instructions) for one in main.marks[1:]}) == 1


def test_after_going_back_it_knows_the_files_as_it_did_there() -> None:
    went_back = folded(TURNS, Rewound(to_seq=EVENTS * 210)).main
    assert went_back.seen == folded(210).main.seen
    assert list(went_back.seen) == list(folded(210).main.seen)


def test_a_keyframe_keeps_what_was_seen_by_then() -> None:
    state = folded(2)
    kept = state.copied()
    seen = SeenFile(path="later.py", sha="0" * 64)
    state.main.saw.append(seen)
    assert seen not in kept.main.saw


def test_of_instructions_that_changed_since_it_is_told_again_after_going_back() -> None:
    longer = InstructionsLoaded(facts="Files: 9", text="Be long.")
    state = folded(3, longer, Rewound(to_seq=EVENTS * 2))
    assert state.main.instructions is not None
    assert state.main.instructions.text == "Be brief."
    assert state.main.instructions.facts == "Files: 9", "they are as they are, whatever it was told"
    again = folded(3, longer, Rewound(to_seq=EVENTS * 2), longer)
    assert [one.text for one in again.main.unsent if one.kind == "context"] == [
        "Be brief.",
        "Be long.",
    ]


def test_before_any_instructions_it_knows_of_none() -> None:
    assert folded(2, Rewound(to_seq=1)).main.instructions is None
