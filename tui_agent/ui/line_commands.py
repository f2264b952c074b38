"""Line mode's slash commands: one table for what they do and what `/help` says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable

from tui_agent.core import commands as ask
from tui_agent.core.messages import Attachment
from tui_agent.core.overview import NOT_RECORDED
from tui_agent.core.ports import Client
from tui_agent.core.servers import is_served
from tui_agent.core.state import Session
from tui_agent.core.undo import rewind_points
from tui_agent.ui.budget_words import budget_wish
from tui_agent.ui.context_lines import context_lines
from tui_agent.ui.cost_lines import meter_words
from tui_agent.ui.grant_lines import grant_lines
from tui_agent.ui.line_approval import edited_plan
from tui_agent.ui.line_sessions import HELP, Choices, Exports
from tui_agent.ui.memory_lines import MemoryDoor
from tui_agent.ui.plan_lines import plan_lines
from tui_agent.ui.rewind_words import HELP as REWIND_HELP
from tui_agent.ui.rewind_words import rewind_wish
from tui_agent.ui.text import Line, Paper
from tui_agent.ui.transcript import Transcript
from tui_agent.ui.undo_words import HELP as UNDO_HELP
from tui_agent.ui.undo_words import undo_wish

Blame = Callable[[str], Sequence[Line]]
"""Gives the lines of a file, each with the step that made it. Raises ValueError, OSError."""
Cost = Callable[[Session], Awaitable[Sequence[Line]]]
"""Gives the lines of what a session has cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What the commands ask of the world beside the agent."""

    blame: Blame | None = None
    cost: Cost | None = None
    memory: MemoryDoor | None = None
    sessions: Choices | None = None
    exports: Exports | None = None
    attach: Callable[[str], Attachment] | None = None
    """Reads an image. Raises OSError, ValueError."""
    edit_text: Callable[[str], Awaitable[str]] | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    what: str
    do: Callable[[str], object]
    argument: str = ""


class SlashCommands:
    """Carries out what begins with a slash."""

    def __init__(
        self, client: Client, paper: Paper, told: Transcript, others: Others | None = None
    ) -> None:
        self._client, self._paper, self._told = client, paper, told
        self._others = others or Others()
        self.then: tuple[str, ...] = ()
        """What is to be gone on to: `("resume", ID)`, for one; empty: nothing."""
        self._attached: list[Attachment] = []
        send = client.send
        self._table = {
            "help": _Entry("these commands", lambda _: self._help()),
            "mode": _Entry("change the mode", self._mode, "plan|ask|edit|auto"),
            "model": _Entry("change the model", self._model, "NAME"),
            "budget": _Entry(
                "what the session, a turn or a day may cost", self._budget, "[turn|day] DOLLARS"
            ),
            "cost": _Entry("what was spent, by agent and model", lambda _: self._cost()),
            "plan": _Entry("show the plan; /plan edit changes its steps", self._plan),
            "status": _Entry("model, mode, tokens, cost", lambda _: self._status()),
            "context": _Entry("what the model is told beforehand", lambda _: self._context()),
            "steer": _Entry("say something to the running turn", self._steer, "TEXT"),
            "recall": _Entry("take back the last queued message", lambda _: self._recall()),
            "checks": _Entry("run the project's checks", lambda _: send(ask.RunChecks())),
            "undo": _Entry("take the last turn's edits back, or those of a turn", self._undo),
            "rewind": _Entry("go back to an earlier place; alone: list the places", self._rewind),
            "blame": _Entry("which step made each line of a file", self._blame, "FILE"),
            "compact": _Entry(
                "make the conversation shorter for the model; say what to keep in mind",
                lambda t: send(ask.Compact(instructions=t)),
            ),
            "remember": _Entry(
                "keep something for this project", partial(self._memory, "remember"), "TEXT"
            ),
            "forget": _Entry(
                "take back what was remembered", partial(self._memory, "forget"), "NUMBER|WORDS"
            ),
            "memory": _Entry(
                "what is remembered; /memory WORDS searches", partial(self._memory, "memory")
            ),
            "mcp": _Entry("how the servers of tools stand; /mcp restart NAME", self._mcp),
            "approvals": _Entry(
                "what is allowed for the session; /approvals 2 takes one back", self._approvals
            ),
            "label": _Entry("name this place", self._label, "TEXT"),
            "sessions": _Entry("list earlier ones; /sessions 2 goes on with one", self._earlier),
            "export": _Entry("this session as a file for others", self._export, "FORMAT"),
            **self._others_than_this(),
            "stop": _Entry("end the turn", lambda _: send(ask.Interrupt())),
            "quit": _Entry("leave; an open turn is suspended", lambda _: None),
        }

    def _others_than_this(self) -> dict[str, _Entry]:
        return {
            "attach": _Entry("an image, for your next message", self._attach, "FILE"),
            "replay": _Entry("this session from its start, step by step", self._replay),
            "fork": _Entry("go on in a copy of this session, or up to a step of it", self._fork),
            "new": _Entry("begin a new session", lambda _: self._go("new")),
        }

    def attached(self) -> tuple[Attachment, ...]:
        """Return what goes with the next message, once."""
        found, self._attached = tuple(self._attached), []
        return found

    async def run(self, text: str) -> bool:
        """Carry a command out; tell whether the conversation goes on."""
        name, _, argument = text[1:].partition(" ")
        if name in ("quit", "exit", "q"):
            return False
        if is_served(name):
            self._client.send(ask.AskServers(what="prompt", name=name, rest=argument.strip()))
            return True
        entry = self._table.get(name)
        if entry is None:
            near = [one for one in self._table if one.startswith(name[:2])]
            hint = f"; did you mean /{near[0]}?" if name and near else "; /help lists them"
            self._paper.put(f"There is no command /{name}{hint}")
        elif entry.argument and not argument.strip() and name != "mode":
            self._paper.put(f"/{name} {entry.argument}: {entry.what}")
        else:
            done = entry.do(argument.strip())
            if isawaitable(done):
                await done
        return not self.then

    def _help(self) -> None:
        lines: list[Line] = []
        widest = 2 + max(len(f"/{name} {one.argument}") for name, one in self._table.items())
        for name, entry in self._table.items():
            typed = f"/{name} {entry.argument}".rstrip()
            lines.append([("bold", f"  {typed:<{widest}}"), ("", entry.what)])
        lines.append([("bold", f"  {'!COMMAND':<{widest}}"), ("", "run a command of your own")])
        lines.append([("bold", f"  {'@FILE':<{widest}}"), ("", "in a message: attach a file")])
        self._paper.put(*lines)

    def _mcp(self, text: str) -> None:
        verb, _, name = text.partition(" ")
        if not text:
            self._client.send(ask.AskServers())
        elif verb == "restart" and name.strip():
            self._client.send(ask.AskServers(what="restart", name=name.strip()))
        else:
            self._paper.put("/mcp alone, or /mcp restart NAME")

    def _mode(self, mode: str) -> None:
        if mode in ("plan", "ask", "edit", "auto"):
            self._client.send(ask.SetMode(mode=mode))
        else:
            self._paper.put(f"The mode is {self._told.state.mode}; /mode plan|ask|edit|auto")

    def _model(self, name: str) -> None:
        self._client.send(ask.SetModel(model=name))

    def _steer(self, text: str) -> None:
        self._client.send(ask.Steer(text=text))

    def _label(self, text: str) -> None:
        self._client.send(ask.Label(text=text))

    def _undo(self, text: str) -> None:
        wish = undo_wish(text)
        if wish is None:
            self._paper.put(UNDO_HELP)
        else:
            self._client.send(wish)

    def _rewind(self, text: str) -> None:
        state = self._told.state
        if text:
            try:
                _, wish = rewind_wish(state, text)
            except ValueError as error:
                self._paper.put(str(error))
                return
            self._client.send(wish)
            return
        points = rewind_points(state.main)
        if not points:
            self._paper.put("There is nothing to go back to yet.")
            return
        for point in reversed(points):
            self._paper.put([("bold", f"  {point.name:<6}"), ("", f"{point.place}: {point.text}")])
        self._paper.put(REWIND_HELP)

    def _approvals(self, text: str) -> None:
        grants = list(self._told.state.grants.values())
        if not text:
            self._paper.put(*grant_lines(self._told.state))
        elif text == "all" and grants:
            self._client.send(ask.Revoke())
        elif text.isdecimal() and 1 <= int(text) <= len(grants):
            self._client.send(ask.Revoke(grant_id=grants[int(text) - 1].id))
        else:
            self._paper.put("/approvals NUMBER takes one back, /approvals all takes back every one")

    def _blame(self, path: str) -> None:
        if self._others.blame is None:
            return
        try:
            lines = self._others.blame(path)
        except (ValueError, OSError) as error:
            self._paper.put(f"{error}.")
        else:
            self._paper.put(*lines)

    def _earlier(self, text: str) -> None:
        choices = self._others.sessions
        if choices is None:
            self._paper.put("There is no record of sessions here.")
        elif not text or not choices.named(text):
            own = self._told.state.id
            said = HELP if choices.tell(text, besides=own) else "There is no such session here."
            self._paper.put(said)
        elif choices.named(text) == self._told.state.id:
            self._paper.put("That is this session.")
        else:
            self.then = ("resume", choices.named(text))

    async def _export(self, form: str) -> None:
        if self._others.exports is None or not self._told.state.id:
            self._paper.put("Nothing of this session is recorded, so it cannot be exported.")
        else:
            await self._others.exports.run(form)

    def _budget(self, text: str) -> None:
        try:
            self._client.send(budget_wish(text))
        except ValueError as error:
            self._paper.put(str(error))

    async def _cost(self) -> None:
        if self._others.cost is not None:
            self._paper.put(*await self._others.cost(self._told.state))

    def _memory(self, verb: str, text: str) -> None:
        if self._others.memory is None:
            return
        try:
            self._paper.put(*self._others.memory(verb, text))
        except ValueError as error:
            self._paper.put(f"{error}.")

    def _attach(self, path: str) -> None:
        if self._others.attach is None:
            self._paper.put("Nothing can be attached here.")
            return
        try:
            image = self._others.attach(path)
        except (OSError, ValueError) as error:
            self._paper.put(f"{error}.")
        else:
            self._attached.append(image)
            self._paper.put(f"{image.name} goes with your next message.")

    def _replay(self, _text: str) -> None:
        self._go("replay", self._told.state.id)

    def _fork(self, text: str) -> None:
        if text and not text.isdecimal():
            self._paper.put("/fork goes on in a copy of this session; /fork 12: up to step 12.")
        else:
            self._go("fork", self._told.state.id, text)

    def _go(self, *then: str) -> None:
        """Go on to something, once nothing runs here."""
        if self._told.state.main.turn is not None:
            self._paper.put("A turn is running: wait for its end, or end it with /stop.")
        elif len(then) > 1 and self._told.state.id in ("", NOT_RECORDED):
            self._paper.put("Nothing of this session is recorded.")
        else:
            self.then = then

    async def _plan(self, text: str) -> None:
        plan = self._told.state.main.plan
        if text == "edit" and plan is not None and self._others.edit_text is not None:
            steps = await self._others.edit_text("\n".join(step.text for step in plan.steps))
            self._client.send(ask.EditPlan(plan=edited_plan(plan, steps)))
            return
        self._paper.put(*(plan_lines(plan) if plan is not None else ["There is no plan."]))

    def _status(self) -> None:
        state = self._told.state
        self._paper.put(f"model {state.model}, mode {state.mode}, sandbox {state.sandbox}")
        meters = meter_words(state)
        self._paper.put(meters or "Nothing was asked of the model yet.")

    def _context(self) -> None:
        main = self._told.state.main
        if main.instructions is None:
            self._paper.put("Nothing was gathered yet: it is, with the first message.")
        else:
            self._paper.put(*context_lines(main.instructions, main.system, main.tools))

    def _recall(self) -> None:
        queue = self._told.state.queue
        if not queue:
            self._paper.put("Nothing is queued.")
            return
        self._client.send(ask.Recall(message_id=queue[-1].id))
        text = queue[-1].text
        self._paper.put(f"Taken back: {text if isinstance(text, str) else text.preview}")
