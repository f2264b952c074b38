"""A re-execution for real knows what people changed while the session worked."""

from __future__ import annotations

from functools import partial

import pytest

from tests.agent.conftest import Script
from tests.agent.family import EDIT_A, EDIT_B, YES
from tests.agent.scripts import DONE, shell
from tests.stories.program import Program
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.state import Session


def was_asked(work: AgentAtWork, times: int, _: Session) -> bool:
    return len(work.events(ApprovalRequested)) == times


LINES = "one\n" + "filler\n" * 9


@pytest.mark.timeout(60)
async def test_a_file_that_a_person_changed_between_two_steps_is_so_again(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", LINES)
    repository.write("b.txt", "two\n")
    repository.commit()
    again = EDIT_B.replace('"due"', '"tre"').replace('"two"', '"due"')
    look = shell("git status --short; git diff --stat")
    setting = script(EDIT_B + again + EDIT_A + look + DONE)
    async with setting.opened() as work:
        work.send_text("go")
        for asked in (1, 2, 3, 4):
            await work.until(partial(was_asked, work, asked))
            if asked == 2:
                repository.write("a.txt", f"{LINES}a person's line\n")
            await work.decide(YES)
        await work.ended()
    assert repository.read("a.txt").endswith(b"a person's line\n")
    program = Program(repository.root, AGENT_HOME=str(setting.state))
    flags = ("--run", "--json", "--level", "world", "--no-sandbox")
    done = program.run("replay", str(setting.folder), *flags)
    assert done.lines[-1]["verdict"] == "same", done.out
    assert done.lines[-1]["divergences"] == []
