"""One story through each host and wire format: the same edits, the same record, no key in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.servers.model_server import ModelServer
from tests.stories.program import SAMPLE, Done, Program, call, edit, script, with_sample
from tests.support.repository import Repository

KEYS = {
    "OPENAI_API_KEY": "sk-test-0123456789abcdef",
    "ANTHROPIC_API_KEY": "sk-ant-test-9876543210fedcba",
    "THROUGH_KEY": "through-key-0011223344556677",
}
WAYS = {
    "direct": "openai/gpt-5.6",
    "litellm, openai's format": "through/openai/gpt-5.6",
    "litellm, anthropic's format": "anthropic/claude-sonnet-5-5",
    "scripted": "",
}
USAGE = {"input_tokens": 2000, "output_tokens": 100, "cached_tokens": 1500}
BUSY = {"kind": "status", "status": 503, "retry_after": 0.1}
HALF = {"kind": "half", "after": 24}
STORY: list[dict[str, Any]] = [
    {
        "reasoning": "It must be in answer.py.",
        "text": "I look first, and where the tests are.",
        "call": [call("read", path="answer.py"), call("list", path=".")],
        "usage": USAGE,
        "fault": [BUSY, HALF],
    },
    {
        "text": "One number is wrong.",
        "call": [edit("answer.py", "return 41", "return 42")],
        "usage": USAGE,
    },
    {
        "text": "Does it hold?",
        "call": [call("shell", command="python -c 'import answer; print(answer.answer())'")],
        "usage": USAGE,
    },
    {"text": "It says 42 now.", "usage": USAGE, "when": {"tool": "shell", "contains": "42"}},
    {"text": "It still fails.", "usage": USAGE},
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


def play(sample: Repository, server: ModelServer, home: Path, model: str) -> Done:
    """Run the story headless, with an endpoint of the user's that goes through litellm."""
    (home / "agent").mkdir(exist_ok=True)
    (home / "agent" / "config.toml").write_text(
        f'[[endpoints]]\nname = "through"\nbase_url = "{server.url}/v1"\n'
        'dialect = "litellm"\nkey_variable = "THROUGH_KEY"\ncontext_tokens = 54321\n'
    )
    program = Program(
        sample.root,
        OPENAI_BASE_URL=f"{server.url}/v1",
        ANTHROPIC_BASE_URL=server.url,
        **KEYS,
    )
    return program.run(
        *("-p", "make the answer right", "--model", model),
        *("--approve-all", "--no-sandbox", "--json"),
    )


@pytest.mark.case(91)
@pytest.mark.parametrize("way", WAYS)
def test_the_same_story_is_lived_and_recorded(
    sample: Repository, home: Path, tmp_path: Path, way: str
) -> None:
    with ModelServer({"turn": STORY}) as server:
        done = play(sample, server, home, WAYS[way] or script(tmp_path, STORY))
        sent = [json.dumps(asked.body) for asked in server.requests]

    assert done.status == 0, done.err
    assert sample.read("answer.py") == SAMPLE.replace("41", "42").encode()
    assert [data["text"] for data in done.events("ModelResponded")] == [
        turn["text"] for turn in STORY[:4]
    ]
    failed = [data["kind"] for data in done.events("ModelFailed")]
    assert failed == ["server", "broken"]
    assert len(sent) == (0 if way == "scripted" else 6)
    usage = [data["usage"] for data in done.events("ModelResponded")]
    assert [one["input_tokens"] for one in usage] == [2000] * 4
    windows = {data.get("context_tokens") for data in done.events("ModelResponded")}
    assert (windows == {54321}) == way.startswith("litellm, openai"), "as the endpoint says"


@pytest.mark.case(55)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "scripted"])
def test_no_key_is_in_anything_that_is_kept_printed_or_sent(
    sample: Repository, home: Path, way: str
) -> None:
    curious = [
        {"text": "What is there?", "call": [call("shell", command="env; cat /proc/$PPID/environ")]},
        {"text": f"I found {KEYS['OPENAI_API_KEY']} and {KEYS['ANTHROPIC_API_KEY']}."},
    ]
    with ModelServer({"turn": curious}) as server:
        done = play(sample, server, home, WAYS[way])
        sent = "".join(json.dumps(asked.body) for asked in server.requests)
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())

    assert done.status == 0, done.err
    for key in KEYS.values():
        assert key not in done.out + done.err + sent
        assert key.encode() not in kept
