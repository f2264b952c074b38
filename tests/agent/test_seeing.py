"""Images go only to a model that is not known to be blind."""

from __future__ import annotations

from tui_agent.agent.seeing import seen
from tui_agent.core.blob import Blob
from tui_agent.core.messages import Attachment, ModelFacts

IMAGE = Attachment(name="a.png", mime="image/png", content=Blob(sha="0" * 64, size=1))
TEXT = Attachment(name="a.py", mime="text/plain", content=Blob(sha="1" * 64, size=1))


def test_a_blind_model_gets_no_image_and_the_person_is_told() -> None:
    said: list[str] = []
    blind = ModelFacts(model="words-only", images=False)
    assert seen(blind, (TEXT, IMAGE), said.append) == (TEXT,)
    assert said == ["words-only sees no images: a.png was not sent."]


def test_a_model_that_sees_or_of_which_nothing_is_known_gets_everything() -> None:
    said: list[str] = []
    for facts in (ModelFacts(model="m", images=True), ModelFacts(model="m"), None):
        assert seen(facts, (TEXT, IMAGE), said.append) == (TEXT, IMAGE)
    assert said == []
