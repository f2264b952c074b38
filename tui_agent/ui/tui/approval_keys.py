"""Which keys the card of a call has, what it says of them, and what is answered with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.state import Call
from tui_agent.ui.tui.allow_items import AllowKeys, widest
from tui_agent.ui.tui.approve_items import Key
from tui_agent.ui.tui.keyed_app import KeyedApp

PURPOSES = {
    "why": ("why", "why not?"),
    "answer": ("answer", "your answer"),
    "amount": ("amount", "dollars"),
}


def is_card(proposal: Proposal | None) -> bool:
    """Whether a proposal is asked about on a card: edits and plans have panes of their own."""
    if proposal is None or proposal.patch is not None:
        return False
    return proposal.question is None or proposal.question.kind != "plan"


def as_typed(proposal: Proposal, text: str) -> Proposal:
    """Return a proposal whose command has as many rows as the editor over it; empty: none is."""
    if not text or proposal.command is None:
        return proposal
    return replace(proposal, command=replace(proposal.command, text=text))


def answer_of(purpose: str, text: str) -> Decision:
    """Return what a line that was typed for a purpose decides."""
    if purpose == "why":
        return Decision(verdict="reject", feedback=text)
    if purpose == "command":
        return Decision(verdict="once", command=text)
    if purpose == "amount":
        return Decision(verdict="once", answer="b", feedback=text)
    return Decision(verdict="once", answer=text)


def allow_keys(app: KeyedApp) -> AllowKeys:
    """Return the keys with which a rule is chosen."""
    keymap, ascii_only = app.keymap, app.glyphs.ascii_only
    names = ("take", "scope", "span", "back")
    return AllowKeys(
        **{name: keymap.shown(f"allow.{name}", ascii_only=ascii_only) for name in names}
    )


def approval_keys(
    call: Call, proposal: Proposal, key: Callable[[str, str], Key]
) -> tuple[Key, ...]:
    """Return them; `key` makes one of an action and its words."""
    copied = proposal.command is not None and proposal.command.view == "copy"
    keys = [key("approval.once", "allow once, in the copy" if copied else "allow once")]
    what = "this command" if proposal.command is not None else "this"
    keys.append(key("approval.session", f"allow exactly {what} until the session ends"))
    if call.offers:
        note = widest(proposal, max(call.offers, key=lambda one: one.matched))
        keys.append(replace(key("approval.prefix", "allow more of the kind"), note=note))
    keys.append(key("approval.reject", "reject"))
    keys.append(replace(key("approval.why", "reject, say why"), beside=True))
    keys += _copy_keys(proposal, key)
    if proposal.command is not None:
        keys.append(key("approval.edit", "edit"))
    explain = key("approval.explain", "explain the rules")
    keys.append(replace(explain, beside=proposal.command is not None))
    return tuple(keys)


def _copy_keys(proposal: Proposal, key: Callable[[str, str], Key]) -> list[Key]:
    """Return the key that shows the effect first, or the one that does without."""
    command = proposal.command
    if command is None or command.copying is None:
        return []
    if command.view == "copy":
        return [key("approval.tree", "allow once, in the workspace itself")]
    shown = key("approval.effect", "the effect as a diff: run it in a copy first")
    not_held = "; ".join(command.copying.not_held)
    return [replace(shown, note=f"not held back: {not_held}" if not_held else "")]
