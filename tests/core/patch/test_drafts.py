from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.patch.making import decision, view_of
from tui_agent.core.patch import (
    FileView,
    HunkDecision,
    Verdict,
    changed_since,
    decide,
    edit_new_side,
    split,
    withdraw,
)


def given_at_random(draw: st.DrawFn, shown: FileView) -> tuple[HunkDecision, ...]:
    """Give verdicts on some of the hunks, or of their parts; an edit is one piece for its runs."""
    given: list[HunkDecision] = []
    for hunk in shown.hunks():
        for part in split(shown, hunk) if draw(st.booleans()) else (hunk,):
            verdict: Verdict | None = draw(st.sampled_from((None, "accept", "reject", "edit")))
            if verdict == "edit":
                given.append(edit_new_side(shown, part, draw(st.sampled_from(("x\n", "y\n")))))
            elif verdict is not None:
                given.append(decision(shown, part.run_ids, verdict))
    return tuple(given)


@pytest.mark.property
@given(data=st.data())
def test_what_changed_since_leads_from_any_verdicts_to_any_others(data: st.DataObject) -> None:
    draw = data.draw
    lines = [b"%d\n" % number for number in range(30)]
    new = [b"new\n" if number in {2, 5, 9, 20, 22} else one for number, one in enumerate(lines)]
    shown = view_of(b"".join(lines), b"".join(new))
    some = st.composite(lambda draw: given_at_random(draw, shown))()
    before, now = draw(some), draw(some)
    added, back = changed_since(before, now)
    reached = decide(withdraw(before, back), *added)
    assert set(reached) == set(now)
    assert changed_since(reached, now) == ((), ())
