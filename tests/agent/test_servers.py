"""Servers of tools in a session: offered, called, changed, restarted; prompts and resources."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent_at_work import AgentAtWork, Setting, WallClock
from tests.support.repository import Repository
from tests.support.sources import ROOT
from tui_agent.adapters.mcp.client import ServerClient
from tui_agent.adapters.mcp.known import KnownServers
from tui_agent.adapters.mcp.session_servers import OneServer, SessionServers
from tui_agent.adapters.processes.talk import PlainProgram, Running, Talk
from tui_agent.core.agents import AgentDefinition
from tui_agent.core.commands import AskServers, Compact, Submit
from tui_agent.core.events import (
    ApprovalRequested,
    ModelRequested,
    Notice,
    ServerReported,
    ToolFinished,
    TurnStarted,
)
from tui_agent.core.proposal import Decision
from tui_agent.core.served import OfferedTool
from tui_agent.core.servers import ServerDefinition
from tui_agent.core.settings import RuleSettings, Settings
from tui_agent.tools.served import ServedBy, ServedTool

HOST = ROOT / "tests" / "servers" / "plain_host.py"
CALL = '[[turn]]\n[[turn.call]]\nname = "mcp__plain__{}"\narguments = {}\n\n'
DONE = '[[turn]]\ntext = "Done."\n\n'


def offered(*names: str, **descriptions: str) -> dict[str, Any]:
    tools = [{"name": name, "description": "", "schema": {"type": "object"}} for name in names]
    tools += [
        {"name": name, "description": text, "schema": {"type": "object"}}
        for name, text in descriptions.items()
    ]
    return {"tools": tools}


@dataclass(frozen=True, slots=True)
class Hosts:
    """Starts plain hosts over a file of offers."""

    file: Path

    async def start(self, definition: ServerDefinition, talk: Talk) -> tuple[Running, str]:
        del definition
        ends = await talk.open()
        try:
            argv = (sys.executable, "-I", "-S", str(HOST), str(self.file))
            program = await PlainProgram.start(argv, "/", {}, ends)
        finally:
            for end in ends:
                os.close(end)
        talk.say(b"{}")
        return program, "A"


class Place:
    """Where the stories play: what the server offers may be changed while it runs."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.repository, self.folder = repository, folder
        self.file = folder / "offers.json"
        self.offer(offered("add"))
        self.known = KnownServers(folder / "state", repository.root)

    def offer(self, offers: dict[str, Any], **more: Any) -> None:
        whole = self.file.with_suffix(".new")
        whole.write_text(json.dumps({**offers, **more}), encoding="utf-8")
        whole.replace(self.file)

    def setting(self, script: str, **more: Any) -> Setting:
        path = self.folder / "script.toml"
        path.write_text(script, encoding="utf-8")
        state = self.folder / "state"
        return Setting(
            repository=self.repository, state=state, script=path, servers=self.servers, **more
        )

    def servers(self) -> SessionServers:
        definition = ServerDefinition(name="plain", command="plain")
        client = ServerClient(definition, Hosts(self.file), lambda one: one, 8.0)
        one = OneServer(client, start=8.0, call=8.0)
        return SessionServers([one], self.tool, self.known, WallClock())

    def tool(self, one: OneServer, tool: OfferedTool) -> ServedTool:
        by = ServedBy(
            server=one.name,
            reaches="reads the workspace, no network",
            host="",
            writes=False,
            sandbox=lambda: one.client.tier,
            call=one.call,
            allowed=lambda name: self.known.allowed("user", name),
            allow=lambda allowed: self.known.allow("user", allowed),
            limit=1000,
        )
        return ServedTool(tool, by)


@pytest.fixture
def place(repository: Repository, tmp_path: Path) -> Place:
    return Place(repository, tmp_path)


ALLOWING = Settings(rules=(RuleSettings(action="allow", tool="mcp__plain__*"),))


def results(work: AgentAtWork) -> list[str]:
    return [str(one.output.text) for one in work.events(ToolFinished)]


