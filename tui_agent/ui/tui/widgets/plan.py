"""The Plan pane: how far the plan is, a plan that waits, and editing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from textual.widgets import TextArea

from tui_agent.core.commands import EditPlan
from tui_agent.core.plan import Plan
from tui_agent.core.proposal import Decision, Question
from tui_agent.core.state import Session
from tui_agent.ui.tui.approve_items import Key
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.messages import Decided, Restated, Sent
from tui_agent.ui.tui.notes_items import Sentence
from tui_agent.ui.tui.pane import Said
from tui_agent.ui.tui.plan_items import SIGNS, FreeRows, PlanKeys, StepItem, as_text, from_text
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.widgets.answer_line import AnswerLine, beside
from tui_agent.ui.tui.widgets.hunk_editor import HunkEditor
from tui_agent.ui.tui.widgets.outside import write_outside

EMPTY = "A plan is shown here once the model makes one."
EDITOR_COLUMN = 2


class PlanPane(VirtualLines):
    """Shows the steps; takes a verdict on a plan that waits, and the person's own plan."""

    title = "Plan"
    short_title = "Plan"
    key_context = "plan"

    def __init__(self, *, plane: str = "surface", id: str | None = None) -> None:
        """Begin without a plan."""
        super().__init__(plane=plane, id=id)
        self.armed = True
        self.plan: Plan | None = None
        self.request_id = ""
        self._question: Question | None = None
        self._edited: Plan | None = None
        self._editor: HunkEditor | None = None
        self._why: AnswerLine | None = None

    # What it shows

    def show(self, state: Session) -> None:
        """Show the plan that waits, or the present one."""
        request_id, question = _waiting(state)
        if request_id != self.request_id:
            self._edited = None
            self._close()
        plan = question.plan if question is not None else state.main.plan
        if (plan, request_id) == (self.plan, self.request_id) and self.items:
            return
        self.plan, self.request_id, self._question = plan, request_id, question
        self._draw()
        # Its rows may be others once this has been laid out.
        self.call_after_refresh(self._to_present)

    @property
    def waits(self) -> bool:
        """Whether a plan is to be approved."""
        return bool(self.request_id)

    def arm(self, *, armed: bool) -> None:
        """Hear answers from now on, or not yet."""
        if armed != self.armed:
            self.armed = armed
            self._draw()

    def _shown(self) -> Plan | None:
        return self._edited or self.plan

    def _draw(self) -> None:
        plan = self._shown()
        items: list[Item] = []
        if self._editor is not None:
            items = [FreeRows(count=self._editor.lines)]
        elif plan is None or not plan.steps:
            items = [Sentence(text=EMPTY)]
        else:
            items = [
                StepItem(
                    step=step,
                    number=number,
                    in_full=self.waits,
                    digits=len(str(len(plan.steps))),
                )
                for number, step in enumerate(plan.steps, 1)
            ]
        if self.waits and plan is not None and self._editor is None:
            items.append(self._answers(plan))
        self.set_items(items)
        self._place()
        self.post_message(Restated())

    def _to_present(self) -> None:
        """Show the step that the plan has come to; what waits is read from its start."""
        steps = self.plan.steps if self.plan is not None else ()
        now = (at for at, step in enumerate(steps) if step.state in {"current", "failed"})
        place = next(now, None)
        if place is not None and place < len(self.items) and self.size.height and not self.waits:
            self.reveal(place, context=1)

    def _answers(self, plan: Plan) -> PlanKeys:
        app = app_of(self)

        def key(name: str, words: str, *, beside: bool = False) -> Key:
            action = f"plan.{name}"
            shown = app.keymap.shown(action, ascii_only=app.glyphs.ascii_only)
            return Key(action=action, key=shown, words=words, beside=beside)

        carried = plan.carries_calls()
        approve = "approve, and run its calls, each through the gate" if carried else "approve"
        keys = (
            key("approve", approve),
            key("reject", "reject"),
            key("why", "reject, say why", beside=True),
            key("edit", "edit the steps"),
        )
        return PlanKeys(
            question=self._question.text if self._question is not None else "",
            rollback=plan.rollback,
            keys=keys,
            armed=self.armed,
            edited=self._edited is not None,
        )

    def header(self, *, folded: bool) -> tuple[Sequence[Said], Sequence[Said]]:
        """Return how many steps are done; folded: the present step."""
        plan = self._shown()
        if plan is None or not plan.steps:
            return (), (("none", "text-3"),)
        total = len(plan.steps)
        if self.waits:
            waiting = self._glyphs().waiting
            return ((f"{waiting} ", "pending"), ("waits for you", "text-2")), (
                (f"{total} steps", "text-2"),
            )
        done = sum(step.state == "done" for step in plan.steps)
        if not folded:
            return (), ((f"{done} of {total} done", "text-3"),)
        place = next(
            (at for at, step in enumerate(plan.steps) if step.state in {"current", "failed"}),
            next((at for at, step in enumerate(plan.steps) if step.state == "to_do"), total - 1),
        )
        step = plan.steps[place]
        name, ink, _ = SIGNS[step.state]
        sign = str(getattr(self._glyphs(), name))
        return ((f"{sign} ", ink), (step.text, "text-2")), ((f"{place + 1} of {total}", "text-3"),)

    def tab(self) -> Sequence[Said]:
        """Return done and total."""
        plan = self._shown()
        if self.waits:
            return ((self._glyphs().waiting, "pending"),)
        if plan is None or not plan.steps:
            return ()
        done = sum(step.state == "done" for step in plan.steps)
        now = min(len(plan.steps), done + any(step.state == "current" for step in plan.steps))
        return ((f"{now}/{len(plan.steps)}", "text-3"),)

    def wanted_rows(self, width: int) -> int:
        """Return the rows of everything."""
        return self.total if self.size.width else sum(i.height_hint(width) for i in self.items)

    def hints(self) -> Sequence[tuple[str, str]] | None:
        """Offer verdicts only on a plan that waits."""
        return None if self.waits else [("plan.edit", "")]

    # Keys

    def act(self, action: str) -> bool:
        """Do what a key means for the plan."""
        if self.scroll_by_key(action):
            return True
        context, _, name = action.partition(".")
        if context != "plan":
            return False
        if name == "edit":
            self.edit()
        elif self.waits and self.armed:
            self._answer(name)
        return True

    def _answer(self, name: str) -> None:
        if name == "approve":
            self.post_message(Decided(self.request_id, Decision(verdict="once", plan=self._edited)))
        elif name == "reject":
            self.post_message(Decided(self.request_id, Decision(verdict="reject")))
        elif name == "why" and self._why is None and self.is_attached:
            self._why = AnswerLine(purpose="why", hint="why not?")
            self.mount(self._why)
            self._place()
            self._why.focus(scroll_visible=False)

    def edit(self) -> None:
        """Open the steps as text; an empty plan can be begun this way, too."""
        if self._editor is not None or not self.is_attached:
            return
        text = as_text(self._shown() or Plan())
        self._editor = HunkEditor(
            text, proposed=text, kept=Counter(), path="plan.md", sheet=self.sheet(0)
        )
        self.mount(self._editor)
        self.go_to_row(0)
        self._draw()
        self._editor.focus(scroll_visible=False)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Give the editor the rows that it needs."""
        event.stop()
        if self._editor is not None:
            self._draw()

    def on_hunk_editor_asked(self, event: HunkEditor.Asked) -> None:
        """Keep, restore or discard what was typed."""
        event.stop()
        editor = self._editor
        if editor is None:
            return
        if event.what == "reflow":
            self._draw()
            return
        if event.what == "restore":
            editor.load_text(editor.proposed)
            return
        plan = self._shown() or Plan()
        if event.what == "editor":
            self.run_worker(write_outside(editor, ".md"), exclusive=True, group="outside")
            return
        text = editor.text
        self._close()
        if event.what == "keep" and text != as_text(plan):
            self._keep(from_text(text, plan))
        self._draw()

    def _keep(self, plan: Plan) -> None:
        if self.waits:
            self._edited = replace(plan, by="user")
        else:
            self.post_message(Sent(EditPlan(plan=plan)))

    def on_answer_line_given(self, event: AnswerLine.Given) -> None:
        """Reject the plan with its reason, unless it has gone meanwhile."""
        event.stop()
        if event.line is not self._why:
            return
        self._close()
        decision = Decision(verdict="reject", feedback=event.text.strip())
        self.post_message(Decided(self.request_id, decision))

    def on_answer_line_gone(self, event: AnswerLine.Gone) -> None:
        """Leave the plan as it waits."""
        event.stop()
        self._close()

    def _close(self) -> None:
        gone = [widget for widget in (self._editor, self._why) if widget is not None]
        self._editor = self._why = None
        for widget in gone:
            had_focus = widget.has_focus
            widget.remove()
            if had_focus:
                self.focus(scroll_visible=False)

    def _place(self) -> None:
        if self._editor is not None:
            self._editor.styles.offset = (EDITOR_COLUMN, -self.top)
            self._editor.styles.width = max(1, self.size.width - EDITOR_COLUMN - 1)
            self._editor.styles.height = self._editor.lines
        if self._why is not None and self.items:
            index = len(self.items) - 1
            item = self.items[index]
            if isinstance(item, PlanKeys):
                row, column = item.drawn(self.sheet(index))[1]["plan.why"]
                x, row = beside(column + 2, row, self.size.width)
                self.reveal_rows(self.top_of(index) + row, self.top_of(index) + row)
                self._why.place(x, self.top_of(index) + row - self.top, self.size.width - x - 2)


def _waiting(state: Session) -> tuple[str, Question | None]:
    for waiting in state.waiting.values():
        proposal = state.call(waiting).proposal
        question = proposal.question if proposal is not None else None
        if question is not None and question.kind == "plan":
            return waiting.request_id, question
    return "", None
