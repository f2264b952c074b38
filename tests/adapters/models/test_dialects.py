"""A turn with a tool call in each dialect, and servers that nobody asked for are left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.models.conftest import asking, hear
from tests.servers.model_server import ModelServer
from tui_agent.adapters.models.endpoints import Endpoints
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.adapters.models.start import start_host
from tui_agent.core.messages import Message

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

TURNS = {
    "turn": [
        {"text": "I look.", "call": [{"name": "read", "arguments": {"path": "a.py"}}]},
        {"text": "It says one.", "when": {"tool": "read", "contains": "one"}},
        {"text": "I cannot read it."},
    ]
}
KEYS = {
    "OPENAI_API_KEY": "sk-openai-0123456789",
    "ANTHROPIC_API_KEY": "sk-ant-0123456789",
    "GEMINI_API_KEY": "AIza-0123456789abc",
    "HF_TOKEN": "hf_0123456789abcdef",
}
DIALECTS = {
    "openai/gpt-5.6": ("/v1/chat/completions", "OPENAI_API_KEY"),
    "anthropic/claude-sonnet-5-5": ("/v1/messages", "ANTHROPIC_API_KEY"),
    "gemini/gemini-3.8-flash": (
        "/v1beta/models/gemini-3.8-flash:streamGenerateContent", "GEMINI_API_KEY"
    ),
    "huggingface/openai/gpt-oss-120b": ("/v1/chat/completions", "HF_TOKEN"),
    "ollama/qwen3": ("/v1/chat/completions", ""),
}  # fmt: skip


@pytest.mark.capability("S3.14", part="a turn with a tool call in each dialect; Ollama untouched")
async def test_a_turn_with_a_tool_call_is_had_in_each_dialect(tmp_path: Path) -> None:
    with ModelServer() as server, ModelServer() as ollama:
        environ = {
            "OPENAI_BASE_URL": f"{server.url}/v1",
            "ANTHROPIC_BASE_URL": server.url,
            "GEMINI_API_BASE": f"{server.url}/v1beta",
            "HF_API_BASE": f"{server.url}/v1",
            "OLLAMA_HOST": ollama.url,
        }
        hosts = {name: start_host(name, KEYS) for name in ("direct", "litellm")}
        model = RoutedModel(hosts, Endpoints.of(environ), folder=tmp_path)
        for name, (path, variable) in DIALECTS.items():
            asked = ollama if name.startswith("ollama") else server
            assert not ollama.keys
            asked.play(TURNS)
            first = (await hear(model, asking(name))).whole
            assert [json.loads(one.arguments) for one in first.tool_calls] == [{"path": "a.py"}]
            call = first.tool_calls[0]
            answer = Message(
                role="assistant", text=first.text, tool_calls=(call,), opaque=first.opaque
            )
            result = Message(role="tool", text="one", call_id=call.id)
            request = asking(name)
            whole = replace(request, messages=(*request.messages, answer, result))
            assert (await hear(model, whole)).whole.text == "It says one.", name
            assert {one.path for one in asked.requests} == {path}
            assert asked.keys[-1] == KEYS.get(variable, "")
        await model.close()
