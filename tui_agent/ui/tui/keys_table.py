"""Every action of the screen with its keys: the table behind bindings, footer, help and docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a key does."""

    id: str
    """`context.name`: the context says where the keys work."""
    keys: tuple[str, ...]
    """A character, or a name such as `ctrl+p`, `shift+tab`, `f6`, `alt+left`."""
    label: str
    """Two or three words, for the footer."""
    description: str
    """A sentence, for help, palette and the reference."""
    footer: int = 0
    """Its place in the footer, from 1; 0: not there."""
    palette: bool = False
    """Whether the palette offers it."""

    @property
    def context(self) -> str:
        """Where the keys work: `app`, `prompt`, `pane` or one pane."""
        return self.id.partition(".")[0]

    @property
    def pair(self) -> str:
        """The action whose key the footer shows beside this one's, or an empty string."""
        return PAIRS.get(self.id, "")


def _action(
    id: str,
    keys: str,
    label: str,
    description: str,
    footer: int = 0,
    *,
    palette: bool = False,
) -> Action:
    return Action(
        id=id,
        keys=tuple(keys.split()),
        label=label,
        description=description,
        footer=footer,
        palette=palette,
    )


CONTEXTS: dict[str, tuple[str, str]] = {
    "app": ("", "Everywhere"),
    "prompt": ("app", "Prompt"),
    "history": ("", "History search"),
    "pane": ("app", "Any pane"),
    "conversation": ("pane", "Conversation"),
    "review": ("pane", "Review of changes"),
    "hunk-editor": ("", "Hunk editor"),
    "answer": ("", "Answer line"),
    "approval": ("pane", "Approval of a call"),
    "allow": ("pane", "Choice of a rule to allow"),
    "question": ("pane", "Question"),
    "budget": ("pane", "Budget pause"),
    "plan": ("pane", "Plan"),
    "output": ("pane", "Output"),
    "replay": ("", "Replay"),
    "picker": ("", "Palette and pickers"),
    "first": ("", "First card"),
    "trust": ("", "Trust card"),
}
"""Each context: the one whose keys work there too, and its title."""

