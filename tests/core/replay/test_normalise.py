"""What differs from run to run without meaning anything is taken out of an output."""

from __future__ import annotations

import pytest

from tui_agent.core.replay.normalise import Normaliser

SAME = [
    ("3 passed in 0.12s", "3 passed in 1.48s"),
    ("\x1b[32mok\x1b[0m", "ok"),
    ("built 2026-11-21T10:00:00Z", "built 2025-01-02T23:59:59Z"),
    ("Sat Nov 21 12:22:01 UTC 2026", "Sun Nov 22 01:02:03 UTC 2026"),
    ("<object at 0x7f3a20cc>", "<object at 0x55d1aa10>"),
    ("listening on 127.0.0.1:43211", "listening on 127.0.0.1:50001"),
    ("started, pid 4711", "started, pid 12"),
    ("id 3b241101-e2bb-4255-8caf-4136c566a962", "id 9f241101-e2bb-4255-8caf-4136c566a96f"),
    ("/srv/a/tree/x.py:3: error", "/tmp/agent-1/tree/x.py:3: error"),
    ("10 %\r50 %\r100 %\n", "100 %\n"),
    ("wrote /tmp/tmpab12/out.txt", "wrote /tmp/tmpzz99/out.txt"),
    ("took 2 min 3 s", "took 9 ms"),
]
DIFFERENT = [
    ("3 passed in 0.12s", "2 passed, 1 failed in 0.12s"),
    ("exit 1", "exit 2"),
    ("x.py:3: error", "x.py:4: error"),
    ("AssertionError: 7", "AssertionError: 8"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_noise_is_no_difference(one: str, other: str) -> None:
    normalise = Normaliser(["/srv/a/tree", "/tmp/agent-1/tree"])
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_means_something_stays_a_difference(one: str, other: str) -> None:
    normalise = Normaliser()
    assert normalise(one) != normalise(other)


def test_the_users_own_patterns_are_taken_out_too() -> None:
    assert Normaliser(ignored=[r"seed=\d+"])("seed=4") == Normaliser(ignored=[r"seed=\d+"])(
        "seed=5"
    )
    with pytest.raises(ValueError, match="no regular expression"):
        Normaliser(ignored=["("])