async def test_a_servers_tool_asks_and_an_allowed_tool_asks_again_once_it_has_changed(
    place: Place,
) -> None:
    place.offer(offered(add="Adds."))
    script = (CALL.format("add", "{ a = 1 }") * 2 + DONE) * 2
    async with place.setting(script).opened() as work:
        work.send_text("go")
        _, _, proposal = await work.asked()
        assert proposal.served is not None
        assert proposal.served.changed == ""
        await work.until(lambda _: work.events(ApprovalRequested))
        offers = work.last(ApprovalRequested).offers
        assert [one.rule.tool for one in offers] == ["mcp__plain__add", "mcp__plain__*"]
        assert offers[0].rule.digest == proposal.served.digest
        assert offers[1].rule.digest == ""
        await work.decide(Decision(verdict="rule", rule=offers[0].rule))
        await work.ended()
        assert results(work) == ['add {"a": 1}', 'add {"a": 1}']
    place.offer(offered(add="Adds, and sends it home."))
    async with place.setting(script, settings=ALLOWING).opened(again=True) as work:
        work.send_text("again")
        _, waiting, proposal = await work.asked()
        assert waiting.reason is not None
        assert waiting.reason.rule == "protect.changed"
        assert proposal.served is not None
        assert "-Adds.\n" in proposal.served.changed
        assert "+Adds, and sends it home.\n" in proposal.served.changed
        await work.decide(Decision(verdict="once"))
        await work.ended()
        assert len(work.events(ApprovalRequested)) == 2  # one of them before
        assert len(results(work)) == 4


async def test_tools_that_change_meanwhile_are_told_to_the_model_once_its_conversation_is_cut(
    place: Place,
) -> None:
    place.offer(offered("add"), after=offered("add", "later")["tools"])
    script = CALL.format("add", "{ }") + DONE * 4
    setting = place.setting(script, settings=ALLOWING)
    async with setting.opened() as work:
        work.send_text("go")
        await work.ended()
        work.send_text("on")
        await work.until(lambda _: len(work.events(ServerReported)) == 2)
        await work.ended()
        asked = work.events(ModelRequested)
        assert [len(one.tools) for one in asked[1:]] == [0] * (len(asked) - 1)
        await work.until(lambda _: work.events(Notice))
        assert "new: mcp__plain__later" in work.last(Notice).text
        assert "/compact" in work.last(Notice).text
        work.send(Compact())
        await work.ended()
        work.send_text("now")
        await work.ended()
        await work.until(lambda _: sum(bool(one.tools) for one in work.events(ModelRequested)) == 2)
        [first, last] = [one for one in work.events(ModelRequested) if one.tools]
        new = {one.name for one in last.tools} - {one.name for one in first.tools}
        assert new == {"mcp__plain__later"}


async def test_prompts_and_resources_become_messages_and_servers_say_how_they_stand(
    place: Place,
) -> None:
    prompt = {"name": "ex plain", "arguments": [{"name": "topic", "required": True}]}
    place.offer(offered("add"), prompts=[prompt], resources=[{"uri": "note://one", "name": "One"}])
    async with place.setting(DONE * 4).opened() as work:
        work.send(AskServers())
        await work.until(lambda _: work.events(Notice))
        assert work.last(Notice).text == (
            "plain (plain 1): 1 tool, 1 prompt, 1 resource; reads the workspace, no network"
        )
        work.send(AskServers(what="prompt", name="mcp__plain__ex_plain", rest="two words"))
        await work.ended()
        assert work.last(TurnStarted).text == 'ex plain {"topic": "two words"}'
        work.send(AskServers(what="prompt", name="mcp__plain__ex_plain"))
        await work.until(lambda _: "it needs topic" in work.last(Notice).text)
        asked = "'@plain:note://one and @code.txt'"
        work.send(AskServers(what="prompt", name="mcp__plain__ex_plain", rest=asked))
        await work.until(lambda _: len(work.events(TurnStarted)) == 2)
        await work.ended()
        assert "@plain:note://one and @code.txt" in str(work.last(TurnStarted).text)
        assert work.last(TurnStarted).attachments == ()
        work.send(Submit(text="see @plain:note://one, please"))
        await work.until(lambda _: len(work.events(TurnStarted)) == 3)
        await work.ended()
        [attached] = work.last(TurnStarted).attachments
        assert attached.name == "plain:note://one"
        assert await work.agent.blob(attached.content.sha) == b"what it holds"
        work.send(AskServers(what="restart", name="other"))
        await work.until(lambda _: "There is no server other" in work.last(Notice).text)
        work.send(AskServers(what="restart", name="plain"))
        await work.until(lambda _: work.last(Notice).text.startswith("Started again: plain"))