ACTIONS: tuple[Action, ...] = (
    _action("app.palette", "ctrl+p", "commands", "Open the command palette.", 1),
    _action(
        "app.mode", "shift+tab", "mode", "Go to the next mode: plan, ask, edit, auto.", 2,
        palette=True,
    ),
    _action("app.next_pane", "f6", "next pane", "Go to the next pane, and back to the prompt.", 3),
    _action("app.previous_pane", "shift+f6", "pane before", "Go to the pane before."),
    _action(
        "app.output", "ctrl+o", "output", "Unfold or fold the output of the last call.", 4,
        palette=True,
    ),
    _action("app.plan", "ctrl+t", "plan", "Unfold or fold the plan.", 5, palette=True),
    _action("app.help", "f1", "keys", "Show every key.", palette=True),
    _action("app.interrupt", "ctrl+c", "stop", "Stop the running turn, else clear the prompt."),
    _action("app.copy", "ctrl+y", "copy", "Copy the selection, or what has the focus."),
    _action("app.wider", "alt+right", "wider", "Make the conversation wider."),
    _action("app.narrower", "alt+left", "narrower", "Make the conversation narrower."),
    _action("app.taller", "alt+down", "taller", "Make the upper pane taller."),
    _action("app.flatter", "alt+up", "flatter", "Make the upper pane flatter."),
    _action("app.suspend", "ctrl+z", "shell", "Go to the shell; `fg` comes back."),
    _action("prompt.send", "enter", "send", "Send the message; while a turn runs, queue it."),
    _action(
        "prompt.newline", "shift+enter ctrl+j alt+enter", "new line",
        "Begin a new line; so does a backslash before Enter.",
    ),
    _action("prompt.steer", "ctrl+s", "steer", "Say it to the running turn, at its next step."),
    _action("prompt.editor", "ctrl+g", "editor", "Write the message in $EDITOR."),
    _action("prompt.history", "ctrl+r", "history", "Search the messages sent before.", 6),
    _action("prompt.recall", "up", "recall", "On an empty prompt: take a queued message back."),
    _action("prompt.later", "down", "later", "The message after, in the history."),
    _action("prompt.complete", "tab", "complete", "Complete a file, a command or a path."),
    _action("prompt.stop", "escape", "stop", "Stop the running turn; twice when idle: rewind."),
    _action("prompt.leave", "ctrl+d", "leave", "Leave, when the prompt is empty."),
    _action("prompt.help", "?", "keys", "On an empty prompt: show every key."),
    _action("history.older", "ctrl+r down", "older", "The next older match.", 1),
    _action("history.newer", "ctrl+s up", "newer", "The next newer match.", 2),
    _action("history.page_older", "pagedown", "page older", "A page further back."),
    _action("history.page_newer", "pageup", "page newer", "A page nearer."),
    _action("history.take", "enter tab", "take it", "Put the match into the prompt.", 3),
    _action("history.close", "escape ctrl+c", "close", "Close without a change.", 4),
    _action("pane.back", "escape", "prompt", "Go back to the prompt."),
    _action("pane.down", "j down", "down", "Go down."),
    _action("pane.up", "k up", "up", "Go up."),
    _action("pane.page_down", "pagedown", "page down", "Go down a page."),
    _action("pane.page_up", "pageup", "page up", "Go up a page."),
    _action("pane.first", "home", "start", "Go to the start."),
    _action("pane.last", "end", "end", "Go to the end."),
    _action("pane.help", "?", "keys", "Show every key."),
    _action("conversation.open", "enter", "open", "Unfold a call; open a child's conversation.", 1),
    _action("conversation.unfold", "space", "unfold", "Unfold or fold a call."),
    _action("conversation.down", "j down", "call", "To the next call.", 2),
    _action("conversation.up", "k up", "up", "To the call before."),
    _action("conversation.all", "E", "unfold all", "Unfold or fold every call.", 3),
    _action("review.accept", "y", "accept", "Accept this hunk.", 1),
    _action("review.reject", "n", "reject", "Reject this hunk.", 2),
    _action("review.why", "r", "reject, say why", "Reject this hunk and give the reason.", 3),
    _action("review.edit", "e", "edit", "Edit the new text of this hunk.", 4),
    _action("review.split", "s", "split", "Split this hunk into its runs.", 5),
    _action("review.line", "space", "line", "Take this line, or leave it out.", 6),
    _action("review.undo", "u", "undo", "Take the verdict back; once applied, the hunk.", 7),
    _action("review.undo_edit", "U", "undo edit", "Take the whole applied edit back."),
    _action("review.next", "]", "hunk", "To the next hunk.", 8),
    _action("review.previous", "[", "hunk before", "To the hunk before."),
    _action(
        "review.full", "f", "full screen", "Review changes on the full screen, and back.", 9,
        palette=True,
    ),
    _action("review.accept_file", "a", "accept file", "Accept every hunk left in this file."),
    _action("review.reject_file", "d", "reject file", "Reject every hunk left in this file."),
    _action("review.accept_all", "A", "accept all", "Accept every hunk left.", palette=True),
    _action("review.reject_all", "D", "reject all", "Reject every hunk left.", palette=True),
    _action("review.allow", "p", "allow…", "Accept this edit, and choose a rule that allows more."),
    _action("review.next_file", "}", "file", "To the next file."),
    _action("review.previous_file", "{", "file before", "To the file before."),
    _action("review.down", "j down", "line", "To the next line."),
    _action("review.up", "k up", "line before", "To the line before."),
    _action("review.search", "/", "search", "Search the hunks; once more: the next match."),
    _action("review.view", "v", "side by side", "Switch between unified and side by side."),
    _action(
        "review.apply", "enter", "apply", "Apply, once every hunk is decided; else to the next."
    ),
    _action(
        "review.checks", "c", "run the checks",
        "Run the project's checks on the accepted hunks, in a copy.",
    ),
    _action("review.later", "escape", "later", "Decide later; nothing is written."),
    _action("hunk-editor.keep", "ctrl+s", "keep", "Accept the hunk as it is edited.", 1),
    _action("hunk-editor.restore", "ctrl+r", "as proposed", "Back to what was proposed.", 2),
    _action("hunk-editor.editor", "ctrl+g", "editor", "Edit the hunk in $EDITOR.", 3),
    _action("hunk-editor.discard", "escape", "discard", "Leave the hunk as it was.", 4),
    _action("hunk-editor.help", "f1", "keys", "Show every key."),
    _action("answer.give", "enter", "answer", "Give the answer.", 1),
    _action("answer.leave", "escape ctrl+c", "back", "Leave without an answer.", 2),
    _action("answer.help", "f1", "keys", "Show every key."),
    _action("approval.once", "y", "once", "Allow it this once.", 1),
    _action("approval.session", "s", "session", "Allow exactly this until the session ends.", 2),
    _action("approval.prefix", "p", "allow…", "Choose a rule that allows more of the kind.", 3),
    _action("approval.reject", "n", "reject", "Reject it.", 4),
    _action("approval.why", "r", "reject, say why", "Reject it and give the reason.", 5),
    _action("approval.edit", "e", "edit", "Edit the command.", 6),
    _action("approval.explain", "x", "explain", "Say which rule asks, and where it stands.", 7),
    _action(
        "approval.effect", "d", "effect first",
        "Run the command in a copy, and review what it changes before it is real.",
    ),
    _action("approval.tree", "t", "in place", "Run it in the workspace, not in a copy."),
    _action("allow.take", "enter", "allow", "Allow the chosen rule from now on, and this call.", 1),
    _action("allow.down", "j down", "rule", "To the next rule.", 2),
    _action("allow.up", "k up", "rule before", "To the rule before."),
    _action("allow.scope", "s", "where", "In this session, or in your settings.", 3),
    _action("allow.span", "t", "lasts", "For how long, or how often.", 4),
    _action("allow.back", "escape p n", "back", "Go back; nothing is allowed.", 5),
    _action("question.answer", "enter", "own words", "Answer in your own words.", 1),
    _action("question.reject", "n", "no answer", "Give no answer.", 2),
    _action("budget.raise", "b", "raise the cap", "Raise the cap and go on.", 1),
    _action("budget.amount", "e", "another amount", "Raise the cap to an amount of your own.", 5),
    _action("budget.cheaper", "m", "cheaper model", "Go on with the model that is named.", 2),
    _action("budget.compact", "c", "compact", "Compact the conversation first, then go on.", 3),
    _action("budget.stop", "escape", "stop here", "End the turn; the work stays.", 4),
    _action("plan.approve", "y", "approve", "Approve the plan that waits.", 1),
    _action("plan.reject", "n", "reject", "Reject the plan that waits.", 2),
    _action("plan.why", "r", "reject, say why", "Reject the plan and give the reason.", 3),
    _action("plan.edit", "e", "edit", "Edit the plan.", 4),
    _action("output.wrap", "w", "wrap", "Wrap long lines, or cut them.", 1),
    _action("replay.play", "space", "play", "Play, or hold.", 1),
    _action("replay.next", "l right", "step", "One step forward.", 1),
    _action("replay.previous", "h left", "step back", "One step back."),
    _action(
        "replay.next_turn", "L", "turn", "To the next turn.", 2
    ),
    _action("replay.previous_turn", "H", "turn before", "To the turn before."),
    _action("replay.first", "0 home", "start", "To the start."),
    _action("replay.last", "$ end", "end", "To the end."),
    _action("replay.approval", "a", "approval", "To the next decision of a person.", 3),
    _action("replay.approval_before", "A", "approval before", "To the decision before."),
    _action("replay.edit", "e", "edit", "To the next edit.", 4),
    _action("replay.edit_before", "E", "edit before", "To the edit before."),
    _action("replay.failure", "f", "failure", "To the next failure.", 5),
    _action("replay.failure_before", "F", "failure before", "To the failure before."),
    _action("replay.model", "m", "model call", "To the next answer of the model."),
    _action("replay.model_before", "M", "model call before", "To the answer before."),
    _action("replay.label", "c", "label", "To the next label."),
    _action("replay.label_before", "C", "label before", "To the label before."),
    _action("replay.faster", "+ =", "faster", "Play faster."),
    _action("replay.slower", "-", "slower", "Play slower."),
    _action("replay.idle", "s", "skip idle time", "Skip idle time, or wait as it was."),
    _action("replay.search", "/", "search", "Search the steps.", 8),
    _action("replay.match", "n", "next match", "To the next match."),
    _action("replay.match_before", "N", "match before", "To the match before."),
    _action("replay.go", ":", "go to", "Go to a step, a time or a label."),
    _action("replay.diff", "d", "diff", "What changed: this step, since the start, to the end.", 6),
    _action("replay.record", "v", "raw record", "Show what the log holds of this step."),
    _action("replay.filter", "t", "filter", "Stop at everything, or at one kind of step."),
    _action("replay.facts", "i", "cost and time", "Show cost and time up to here."),
    _action("replay.worktree", "w", "files here", "Write the files of this step into a folder."),
    _action("replay.branch", "b", "branch here", "Begin a new session from this step.", 7),
    _action("replay.export", "x", "export", "Export the session: page, text, patch, recording."),
    _action("replay.copy", "y", "copy", "Copy what this step is about."),
    _action("replay.verify", "V", "verify", "Check chain, payloads and decisions."),
    _action("replay.pane", "tab f6", "pane", "To the next pane."),
    _action("replay.help", "? f1", "keys", "Show every key."),
    _action("replay.close", "q escape ctrl+c", "quit", "Leave the replay.", 9),
    _action("picker.choose", "enter", "run", "Take the chosen line.", 1),
    _action("picker.down", "down ctrl+n", "down", "Go down."),
    _action("picker.up", "up ctrl+k", "choose", "Go up.", 2),
    _action("picker.page_down", "pagedown", "page down", "Go down a page."),
    _action("picker.page_up", "pageup", "page up", "Go up a page."),
    _action("picker.actions", "tab", "actions", "Show what else can be done with it."),
    _action("picker.every_word", "ctrl+f", "every word", "Search every text of the sessions."),
    _action("picker.close", "escape ctrl+c", "close", "Close.", 3),
    _action("first.take", "enter", "use it", "Use the chosen model.", 1),
    _action("first.down", "down", "down", "Go down."),
    _action("first.up", "up", "up", "Go up."),
    _action("first.key", "k", "paste a key", "Paste a key.", 2),
    _action("first.demo", "d", "demo", "Try it without a key.", 3),
    _action("first.trust", "t", "trust the folder", "Trust this folder.", 4),
    _action("first.help", "? f1", "keys", "Show every key."),
    _action("first.leave", "ctrl+c ctrl+d", "leave", "Leave."),
    _action("first.none", "escape", "no model", "Go on without a model."),
    _action("trust.take", "t", "trust, until they change", "Trust the files as they are.", 1),
    _action("trust.leave", "escape n enter ctrl+c", "not now", "Go on without them.", 2),
    _action("trust.down", "down j", "scroll", "Scroll down.", 3),
    _action("trust.up", "up k", "up", "Scroll up."),
    _action("trust.page_down", "pagedown space", "page down", "Scroll down a page."),
    _action("trust.page_up", "pageup", "page up", "Scroll up a page."),
    _action("trust.first", "home", "start", "Scroll to the start."),
    _action("trust.last", "end", "end", "Scroll to the end."),
)  # fmt: skip

