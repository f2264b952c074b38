"""Servers over http, some of which go wrong in their own ways; and a call that is stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stories.program import ROOT, call, script
from tests.stories.test_mcp_session import ALLOWED, KEY, SERVER, Setting
from tests.support.repository import Repository
from tui_agent.adapters.mcp.host import REFUSED, WANTS_LOGIN

HANG_SECONDS = 30.0
PAGE = b"<!doctype html><title>Sign in</title>"
STATUS = {
    b"/broken": b"500 Broken",
    b"/login": b"401 Unauthorized",
    b"/refused": b"401 Unauthorized",
}


class Odd(socketserver.StreamRequestHandler):
    """Answers each path in a wrong way of its own."""

    let_go = threading.Event()

    def handle(self) -> None:
        path = self.rfile.readline().split(b" ")[1]
        if path == b"/hang":
            self.let_go.wait(HANG_SECONDS)
            return
        status = STATUS.get(path, b"200 OK")
        head = b"Content-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        self.wfile.write(b"HTTP/1.1 %s\r\n%s%s" % (status, head % len(PAGE), PAGE))


@contextmanager
def odd_server() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Odd) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            Odd.let_go.set()
            server.shutdown()


@contextmanager
def good_server(marks: Path) -> Iterator[int]:
    port = free_port()
    with subprocess.Popen(
        [*SERVER, "none", str(marks), "http"],
        env={**os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait_until(lambda: listens(port))
            yield port
        finally:
            server.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def table(name: str, port: int, path: str, more: str = "") -> str:
    return f'[mcp.servers.{name}]\ntype = "http"\nurl = "http://127.0.0.1:{port}{path}"\n{more}\n'


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.capability("S3.20", part="client")
def test_a_server_over_http_gets_its_headers_and_one_that_does_not_work_is_named_with_the_reason(
    repository: Repository, tmp_path: Path
) -> None:
    setting = Setting(repository, tmp_path)
    setting.program.environ |= {
        "OPENAI_API_KEY": KEY, "DOCS": "of-the-documents", "ITS_TOKEN": "in-an-address",
    }  # fmt: skip
    with good_server(setting.marks) as good, odd_server() as odd:
        token = '[mcp.servers.docs.headers]\nAuthorization = "Bearer ${DOCS}"\n'
        tables = [
            table("docs", good, "/mcp?${ITS_TOKEN}", token),
            table("gone", free_port(), "/mcp"),
        ]
        tables += [table(name, odd, f"/{name}") for name in ("page", "broken", "hang", "login")]
        tables.append(table("refused", odd, "/refused", token.replace("docs", "refused")))
        rule = ALLOWED.replace("odd", "docs")
        settings = f"{rule}\n[mcp]\nstart_seconds = 6\n" + "".join(tables)
        (setting.config / "config.toml").write_text(settings)
        added, headers = setting.run(call("mcp__docs__add", a=2, b=40), call("mcp__docs__headers"))
    assert added["text"] == "42"
    came = json.loads(headers["text"])
    assert came["authorization"] == "Bearer [redacted named]"
    assert not any(one in setting.done.out for one in (KEY, "of-the-documents", "in-an-address"))
    decided = setting.done.events("ApprovalDecided")
    assert {tuple(one["proposal"]["hosts"]) for one in decided} == {(f"127.0.0.1:{good}",)}
    said = {one["server"]: one.get("detail", "") for one in setting.done.events("ServerReported")}
    assert said == {
        "docs": "",
        "gone": "it cannot be reached: All connection attempts failed",
        "page": "Unexpected content type: text/html",
        "broken": "Server returned an error response (http status 500)",
        "hang": "it did not answer within 6 s",
        "login": f"{WANTS_LOGIN} (http status 401)",
        "refused": f"{REFUSED} (http status 401)",
    }


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_a_call_that_is_stopped_is_stopped_in_the_server_too(
    repository: Repository, tmp_path: Path
) -> None:
    setting = Setting(repository, tmp_path)
    setting.marks = repository.root / "marks"
    setting.marks.mkdir()
    setting.settings(ALLOWED, server="writes = true")
    model = script(tmp_path, [{"call": [call("mcp__odd__stall", seconds=50)]}, {"text": "Done."}])
    with setting.program.start("-p", "go", "--json", "--model", model) as running:
        wait_until((setting.marks / "stalling").exists)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=20)
    assert running.returncode == 130
    wait_until((setting.marks / "cancelled").exists)
    lines = [json.loads(line) for line in out.split("\n") if line]
    [ended] = [one["data"] for one in lines if one["type"] == "ToolFinished"]
    assert ended["status"] == "cancelled"


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.02)
    pytest.fail("it does not come about")
