"""An export by choice: which format, then what is masked, then where it was written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.app import App

from tui_agent.ui.tui.outlets import Prepared
from tui_agent.ui.tui.picker import Choice, Picker

FORMATS = (
    ("html", "A page", "One file, without network: for a browser."),
    ("md", "Markdown", "For an issue, a review or a note."),
    ("patch", "A patch", "What changed on disk: for git apply."),
    ("cast", "A recording", "The whole replay: for players of asciicast."),
    ("svg", "A picture", "This step, as it is shown."),
    ("json", "JSON", "All of it, for a program."),
    ("bundle", "A bundle", "With the recorded files: to be replayed elsewhere."),
)
GO, LEAVE = "write", ""
Make = Callable[[str], Awaitable[Prepared]]
Say = Callable[[str], None]


def ask_export(app: App[int], make: Make, say: Say) -> None:
    """Let a person choose a format, see what is masked, and agree; `say` hears how it ended."""

    async def find(query: str) -> Sequence[Choice]:
        word = query.lower()
        return [
            Choice(value=name, label=label, key=name, pressed=False, notes=((text, "text-2"),))
            for name, label, text in FORMATS
            if word in f"{name} {label}".lower()
        ]

    def chosen(form: str | None) -> None:
        if form:
            export_in(app, make, form, say)

    app.push_screen(Picker("formats", find, verb="export"), chosen)


def export_in(app: App[int], make: Make, form: str, say: Say) -> None:
    """Make an export in a format, show what is masked, and write it once that is agreed to."""
    say("Making the export.")
    app.run_worker(_prepare(app, make, form, say), name="export")


async def _prepare(app: App[int], make: Make, form: str, say: Say) -> None:
    try:
        prepared = await make(form)
    except (LookupError, OSError) as error:
        say(str(error.args[-1]) if error.args else "It cannot be exported.")
        return
    if not prepared.findings:
        _write(prepared, say)
        return

    async def answers(query: str) -> Sequence[Choice]:
        del query
        notes = tuple((text, "warning") for text in prepared.findings[:8])
        more = len(prepared.findings) - len(notes)
        told = (*notes, *([(f"and {more} more", "text-3")] if more > 0 else []))
        return [
            Choice(value=GO, label="Write it so", notes=told),
            Choice(value="leave", label="Write nothing", notes=told),
        ]

    def agreed(value: str | None) -> None:
        if value == GO:
            _write(prepared, say)
        else:
            say("Nothing was written.")

    app.push_screen(Picker("ways", answers, verb="choose"), agreed)


def _write(prepared: Prepared, say: Say) -> None:
    try:
        say(f"Exported to {prepared.write()}")
    except OSError as error:
        say(f"It cannot be written: {error.strerror or error}")
