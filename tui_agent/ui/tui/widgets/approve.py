"""The Approve pane: calls, questions and the budget pause, answered by one key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from textual import events
from textual.widgets import TextArea

from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.spending import amount_in
from tui_agent.core.state import Call, Session
from tui_agent.ui.allowing import NO_RULE
from tui_agent.ui.tui import approval_keys as card
from tui_agent.ui.tui.allow_items import Choosing
from tui_agent.ui.tui.approve_items import ApprovalItem, Key
from tui_agent.ui.tui.budget_item import ANSWERS, BudgetItem, budget_item
from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.messages import Decided, Left, Restated, Toasted
from tui_agent.ui.tui.pane import Said
from tui_agent.ui.tui.question_items import QuestionItem
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.widgets.answer_line import AnswerLine, beside
from tui_agent.ui.tui.widgets.hunk_editor import HunkEditor, is_editable
from tui_agent.ui.tui.widgets.outside import write_outside

NOT_HERE = "It has control characters: reject it and say what to run instead."
COMMAND_PLACE = (1, 5)
"""The row and column in which the command stands."""


class ApprovePane(VirtualLines):
    """Shows the request that waits, and turns keys into its answer."""

    title = "Approve"
    short_title = "Ask"

    def __init__(self, *, plane: str = "surface", id: str | None = None) -> None:
        """Begin with nothing that waits."""
        super().__init__(plane=plane, id=id)
        self.key_context = "approval"
        self.armed = True
        self.request_id = ""
        self._call: Call | None = None
        self._state: Session | None = None
        self._explained = False
        self._choice: Choosing | None = None
        """The rule that is being chosen, if any."""
        self._line: AnswerLine | None = None
        self._line_action = ""
        self._editor: HunkEditor | None = None
        """Where a command of several lines is edited."""

    # What it shows

    def show(self, state: Session) -> None:
        """Show the first request that is neither an edit nor a plan."""
        found = next(
            (
                (waiting.request_id, state.call(waiting))
                for waiting in state.waiting.values()
                if card.is_card(state.call(waiting).proposal)
            ),
            None,
        )
        request_id, call = found or ("", None)
        if request_id != self.request_id:
            self._explained = False
            self._choice = None
            self._leave_line()
        self.request_id, self._call, self._state = request_id, call, state
        kind = self._kind
        self.title = {"approval": "Approve", "question": "Question", "budget": "Budget"}[kind]
        self.key_context = "allow" if self._choice is not None else kind
        self._draw()

    @property
    def _kind(self) -> str:
        question = self._call.proposal.question if self._call and self._call.proposal else None
        if question is None:
            return "approval"
        return "budget" if question.kind == "budget" else "question"

    @property
    def waits(self) -> bool:
        """Whether a request of this pane is open."""
        return self._call is not None

    def arm(self, *, armed: bool) -> None:
        """Hear answers from now on, or not yet."""
        if armed != self.armed:
            self.armed = armed
            self._draw()
            self.post_message(Restated())

    def header(self, *, folded: bool) -> tuple[Sequence[Said], Sequence[Said]]:
        """Return what is asked about, and its step."""
        call = self._call
        if call is None or call.proposal is None:
            return (), (("none", "text-3"),)
        if self._kind == "budget":
            left = "the next call would pass the cap"
        else:
            left = "check" if call.proposal.check else call.tool
        if folded:
            return ((self._glyphs().waiting + " ", "pending"), (left, "text-2")), ()
        return ((left, "text bold"),), ((f"step {call.step}", "text-2"),)

    def tab(self) -> Sequence[Said]:
        """Return a sign while something waits."""
        return ((self._glyphs().waiting, "pending"),) if self.waits else ()

    def wanted_rows(self, width: int) -> int:
        """Return the rows of everything."""
        return self.total if self.size.width else sum(i.height_hint(width) for i in self.items)

    def hints(self) -> Sequence[tuple[str, str]] | None:
        """Return the keys of the card; of other questions the keymap's own."""
        item = self.items[0] if self.items else None
        if isinstance(item, QuestionItem):
            chosen = " ".join(one.key for one in item.question.choices)
            own = [(name, "") for name in app_of(self).keymap.in_footer("question")]
            return [(chosen, "choose"), *own] if chosen else own
        if self.key_context not in {"approval", "budget"} or item is None:
            return None
        keys = {key.action for key in getattr(item, "keys", ())}
        return [(one, "") for one in app_of(self).keymap.in_footer(self.key_context) if one in keys]

    def _draw(self) -> None:
        item = self._item()
        self.set_items([item] if item is not None else [])
        self._place_line()

    def _item(self) -> ApprovalItem | QuestionItem | BudgetItem | None:
        call, state = self._call, self._state
        if call is None or call.proposal is None or state is None:
            return None
        question = call.proposal.question
        if question is None:
            return ApprovalItem(
                proposal=card.as_typed(call.proposal, self._editor.text if self._editor else ""),
                reason=call.reason,
                sandbox=state.sandbox,
                mode=state.mode,
                keys=card.approval_keys(call, call.proposal, self._key),
                armed=self.armed,
                explained=self._explained,
                considered=call.considered,
                choosing=self._choice,
                allow_keys=card.allow_keys(app_of(self)),
                editing=self._line is not None and self._line.purpose == "command",
            )
        if question.kind == "budget":
            return budget_item(question, state, self._key, armed=self.armed)
        keys = [
            Key(action=c.key, key=c.key, words=c.label, note=c.detail) for c in question.choices
        ]
        if question.free_text:
            keys.append(self._key("question.answer", "answer in your own words"))
        keys.append(self._key("question.reject", "give no answer"))
        return QuestionItem(question=question, keys=tuple(keys), armed=self.armed)

    def _key(self, action: str, words: str) -> Key:
        app = app_of(self)
        shown = app.keymap.shown(action, ascii_only=app.glyphs.ascii_only)
        return Key(action=action, key=shown, words=words)

    # Keys

    def act(self, action: str) -> bool:
        """Do what a key means for the request that waits."""
        if self.scroll_by_key(action):
            return True
        context, _, name = action.partition(".")
        if context != self.key_context or self._call is None:
            return False
        if context == "allow":
            self._choose(name)
            return True
        if name == "prefix":
            self._begin_choice()
            return True
        if name == "explain":
            self._explained = not self._explained
            self._draw()
            self._reveal("explain", "explain end")
            return True
        if self.armed:
            self._answer(name)
        return True

    def _begin_choice(self) -> None:
        """Show which rules may be allowed instead; nothing is allowed by that."""
        offers = self._call.offers if self._call is not None else ()
        if not offers:
            self.post_message(Toasted(NO_RULE, role="warning", glyph="warning"))
            return
        proposal = self._call.proposal if self._call is not None else None
        if proposal is not None:
            self._set_choice(Choosing(offers=offers, proposal=proposal))
            self._reveal("allow", "allow end")

    def _choose(self, name: str) -> None:
        choice = self._choice
        if choice is None or name == "back":
            self._set_choice(None)
        elif name == "take":
            if self.armed:
                self._set_choice(None)
                self._decide(choice.decision())
        else:
            moves = {
                "down": lambda: choice.moved(1),
                "up": lambda: choice.moved(-1),
                "scope": choice.elsewhere,
                "span": choice.longer,
            }
            self._set_choice(moves[name]())
            self._reveal("chosen", "chosen")

    def _set_choice(self, choice: Choosing | None) -> None:
        self._choice = choice
        self.key_context = "allow" if choice is not None else self._kind
        self._draw()
        self.post_message(Restated())

    def _answer(self, name: str) -> None:
        proposal = self._call.proposal if self._call is not None else None
        if proposal is None:
            return
        if name in {"once", "session"}:
            self._decide(Decision(verdict="session" if name == "session" else "once"))
        elif name in {"effect", "tree"}:
            self._choose_view(proposal, "copy" if name == "effect" else "tree")
        elif name == "reject":
            self._reject(proposal)
        elif name in {"why", "answer"}:
            purpose, hint = card.PURPOSES[name]
            self._ask(purpose, f"{self.key_context}.{name}", hint=hint)
        elif name == "edit":
            self._edit(proposal)
        elif name == "amount":
            pause = proposal.question.pause if proposal.question is not None else None
            wanted = f"{pause.raised:.2f}" if pause is not None else ""
            self._ask("amount", "budget.amount", text=wanted, hint=card.PURPOSES["amount"][1])
        elif self._offered(ANSWERS.get(name, "")):
            self._decide(Decision(verdict="once", answer=ANSWERS[name]))

    def _offered(self, answer: str) -> bool:
        """Whether the question that waits takes this answer."""
        call = self._call
        question = call.proposal.question if call is not None and call.proposal else None
        return question is not None and any(one.key == answer for one in question.choices)

    def _choose_view(self, proposal: Proposal, view: Literal["copy", "tree"]) -> None:
        command = proposal.command
        if command is not None and command.copying is not None and command.view != view:
            self._decide(Decision(verdict="once", view=view))

    def _reject(self, proposal: Proposal) -> None:
        """A question may use the letter for a choice of its own."""
        question = proposal.question
        if question is not None and any(choice.key == "n" for choice in question.choices):
            self._decide(Decision(verdict="once", answer="n"))
        else:
            self._decide(Decision(verdict="reject"))

    def on_key(self, event: events.Key) -> None:
        """Take a choice by its digit or letter."""
        if self._choice is not None and event.character is not None and event.character.isdecimal():
            event.stop()
            self._set_choice(self._choice.at(int(event.character) - 1))
            return
        proposal = self._call.proposal if self._call is not None else None
        question = proposal.question if proposal is not None else None
        if question is None or question.kind == "budget" or not self.armed or self._line:
            return
        if any(choice.key == event.character for choice in question.choices):
            event.stop()
            self._decide(Decision(verdict="once", answer=event.character))

    def _decide(self, decision: Decision) -> None:
        self.post_message(Decided(self.request_id, decision))

    # Typing

    def _edit(self, proposal: Proposal) -> None:
        command = proposal.command
        if command is None:
            return
        if "\n" not in command.text:
            self._ask("command", "approval.edit", text=command.text)
        elif not is_editable(command.text):
            self.post_message(Toasted(NOT_HERE, role="warning", glyph="warning"))
        elif self._editor is None and self.is_attached:
            self._editor = HunkEditor(
                command.text,
                proposed=command.text,
                kept=Counter(),
                path="command.sh",
                sheet=self.sheet(0),
            )
            self.mount(self._editor)
            self.go_to_row(0)
            self._place_line()
            self._editor.focus(scroll_visible=False)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Give the editor the rows that it needs."""
        event.stop()
        self._draw()

    async def on_hunk_editor_asked(self, event: HunkEditor.Asked) -> None:
        """Run what was typed, begin anew, go to $EDITOR, or leave the command as it was."""
        event.stop()
        editor = self._editor
        if editor is None:
            return
        if event.what == "restore":
            editor.load_text(editor.proposed)
        elif event.what == "editor":
            self.run_worker(write_outside(editor, ".sh"), exclusive=True, group="outside")
        elif event.what != "reflow":
            text = editor.text.strip("\n")
            self._leave_line()
            if event.what == "keep" and text.strip():
                self._decide(Decision(verdict="once", command=text))
        self._draw()

    def _ask(self, purpose: str, action: str, *, text: str = "", hint: str = "") -> None:
        if self._line is not None or not self.is_attached:
            return
        self._line = AnswerLine(purpose=purpose, text=text, hint=hint)
        self._line_action = action
        self.mount(self._line)
        self._draw()
        self._reveal(action, action) if purpose != "command" else self.go_to_row(0)
        self._place_line()
        self._line.focus(scroll_visible=False)

    def _reveal(self, first: str, last: str) -> None:
        """Bring into view what a key has opened: rows that nobody saw are not answered."""
        item = self.items[0] if self.items else None
        if isinstance(item, ApprovalItem | QuestionItem | BudgetItem):
            places = item.drawn(self.sheet(0))[1]
            if first in places:
                self.reveal_rows(places[first][0], places[last][0] + 1)

    def _place_line(self) -> None:
        if self._editor is not None:
            row, x = COMMAND_PLACE
            self._editor.styles.offset = (x, row - self.top)
            self._editor.styles.width = max(1, self.size.width - x - 2)
            self._editor.styles.height = self._editor.lines
        if self._line is None or not self.items:
            return
        item = self.items[0]
        if isinstance(item, ApprovalItem | QuestionItem | BudgetItem):
            row, column = item.drawn(self.sheet(0))[1].get(self._line_action, (0, 2))
            x, row = beside(column + 2, row, self.size.width)
            if self._line.purpose == "command":
                row, x = COMMAND_PLACE
            self._line.place(x, row - self.top, self.size.width - x - 2)

    def _leave_line(self) -> None:
        gone = [one for one in (self._line, self._editor) if one is not None]
        self._line = self._editor = None
        for one in gone:
            had_focus = one.has_focus
            one.remove()
            if had_focus:
                self.focus(scroll_visible=False)
        if gone:
            self._draw()

    def on_answer_line_gone(self, event: AnswerLine.Gone) -> None:
        """Leave the request as it is."""
        event.stop()
        self._leave_line()

    def on_answer_line_given(self, event: AnswerLine.Given) -> None:
        """Answer with what was typed, unless its request has gone meanwhile."""
        event.stop()
        if event.line is not self._line:
            return
        text = event.text.strip()
        purpose = event.line.purpose
        self._leave_line()
        if not text and purpose != "why":
            self.post_message(Left())
        elif purpose == "amount" and amount_in(text) is None:
            told = f"{text} is no amount in dollars."
            self.post_message(Toasted(told, role="warning", glyph="warning"))
        else:
            self._decide(card.answer_of(purpose, text))