PAIRS = {
    "app.wider": "app.narrower",
    "pane.down": "pane.up",
    "conversation.down": "conversation.up",
    "review.next": "review.previous",
    "review.next_file": "review.previous_file",
    "review.reject_file": "review.accept_file",
    "review.reject_all": "review.accept_all",
    "review.down": "review.up",
    "replay.next": "replay.previous",
    "replay.next_turn": "replay.previous_turn",
    "replay.faster": "replay.slower",
    "picker.up": "picker.down",
    "trust.down": "trust.up",
    "allow.down": "allow.up",
}
"""Actions whose keys belong together in the footer."""

PRESETS: dict[str, dict[str, tuple[str, ...]]] = {
    "default": {},
    "vim": {
        "pane.first": ("g", "home"),
        "pane.last": ("G", "end"),
        "pane.page_down": ("ctrl+f", "pagedown"),
        "pane.page_up": ("ctrl+b", "pageup"),
        "conversation.open": ("enter", "o"),
        "picker.down": ("down", "ctrl+n", "ctrl+j"),
        "history.older": ("down", "ctrl+r", "ctrl+j"),
        "history.newer": ("up", "ctrl+s", "ctrl+k"),
    },
    "emacs": {
        "app.palette": ("alt+x",),
        "pane.down": ("ctrl+n", "j", "down"),
        "pane.up": ("ctrl+p", "k", "up"),
        "conversation.down": ("ctrl+n", "j", "down"),
        "conversation.up": ("ctrl+p", "k", "up"),
        "pane.page_down": ("ctrl+v", "pagedown"),
        "pane.page_up": ("alt+v", "pageup"),
        "pane.first": ("alt+<", "home"),
        "pane.last": ("alt+>", "end"),
        "picker.up": ("up", "ctrl+p"),
        "picker.close": ("escape", "ctrl+g", "ctrl+c"),
        "history.older": ("down", "ctrl+r", "ctrl+n"),
        "history.newer": ("up", "ctrl+s", "ctrl+p"),
        "history.close": ("escape", "ctrl+g", "ctrl+c"),
        "prompt.editor": ("alt+e",),
        "prompt.recall": ("up", "ctrl+p"),
        "prompt.later": ("down", "ctrl+n"),
        "prompt.stop": ("escape", "ctrl+g"),
        "app.copy": ("alt+w", "ctrl+y"),
        "app.next_pane": ("f6", "alt+o"),
        "pane.back": ("escape", "ctrl+g"),
    },
}
"""What each preset changes of the defaults."""
