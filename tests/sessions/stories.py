"""Our own stories: what the model says, what lies in the folder, and what the person does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_agent.agent.agent import Agent
from tui_agent.core.commands import (
    CallTools,
    Decide,
    ForeignCall,
    Interrupt,
    Review,
    Rewind,
    SetMode,
    Steer,
    Submit,
    Undo,
)
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.undo import point_named

SECONDS = 60.0
LINK = """diff --git a/way b/way
index 1111111..2222222 120000
--- a/way
+++ b/way
@@ -1 +1 @@
-code.txt
\\ No newline at end of file
+other.txt
\\ No newline at end of file
"""
CODE = "".join(f"line {number}\n" for number in range(1, 31))
Turn = Mapping[str, Any]


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def edit(path: str, *pairs: tuple[str, str]) -> dict[str, Any]:
    return call("edit", path=path, edits=[{"old": old, "new": new} for old, new in pairs])


@dataclass(slots=True, kw_only=True)
class Player:
    """A person at one session."""

    agent: Agent

    async def until(self, what: Callable[[], object]) -> None:
        async with asyncio.timeout(SECONDS):
            while True:
                if what():
                    return
                await asyncio.sleep(0.005)

    async def say(self, text: str) -> None:
        self.agent.send(Submit(text=text))
        await self.until(lambda: self.agent.state.main.turn is not None)

    async def asked(self) -> tuple[str, Proposal]:
        await self.until(lambda: self.agent.state.waiting)
        waiting = next(iter(self.agent.state.waiting.values()))
        proposal = self.agent.state.call(waiting).proposal
        assert proposal is not None
        return waiting.request_id, proposal

    async def decide(self, decision: Decision | None = None) -> None:
        request, _ = await self.asked()
        self.agent.send(Decide(request_id=request, decision=decision or Decision(verdict="once")))

    async def ended(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.agent.wait_idle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the model says, what lies in the folder, and what the person does."""

    turns: Sequence[Turn]
    play: Callable[[Player], Awaitable[None]]
    children: Mapping[str, tuple[str, Sequence[Turn]]] = field(default_factory=dict)
    """Kinds of children: the head of each one's definition, and what its model says."""
    settings: str = '[[checks]]\nname = "lines"\ncommand = "grep -q line code.txt"\n'
    mode: str = "ask"
    servers: str = ""
    """The user's settings of servers of tools; `{command}` and `{args}` are filled in."""


async def hunk_by_hunk(person: Player) -> None:
    """Accept one change, reject one with a reason, write one otherwise; then allow a command."""
    await person.say("number the lines in words")
    _, proposal = await person.asked()
    assert proposal.patch is not None
    file = proposal.patch.files[0]
    first, second, third = file.runs
    hunks = (
        HunkDecision(path=file.path, runs=(first.id,), verdict="accept"),
        HunkDecision(path=file.path, runs=(second.id,), verdict="reject", reason="keep that one"),
        HunkDecision(
            path=file.path,
            runs=(third.id,),
            verdict="edit",
            span=(third.old_start, third.old_end),
            text="line five and twenty\n",
        ),
    )
    await person.decide(Decision(verdict="once", hunks=hunks))
    await person.decide(Decision(verdict="session"))
    await person.decide()
    await person.ended()


async def changed_minds(person: Player) -> None:
    """Steer, change the mode, answer a question, reject, take back what was done."""
    await person.say("change the first line")
    await person.decide()
    person.agent.send(Steer(text="and mind the second"))
    await person.decide(Decision(verdict="once", answer="1"))
    await person.decide(Decision(verdict="reject", feedback="not that one"))
    await person.decide()  # the check
    await person.ended()
    person.agent.send(SetMode(mode="edit"))
    await person.say("go on")
    await person.decide()  # the check
    await person.ended()
    person.agent.send(Undo())
    await person.ended()
    await person.say("what is there now?")
    await person.ended()


async def stopped(person: Player) -> None:
    """Stop at an open question, then go on with something else."""
    await person.say("run it")
    await person.asked()
    person.agent.send(Interrupt())
    await person.ended()
    await person.say("then look only")
    await person.ended()


async def gone_back(person: Player) -> None:
    """Go back over a line of one's own; have a link reviewed that leads elsewhere by then."""
    root = Path(person.agent.engine.world.workspace.root)
    await person.say("first wish")
    await person.ended()
    await person.say("second wish")
    await person.ended()
    code = root / "code.txt"
    code.write_text(code.read_text().replace("line 20\n", "my own line\n"))
    person.agent.send(Rewind(to_seq=point_named(person.agent.state.main, "2").to_seq, files=True))
    await person.decide()
    await person.ended()
    await person.say("third wish")
    await person.ended()
    (root / "way").symlink_to("code.txt")
    person.agent.send(Review(source="link.patch", diff=LINK, whole=False))
    await person.asked()
    (root / "way").unlink()
    (root / "way").symlink_to("nowhere.txt")
    await person.decide()
    await person.ended()


async def two_children(person: Player) -> None:
    """Two children side by side, one of them in a copy; whatever they ask is allowed."""
    await person.say("mend both ends")
    state = person.agent.state
    while state.main.turn is not None:
        if state.waiting:
            await person.decide()
        await person.until(lambda: state.waiting or state.main.turn is None)
    await person.ended()


