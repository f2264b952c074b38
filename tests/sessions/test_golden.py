"""Our own stories, kept as bundles, are the same under today's code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.program import Program

GOLDEN = sorted(Path(__file__).parent.glob("*.agentz"))


@pytest.mark.capability("S4.20", part="replay as tests")
@pytest.mark.timeout(60)
def test_every_golden_session_is_the_same(tmp_path: Path) -> None:
    assert len(GOLDEN) >= 9
    done = Program(tmp_path).run("replay", "--check", *map(str, GOLDEN))
    assert done.status == 0, done.out + done.err
    assert f"{len(GOLDEN)} of {len(GOLDEN)} sessions are the same" in done.out


@pytest.mark.timeout(60)
def test_several_are_the_same_in_the_world_too_each_with_its_own_trees(tmp_path: Path) -> None:
    chosen = [str(one) for one in GOLDEN if one.stem in ("back", "denied")]
    asked = ("--level", "world", "--trust-session")
    done = Program(tmp_path).run("replay", "--check", *chosen, *asked)
    assert done.status == 0, done.out + done.err
    assert "2 of 2 sessions are the same" in done.out


def test_golden_sessions_are_small_and_name_no_machine() -> None:
    for path in GOLDEN:
        assert path.stat().st_size < 40_000, f"{path.name} is large; what is in it?"
