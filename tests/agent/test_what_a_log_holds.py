"""What must be in the log before an effect, on disk before a power cut, and of a long command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.agent.conftest import Script
from tests.agent.scripts import DONE, shell
from tests.agent.test_undo import TWO_FILES
from tests.agent.test_undo_of_hunks_and_commands import FREE
from tests.core.test_excerpt import TOKEN
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tui_agent.adapters.redaction import Redactor
from tui_agent.adapters.session_log import FileLog
from tui_agent.agent.streaming import HEAD, TAIL, OutputStream
from tui_agent.core.blob import Blob
from tui_agent.core.events import Record, ToolFinished, ToolOutputDelta, ToolOutputKept
from tui_agent.core.proposal import Decision


@dataclass(frozen=True, slots=True)
class Watched:
    """A log that notes which of its lines were synced to disk."""

    log: FileLog
    synced: dict[str, set[bool]]

    def append(self, record: Record, *, sync: bool) -> Record:
        self.synced.setdefault(type(record.event).__name__, set()).add(sync)
        return self.log.append(record, sync=sync)

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        return self.log.put(data, mime=mime)

    def get(self, sha: str) -> bytes:
        return self.log.get(sha)

    def aside(self, data: bytes) -> Callable[[], bytes]:
        return self.log.aside(data)

    def close(self) -> None:
        self.log.close()


async def test_what_precedes_an_effect_is_on_disk_first_and_nothing_else_waits_for_it(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "line 3\n")
    synced: dict[str, set[bool]] = {}
    async with script(TWO_FILES).opened() as work:
        log = work.agent.engine.live.log
        assert isinstance(log, FileLog)
        work.agent.engine.live.log = Watched(log, synced)
        work.send_text("go")
        for _ in range(2):
            await work.decide(Decision(verdict="once"))
        await work.ended()
    lasting = {name for name, how in synced.items() if True in how}
    assert lasting == {"ApprovalDecided", "ToolStarted", "EditApplied", "TurnEnded"}
    assert {"ModelRequested", "ToolFinished"} <= set(synced)


async def test_what_a_long_command_has_printed_outlives_a_crash_and_is_told(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "line 3\n")
    setting = script(shell("echo the first words; sleep 30") + DONE)
    async with setting.opened(manner=FREE) as work:
        work.send_text("run it")
        await work.decide(Decision(verdict="once"))
        await work.until(lambda _: work.events(ToolOutputDelta))
        [call] = work.state.main.turns[0].calls.values()
        stream = OutputStream(work.agent.engine, call.id, every=0.01)
        stream.add("the first words\n" + "xx " * (HEAD // 3) + "y" * 500 + " zz" * (TAIL // 3))
        await work.until(lambda _: work.events(ToolOutputKept))
        stream.close()
        kept = work.last(ToolOutputKept)
        assert kept.text.startswith("the first words\nxx xx")
        assert "characters left out]\n zz zz" in kept.text
        assert len(kept.text) < HEAD + TAIL + 100
    async with setting.opened(again=True) as work:
        await work.ended()
        told = work.events(ToolFinished)[0]
        assert told.status == "unknown"
        assert "It had printed so far:\nthe first words" in str(told.output.text)


async def test_a_secret_that_comes_in_two_pieces_is_masked_and_dots_come_as_they_are(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "line 3\n")
    setting = replace(script(shell("sleep 30") + DONE), redact=Redactor())
    async with setting.opened(manner=FREE) as work:
        work.send_text("run it")
        await work.decide(Decision(verdict="once"))
        await work.until(lambda state: state.main.turns[0].calls)
        [call] = work.state.main.turns[0].calls.values()
        stream = OutputStream(work.agent.engine, call.id)
        for at in (5, 20, 43):
            stream.add(f"key {TOKEN[:at]}")
            stream.flush()
            stream.add(f"{TOKEN[at:]} end\n")
            stream.flush()
        await work.until(lambda _: told_by(work).count("end\n") == 3)
        assert told_by(work) == "key [redacted github] end\n" * 3
        for _ in range(12):
            stream.add(".")
            stream.flush()
        await work.until(lambda _: work.last(ToolOutputDelta).text.startswith("....."))
        stream.close()
        await work.until(lambda _: told_by(work).endswith("." * 12))


def told_by(work: AgentAtWork) -> str:
    return "".join(one.text for one in work.events(ToolOutputDelta))
