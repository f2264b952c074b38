"""A session of five hundred records goes through today's code again in well under two seconds."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.support.worked_session import RECORDS, worked
from tui_agent.adapters.session_log import StoredSession
from tui_agent.agent.rerun.loop import Outcome, rerun
from tui_agent.core.settings import Settings
from tui_agent.wiring.rerun import harness_stage, normaliser


@pytest.mark.capability("S4.20", part="re-execution")
@pytest.mark.timeout(60)
def test_five_hundred_records_are_executed_again_in_two_seconds_of_the_processor(
    tmp_path: Path,
) -> None:
    stored = StoredSession(asyncio.run(worked(tmp_path)))
    assert len(stored.records) >= RECORDS

    def once() -> Outcome:
        stage = harness_stage(stored.payload, Settings())
        return asyncio.run(rerun(stored.records, stage, normaliser(stored.records, ())))

    began = time.process_time()
    outcome = once()
    seconds = time.process_time() - began
    assert outcome.verdict == "same", outcome.divergences
    assert seconds < 2, f"{seconds:.2f} s"
