"""Which formats there are, and how each is made of a masked session."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from tui_agent.core.codec import dumps
from tui_agent.core.masking import Masked
from tui_agent.ui.exports.trace import trace

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import StoredSession
    from tui_agent.ui.commands.exchange_contract import Exchange
    from tui_agent.ui.exports.pictures import Manner
    from tui_agent.ui.text import Line

Format = Literal["md", "html", "json", "svg", "cast", "patch", "bundle"]
FORMATS: tuple[Format, ...] = get_args(Format)
ABOUT: dict[Format, str] = {
    "md": "Markdown: for an issue, a review, a note",
    "html": "one page, without network: for a browser",
    "json": "the whole trace with its payloads: for a program",
    "svg": "a picture of one step of the replay",
    "cast": "a recording of the replay: for players of asciicast",
    "patch": "what changed on disk: for git apply",
    "bundle": "log, payloads and recorded files: to be replayed elsewhere",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An export."""

    data: bytes
    left_out: tuple[str, ...] = ()
    """Files that the format had to leave out besides."""
    notes: tuple[str, ...] = ()
    """What else is to be known before it is given away."""


def file_name(session_id: str, form: Format) -> str:
    """Return what an export is called where nobody says."""
    return f"agent-{session_id[-8:]}.{'agentz' if form == 'bundle' else form}"


async def make(
    form: Format, session: Masked, stored: StoredSession, exchange: Exchange, manner: Manner
) -> Made:
    """Make an export.

    Raises LookupError where a step or the trees are missing, OSError where they cannot be read.
    """
    if form == "patch":
        patch = exchange.patch(stored)
        return Made(data=patch.data, left_out=patch.left_out)
    if form == "bundle":
        # Files of the workspace cannot be masked and be the same files: with a secret, none goes.
        bundle = await exchange.bundle(stored, trees=session.clean)
        return Made(data=bundle.data, left_out=bundle.left_out, notes=bundle.notes)
    text = await asyncio.to_thread(_text, form, session, manner)
    return Made(data=exchange.redacted(text).encode("utf-8", "replace"))


def _text(form: Format, session: Masked, manner: Manner) -> str:
    if form == "json":
        return dumps(trace(session.records, session.payloads)) + "\n"
    if form in {"svg", "cast"}:
        from tui_agent.ui.exports.pictures import as_cast, as_svg

        return as_svg(session, manner) if form == "svg" else as_cast(session, manner)
    from tui_agent.ui.exports.blocks import telling_of

    if form == "md":
        from tui_agent.ui.exports.markdown import as_markdown

        return as_markdown(telling_of(session))
    from tui_agent.ui.exports.html import as_html

    return as_html(telling_of(session))


def preview(session: Masked, made: Made) -> list[Line]:
    """Return what is masked and left out, a line each; nothing where all may go as it is."""
    lines: list[Line] = [
        [
            ("warning", f"  {one.count:>4}  "),
            ("", f"{one.kind:<14}"),
            ("dim", f" in {one.where}"),
        ]
        for one in session.findings
    ]
    lines += [
        [("warning", "   all  "), ("", f"{path}"), ("dim", "  its content is left out")]
        for path in (*session.left_out, *made.left_out)
    ]
    lines += [[("warning", "     !  "), ("", note)] for note in made.notes]
    if session.missing:
        lines.append([("dim", f"  {session.missing:>4}  payloads are missing")])
    return lines