async def served(person: Player) -> None:
    """Another program reads, edits, and names what it is not offered; then a model is asked."""
    change = edit("code.txt", ("line 7\n", "line seven\n"))
    together = [call("read", path="code.txt"), call("search", pattern="seven|7")]
    for number, calls in enumerate(
        (together, [change], [call("shell", command="ls")], [call("read", path=".env")])
    ):
        wanted = tuple(
            ForeignCall(
                call_id=f"call-{number}-{place}",
                tool=one["name"],
                arguments=json.dumps(one["arguments"]),
            )
            for place, one in enumerate(calls)
        )
        person.agent.send(CallTools(calls=wanted, client="a tester 1"))
        if number == DENIED:
            await person.decide(Decision(verdict="reject", feedback="not that one"))
        await person.ended()
    await person.say("what did it do?")
    await person.ended()


async def tools_of_a_server(person: Player) -> None:
    """A server's tools are asked about one by one: allowed for the session, once, and refused."""
    await person.say("add them up with the server")
    verdicts = [Decision(verdict="session"), Decision(verdict="once"), Decision(verdict="once")]
    for verdict in verdicts:
        await person.decide(verdict)
    await person.decide(Decision(verdict="reject", feedback="it shall write nothing"))
    await person.ended()


DENIED = 3

STORIES = {
    "tools": Story(
        turns=[
            {"call": [call("mcp__odd__add", a=2, b=40)]},
            {"call": [call("mcp__odd__add", a=2, b=40), call("mcp__odd__everything")]},
            {"call": [call("mcp__odd__add", a="two", b=40), call("mcp__odd__no_such_tool")]},
            {"call": [call("mcp__odd__touch", path="touched.txt")]},
            {"text": "It is 42; nothing was written."},
        ],
        play=tools_of_a_server,
        settings="[limits]\n",
        servers="[mcp.servers.odd]\ncommand = {command}\nargs = {args}\n",
    ),
    "served": Story(
        turns=[{"text": "It wrote the seventh line in words."}],
        play=served,
        settings="[limits]\n",
        mode="edit",
    ),
    "hunks": Story(
        turns=[
            {"text": "I look first.", "call": [call("read", path="code.txt")]},
            {
                "text": "Three changes.",
                "call": [
                    edit(
                        "code.txt",
                        ("line 3\n", "line three\n"),
                        ("line 13\n", "line thirteen\n"),
                        ("line 25\n", "line twenty-five\n"),
                    )
                ],
            },
            {"call": [call("shell", command="wc -l code.txt | tr -d ' '")]},
            {"text": "Done, as far as you wanted it."},
        ],
        play=hunk_by_hunk,
    ),
    "minds": Story(
        turns=[
            {"call": [edit("code.txt", ("line 1\n", "line one\n"))]},
            {
                "call": [
                    call(
                        "ask",
                        question="And the second?",
                        choices=[{"label": "yes"}, {"label": "no"}],
                    )
                ]
            },
            {"call": [edit("code.txt", ("line 2\n", "line two\n"))]},
            {"text": "Then not."},
            {"call": [edit("code.txt", ("line 30\n", "the last line\n"))]},
            {"call": [call("write", path="new.txt", content="new\n")]},
            {"text": "Both are in place."},
            {"call": [call("read", path="code.txt"), call("search", pattern="one|last")]},
            {"text": "Your lines, and mine taken back."},
        ],
        play=changed_minds,
    ),
    "stopped": Story(
        turns=[
            {"call": [call("shell", command="touch never.txt")]},
            {"call": [call("list", path="."), call("read", path="missing.txt")]},
            {"call": [edit("code.txt", ("no such line\n", "x\n"))]},
            {"call": [call("no_such_tool")]},
            {"text": "There is nothing of that kind."},
        ],
        play=stopped,
    ),
    "denied": Story(
        turns=[
            {"call": [call("shell", command="git push --force")]},
            {"call": [edit("code.txt", ("line 4\n", "line four\n"))]},
            {"text": "The push was denied; the edit is in place."},
        ],
        play=lambda person: said_and_ended(person, "push it"),
        settings='[[rules]]\naction = "deny"\ntool = "shell"\nprefix = ["git", "push"]\n',
        mode="edit",
    ),
    "back": Story(
        turns=[
            {"call": [edit("code.txt", ("line 3\n", "line three\n"))]},
            {"text": "The third."},
            {"call": [edit("code.txt", ("line 9\n", "line nine\n"))]},
            {"text": "The ninth."},
            {"text": "I see that code.txt is another."},
        ],
        play=gone_back,
        settings="[limits]\n",
        mode="edit",
    ),
    "children": Story(
        turns=[
            {
                "text": "One takes the top, one the end.",
                "call": [
                    call("task", agent="near", task="Write the first line in words."),
                    call("task", agent="apart", task="Write the last line in words."),
                ],
            },
            {"text": "Both ends are in words."},
        ],
        play=two_children,
        children={
            "near": (
                "description: mends in place\ntools: [read, edit, shell]\n",
                [
                    {"call": [call("read", path="code.txt")]},
                    {"call": [call("shell", command="git push")]},
                    {"call": [edit("code.txt", ("line 1\n", "line one\n"))]},
                    {"text": "The first line is in words."},
                ],
            ),
            "apart": (
                "description: mends in a copy\ntools: [edit]\nisolation: worktree\n",
                [
                    {"call": [edit("code.txt", ("line 30\n", "line thirty\n"))]},
                    {"text": "The last line is in words."},
                ],
            ),
        },
        settings=(
            '[[checks]]\nname = "lines"\ncommand = "grep -q line code.txt"\n'
            '[[rules]]\naction = "deny"\ntool = "shell"\nprefix = ["git", "push"]\n'
        ),
    ),
}


async def said_and_ended(person: Player, text: str) -> None:
    await person.say(text)
    await person.ended()
