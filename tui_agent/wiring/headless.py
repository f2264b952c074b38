"""A headless session: the agent, the message with its context, and the run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_agent.ui.compaction_lines import compaction_in
from tui_agent.ui.exit_status import USAGE
from tui_agent.wiring import cycles

if TYPE_CHECKING:
    from tui_agent.core.messages import Attachment
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Opened


def headless(around: Around, piped: str) -> int:
    """Run one message without a person and return the exit status."""
    options = around.options
    if options.pick:
        around.paper.say(
            "-r needs an ID where nobody can choose. agent sessions lists them; "
            "-c takes the last one up."
        )
        return USAGE
    prompt, context = (options.prompt, piped) if options.prompt.strip() else (piped, "")
    resumed = options.continue_last or bool(options.resume)
    if not prompt.strip() and not resumed and around.first is None:
        around.paper.say("The message is empty. agent -p TEXT sends one; agent -c goes on.")
        return USAGE
    if options.prompt.strip().startswith("/compact") and not resumed:
        around.paper.say(
            "A new session has nothing to compact. agent -c -p /compact: the last one."
        )
        return USAGE
    return asyncio.run(_run(around, prompt, context))


async def _run(around: Around, prompt: str, context: str) -> int:
    options = around.options
    try:
        opened = await around.open(attended=False, needed=("tui_agent.ui.headless",))
        cycles.as_ever()
        try:
            from tui_agent.ui.headless import Request, run_headless

            for notice in opened.notices:
                around.paper.say([("warning", f"! {notice}")])
            request = Request(
                prompt=prompt,
                attachments=_attached(opened, context),
                first=around.first or compaction_in(options.prompt),
                json=options.json,
                verbose=options.verbose,
                refusals_wanted=options.reject_all,
                past=opened.past,
            )
            return await run_headless(opened.agent, request, around.paper)
        finally:
            await opened.agent.close()
    finally:
        await around.close()


def _attached(opened: Opened, context: str) -> tuple[Attachment, ...]:
    """Return what was piped in as an attachment: it is material, and names no files itself."""
    from tui_agent.core.messages import Attachment

    if not context.strip():
        return ()
    text = opened.agent.engine.world.redact(context)[0]
    blob = opened.agent.engine.world.log.put(text.encode("utf-8", "surrogatepass"))
    return (Attachment(name="standard input", mime="text/plain", content=blob),)
