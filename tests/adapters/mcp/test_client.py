from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass

import pytest

from tui_agent.adapters.mcp.client import ServerClient
from tui_agent.adapters.processes.talk import PlainProgram, Running, Talk
from tui_agent.core.served import ServerFaultError
from tui_agent.core.servers import ServerDefinition

READY = """echo '{"ready": {"name": "shell", "version": "1"}}'; """
ECHO = READY + """while read -r line; do echo '{"id": 1, "result": {"tools": []}}'; done"""


@dataclass(frozen=True, slots=True)
class ShellHost:
    """Starts a few words of shell in the place of a host."""

    words: str

    async def start(self, definition: ServerDefinition, talk: Talk) -> tuple[Running, str]:
        del definition
        ends = await talk.open()
        try:
            argv = ("/bin/bash", "-c", self.words)
            return await PlainProgram.start(argv, "/", {"PATH": os.environ["PATH"]}, ends), "none"
        finally:
            for end in ends:
                os.close(end)


def client(words: str, seconds: float = 5.0) -> ServerClient:
    definition = ServerDefinition(name="x", command="x")
    return ServerClient(definition, ShellHost(words), lambda one: one, seconds)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sleep 60", "it did not answer within 0.3 s"),
        ("echo oops >&2; exit 3", "its host ended: oops"),
        ("echo nonsense; sleep 60", "it said what is no message"),
        ('echo "{\\"odd\\": 1}"; sleep 60', "it said what is no message"),
        ("head -c 17M /dev/zero | tr '\\0' x; sleep 60", "it said a line of more than 16 MB"),
        ('yes \'{"changed": "tools"}\'', "it floods: over 500 messages in 5 s"),
        ('echo "{\\"ended\\": \\"it had enough\\"}"; sleep 60', "it had enough"),
    ],
    ids=["mute", "dead", "nonsense", "odd", "long line", "flood", "ended"],
)
async def test_a_host_that_misbehaves_is_ended_and_that_is_said_in_words(
    words: str, said: str
) -> None:
    one = client(words, seconds=0.3 if words == "sleep 60" else 8.0)
    with pytest.raises(ServerFaultError, match=said.replace("(", r"\(")):
        await one.ask("tools", 5)
    assert not one.alive
    await one.close()


async def test_a_host_answers_and_is_started_again_after_it_was_ended() -> None:
    one = client(ECHO)
    assert (await one.ask("tools", 5))["result"] == {"tools": []}
    assert one.title == "shell 1"
    await one.close()
    await one.start()
    assert one.alive
    await one.close()


async def test_a_call_that_is_cancelled_is_cancelled_in_the_host() -> None:
    say = """echo '{"id": 1, "progress": "begun"}'; """
    one = client(f'{READY} read -r call; {say} read -r cancel; echo "$cancel" >&2; exit 1')
    begun = asyncio.Event()
    asked = asyncio.create_task(one.ask("call", 60, {}, lambda _: begun.set()))
    await begun.wait()
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    with pytest.raises(ServerFaultError) as raised:
        await one.ask("other", 60)
    assert str(raised.value) == 'its host ended: {"id": 1, "op": "cancel"}'
    await one.close()
