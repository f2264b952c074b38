"""What goes wrong inside stops one wish and no more: the next is carried out, and leaving works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE
from tui_agent.core.commands import Label, SetModel
from tui_agent.core.events import Labelled, Notice, TurnEnded
from tui_agent.core.messages import ModelFacts, ModelPiece, ModelRequest
from tui_agent.core.ports import Model


def _broken_at_poison(text: str) -> tuple[str, tuple[str, ...]]:
    if "poison" in text:
        raise RuntimeError("a fault")
    return text, ()


async def test_a_wish_that_meets_a_fault_is_said_not_to_be_done_and_the_next_one_is(
    script: Script,
) -> None:
    setting = replace(script(DONE), redact=_broken_at_poison)
    async with setting.opened() as work:
        await work.say("poison")
        assert "this was not done: RuntimeError: a fault" in work.last(Notice).text
        await work.say("hello")
        assert work.last(TurnEnded).reason == "done"
        work.send(Label(text="still here"))
        await work.ended()
        assert work.events(Labelled)
    assert_whole(records_of(setting.folder))


@dataclass(slots=True, kw_only=True)
class _LateFacts:
    """A model that is asked what it is, and tells of one name late."""

    model: Model
    late: str
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPiece]:
        return self.model.stream(request)

    async def facts(self, model: str) -> ModelFacts:
        if model == self.late:
            self.asked.set()
            await self.free.wait()
        return ModelFacts(model=model)


async def test_what_is_told_late_of_a_model_that_was_left_again_does_not_count(
    script: Script,
) -> None:
    async with script(DONE).opened() as work:
        engine = work.agent.engine
        model = _LateFacts(model=engine.world.model, late="near")
        engine.world = replace(engine.world, model=model)
        work.send(SetModel(model="near"))
        await model.asked.wait()
        work.send(SetModel(model="far"))
        await work.until(lambda _: engine.facts is not None and engine.facts.model == "far")
        model.free.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert engine.facts is not None
        assert engine.facts.model == "far"
