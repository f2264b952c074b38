"""Line mode's slash commands: one table for what they do and what `/help` says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable

from tui_agent.core import commands as ask
from tui_agent.core.overview import NOT_RECORDED
from tui_agent.core.ports import Client
from tui_agent.core.servers import is_served
from tui_agent.core.state import Session
from tui_agent.ui.budget_words import budget_wish
from tui_agent.ui.grant_lines import grant_lines
from tui_agent.ui.line_approval import edited_plan
from tui_agent.ui.line_doors import Others
from tui_agent.ui.line_editing import Edit
from tui_agent.ui.line_message import Message
from tui_agent.ui.line_sessions import FORMATS, HELP, Choices
from tui_agent.ui.line_told import (
    call_lines,
    rewind_lines,
    status_lines,
    told_context,
)
from tui_agent.ui.plan_lines import plan_lines
from tui_agent.ui.rewind_words import rewind_wish
from tui_agent.ui.text import Line, Paper
from tui_agent.ui.transcript import Transcript
from tui_agent.ui.undo_words import HELP as UNDO_HELP
from tui_agent.ui.undo_words import undo_wish

MODES = ("plan", "ask", "edit", "auto")
NEXT = "next"
"""What Shift-Tab says after `/mode`."""
_WITH_A_SESSION = (["replay"], ["fork"], ["export"], ["label"])
ALIASES = {"exit": "quit", "q": "quit", "clear": "new", "resume": "sessions", "keys": "help"}


@dataclass(frozen=True, slots=True)
class _Entry:
    what: str
    do: Callable[[str], object]
    argument: str = ""


class SlashCommands:
    """Carries out what begins with a slash."""

    def __init__(
        self, client: Client, paper: Paper, told: Transcript, edit: Edit, others: Others
    ) -> None:
        self._client, self._paper, self._told, self._edit = client, paper, told, edit
        self._others = others
        self.message = Message(client, paper, told, edit, others)
        self.then: tuple[str, ...] = ()
        """What is to be gone on to: `("resume", ID)`, for one; empty: nothing."""
        self._table = {
            **self._of_the_model(),
            **self._of_the_conversation(),
            **self._of_the_files(),
            **self._of_sessions(),
        }

    def _of_the_model(self) -> dict[str, _Entry]:
        return {
            "help": _Entry("these commands", lambda _: self._help()),
            "mode": _Entry("change the mode", self._mode, "plan|ask|edit|auto"),
            "model": _Entry("change the model; alone: say which it is", self._model),
            "budget": _Entry(
                "what the session, a turn or a day may cost", self._budget, "[turn|day] DOLLARS"
            ),
            "cost": _Entry("what was spent, by agent and model", lambda _: self._cost()),
            "compact": _Entry(
                "make the conversation shorter for the model; say what to keep in mind",
                lambda text: self._client.send(ask.Compact(instructions=text)),
            ),
            "context": _Entry(
                "what the model is told beforehand", lambda _: self._tell(told_context)
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
        }

    def _of_the_conversation(self) -> dict[str, _Entry]:
        return {
            "plan": _Entry("show the plan; /plan edit changes its steps", self._plan),
            "status": _Entry(
                "model, mode, tokens, cost, queue", lambda _: self._tell(status_lines)
            ),
            "steer": _Entry("say something to the running turn", self.message.steer, "TEXT"),
            "recall": _Entry("take back the last queued message", lambda _: self.message.recall()),
            "stop": _Entry("end the turn", lambda _: self.message.stop()),
            "editor": _Entry("write a message in your editor", self.message.write),
            "history": _Entry("what was said; /history WORDS searches", self.message.history),
            "files": _Entry(
                "find files to name with @: letters in their order", self.message.files, "LETTERS"
            ),
            "attach": _Entry("an image, for your next message", self.message.attach, "FILE"),
            "copy": _Entry("the last answer, into the clipboard", lambda _: self.message.copy()),
            "output": _Entry("all that a call was given and gave; /output list", self._output),
        }

    def _of_the_files(self) -> dict[str, _Entry]:
        return {
            "checks": _Entry(
                "run the project's checks", lambda _: self._client.send(ask.RunChecks())
            ),
            "undo": _Entry("take the last turn's edits back, or those of a turn", self._undo),
            "rewind": _Entry("go back to an earlier place; alone: list the places", self._rewind),
            "blame": _Entry("which step made each line of a file", self._blame, "FILE"),
            "approvals": _Entry(
                "what is allowed for the session; /approvals 2 takes one back", self._approvals
            ),
        }

    def _of_sessions(self) -> dict[str, _Entry]:
        return {
            "label": _Entry("name this place", self._label, "TEXT"),
            "sessions": _Entry("list earlier ones; /sessions 2 goes on with one", self._earlier),
            "export": _Entry("this session as a file for others", self._export, "|".join(FORMATS)),
            "replay": _Entry("this session from its start, step by step", self._replay),
            "fork": _Entry("go on in a copy of this session, or up to a step of it", self._fork),
            "new": _Entry("begin a new session", lambda _: self._go("new")),
            "theme": _Entry("line mode takes the terminal's own colours", lambda _: self._theme()),
            "quit": _Entry("leave; an open turn is suspended", lambda _: None),
        }

    @property
    def names(self) -> dict[str, str]:
        """What can be typed after the slash, and what each does."""
        return {name: entry.what for name, entry in self._table.items()}

    def means(self, text: str) -> bool:
        """Return whether a text is a command and no message: `/etc/hosts is empty` is one."""
        word = text.split(maxsplit=1)[0]
        return word.startswith("/") and ("/" not in word[1:] or is_served(word[1:]))

    async def run(self, text: str) -> bool:
        """Carry a command out; tell whether the conversation goes on."""
        typed, _, argument = text[1:].partition(" ")
        name = ALIASES.get(typed, typed)
        if name == "quit":
            return False
        if is_served(name):
            self._client.send(ask.AskServers(what="prompt", name=name, rest=argument.strip()))
            return True
        entry = self._table.get(name)
        if entry is None:
            near = [one for one in self._table if one.startswith(name[:2])]
            hint = f"; did you mean /{near[0]}?" if name and near else "; /help lists them"
            self._paper.put(f"There is no command /{name}{hint}")
        elif entry.argument and not argument.strip() and name not in ("mode", "budget"):
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
        now = self._told.state.mode
        if mode == NEXT:
            mode = MODES[(MODES.index(now) + 1) % len(MODES)]
        if mode in MODES:
            self._client.send(ask.SetMode(mode=mode))
        else:
            self._paper.put(f"The mode is {now}; /mode {'|'.join(MODES)}")

    def _model(self, name: str) -> None:
        if name:
            self._client.send(ask.SetModel(model=name))
        else:
            self._paper.put(f"The model is {self._told.state.model}; /model NAME changes it.")

    def _tell(self, lines: Callable[[Session], Sequence[Line | str]]) -> None:
        self._paper.put(*lines(self._told.state))

    async def _output(self, text: str) -> None:
        self._paper.put(*await call_lines(self._told, text))

    def _theme(self) -> None:
        self._paper.put("Line mode takes the terminal's own colours; themes are worn in the app.")

    def _label(self, text: str) -> None:
        self._client.send(ask.Label(text=text))
        self._paper.put(f"This place is now called {text}.")

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
        self._tell(rewind_lines)

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

    async def _earlier(self, text: str) -> None:
        choices = self._others.sessions
        first, _, rest = text.partition(" ")
        if choices is None:
            self._paper.put("There is no record of sessions here.")
        elif (chosen := choices.named(first)) and rest.split()[:1] in _WITH_A_SESSION:
            await self._with_session(choices, chosen, rest)
        elif not text or not choices.named(text):
            own = self._told.state.id
            none = "There is no such session here." if text else "There is no other session here."
            self._paper.put(HELP if choices.tell(text, besides=own) else none)
        elif choices.named(text) == self._told.state.id:
            self._paper.put("That is this session.")
        else:
            self.then = ("resume", choices.named(text))

    async def _with_session(self, choices: Choices, chosen: str, wish: str) -> None:
        """Do something with another session than to go on with it."""
        verb, _, rest = wish.partition(" ")
        match verb:
            case "replay":
                self._go("replay", chosen)
            case "fork":
                self._go("fork", chosen, rest)
            case "label":
                choices.name(chosen, rest.strip())
            case _ if self._others.exports is not None:
                await self._others.exports.run(rest.strip(), chosen)

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
        if plan is None:
            self._paper.put("There is no plan.")
        elif text == "edit":
            steps = await self._edit("\n".join(step.text for step in plan.steps))
            if steps is not None:
                self._client.send(ask.EditPlan(plan=edited_plan(plan, steps)))
        else:
            self._paper.put(*plan_lines(plan))
