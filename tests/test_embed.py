from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.model_server import ModelServer
from tests.support.sources import ROOT


@pytest.mark.slow
@pytest.mark.timeout(30)
@pytest.mark.capability("S1.18")
def test_the_engine_embedded_in_a_program_knows_the_first_message_in_the_second_turn(
    tmp_path: Path,
) -> None:
    with ModelServer({"turn": [{"text": "Yes."}, {"text": "It is 17."}]}) as server:
        done = subprocess.run(
            [sys.executable, str(ROOT / "docs" / "embed.py"), "openai/scripted"],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "OPENAI_API_KEY": "made-up",
                "OPENAI_BASE_URL": f"{server.url}/v1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert [line for line in done.stdout.split("\n") if line and line[0] != ">"] == [
            "Yes.",
            "It is 17.",
        ]
        said = [message["content"] for message in server.requests[1].body["messages"]]
    assert any("My favourite number is 17" in str(text) for text in said)
    assert "Yes." in [str(text) for text in said]