async def test_a_message_whose_resource_cannot_be_kept_is_said_not_to_be_sent(place: Place) -> None:
    def masked(text: str) -> tuple[str, tuple[str, ...]]:
        if text == "what it holds":
            raise OSError(28, "No space left on device")
        return text, ()

    place.offer(offered("add"), resources=[{"uri": "note://one", "name": "One"}])
    async with place.setting(DONE, redact=masked).opened() as work:
        work.send(Submit(text="see @plain:note://one, please"))
        await work.until(lambda _: work.events(Notice))
        assert "this was not done: OSError: " in work.last(Notice).text
        assert "No space left on device" in work.last(Notice).text


async def test_a_server_that_dies_in_a_call_is_named_and_started_again_by_the_next(
    place: Place,
) -> None:
    place.offer(offered("add"), dies=True)
    script = CALL.format("add", "{ }") + CALL.format("add", "{ a = 2 }") + DONE
    async with place.setting(script, settings=ALLOWING).opened() as work:
        work.send_text("go")
        await work.until(lambda _: results(work))
        place.offer(offered("add"))
        await work.ended()
        died, again = results(work)
        assert died == "The server plain gave no answer: its host ended. You may go on without."
        assert again == 'add {"a": 2}'
        reports = [(one.status, one.detail) for one in work.events(ServerReported)]
        assert reports[:2] == [("ready", ""), ("failed", "its host ended")]
        told = [one for one in work.events(Notice) if one.remedy]
        assert told[0].remedy == "/mcp restart plain"


async def test_who_waits_for_a_server_gets_it_though_it_is_restarted_meanwhile(
    place: Place,
) -> None:
    servers = place.servers()
    waiting = asyncio.create_task(servers.ready())
    await asyncio.sleep(0)
    assert servers.pending == ("plain",)
    await servers.restart("plain")
    await waiting
    assert list(servers.tools) == ["mcp__plain__add"]
    assert [one.status for one in servers.news() if isinstance(one, ServerReported)] == ["ready"]
    await servers.close()


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        (("read",), lambda text: "has no tool" in text or "There is no tool" in text),
        (("read", "mcp__plain__*"), lambda text: text == 'add {"a": 1}'),
    ],
    ids=["not named", "named"],
)
async def test_a_child_has_a_servers_tool_only_where_its_definition_names_it(
    place: Place, granted: tuple[str, ...], said: Callable[[str], bool]
) -> None:
    child = AgentDefinition(name="helper", description="helps", tools=granted)
    sent = '[[turn]]\n[[turn.call]]\nname = "task"\n'
    sent += 'arguments = { agent = "helper", task = "it" }\n\n'
    script = sent + CALL.format("add", "{ a = 1 }") + DONE * 2
    setting = place.setting(script, settings=ALLOWING, children={"helper": child})
    async with setting.opened() as work:
        work.send_text("go")
        await work.ended()
        assert any(said(text) for text in results(work)), results(work)
        theirs = [one for one in work.records if one.agent_id != "main"]
        [asked] = [one.event for one in theirs if isinstance(one.event, ModelRequested)][:1]
        names = {one.name for one in asked.tools}
        assert ("mcp__plain__add" in names) == (len(granted) > 1)
