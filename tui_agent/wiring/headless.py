"""A headless session: the agent, the message with its context, and the run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_agent.ui.exit_status import USAGE
from tui_agent.ui.headless import Request, run_headless

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around


def headless(around: Around, piped: str) -> int:
    """Run one message without a person and return the exit status."""
    options = around.options
    prompt = _message(options.prompt, piped)
    resumed = options.continue_last or bool(options.resume)
    if not prompt.strip() and not resumed:
        around.paper.say("The message is empty. agent -p TEXT sends one; agent -c goes on.")
        return USAGE
    return asyncio.run(_run(around, prompt))


def _message(prompt: str, piped: str) -> str:
    if not piped.strip():
        return prompt
    if not prompt:
        return piped
    return f"{prompt}\n\nStandard input:\n\n{piped}"


async def _run(around: Around, prompt: str) -> int:
    options = around.options
    try:
        opened = await around.open(attended=False)
        try:
            for notice in opened.notices:
                around.paper.say([("warning", f"! {notice}")])
            request = Request(
                prompt=prompt,
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
