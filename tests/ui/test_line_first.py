"""What line mode offers where there is no model."""

from __future__ import annotations

import io

from tests.ui.test_line_review import Typed
from tui_agent.ui.line_first import choose, place_of_key
from tui_agent.ui.text import Paper
from tui_agent.ui.tui.choices import FirstRun, ModelFound

SERVERS = tuple(
    ModelFound(model=f"ollama/{name}", source="ollama", where="on this machine")
    for name in ("qwen3", "gemma3")
)


async def asked(found: FirstRun, *typed: str) -> tuple[str, str, list[str]]:
    person, out = Typed(*typed), io.StringIO()
    answer = await choose(found, person, Paper({"NO_COLOR": "1"}, out))
    return answer, out.getvalue(), person.asked


async def test_models_that_are_there_are_taken_by_number() -> None:
    answer, said, prompts = await asked(FirstRun(version="0", models=SERVERS), "2")
    assert answer == "ollama/gemma3"
    assert said.startswith("No model is chosen.\n")
    assert "  2  ollama/gemma3  ollama, on this machine\n" in said
    assert prompts == ["Which? [1 2 k d l Enter] "]
    answer, said, _ = await asked(FirstRun(version="0", looked="No answer."), "\r")
    assert answer == "\r"
    assert said.startswith("No model was found.\nNo answer.\n")


async def test_a_key_is_kept_in_the_keyring_only_where_there_is_one() -> None:
    for ring, key, place in (("", "3", "file"), ("KWallet", "2", "keyring"), ("", "1", "run")):
        person, out = Typed(key), io.StringIO()
        paper = Paper({"NO_COLOR": "1"}, out)
        assert await place_of_key(FirstRun(version="0", ring=ring), person, paper) == place
        assert ("2  in the keyring: KWallet" in out.getvalue()) == bool(ring)
