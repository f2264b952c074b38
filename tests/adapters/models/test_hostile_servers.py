"""Servers that mean harm, or are broken beyond the usual: one clear error, in bounded time."""

from __future__ import annotations

import gzip
import os
import re
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from socket import create_server, socket

import pytest
import pytest_asyncio

from tests.adapters.models.conftest import Heard, asking, hear
from tui_agent.adapters.models.care import Care
from tui_agent.adapters.models.endpoints import Endpoint, Endpoints
from tui_agent.adapters.models.retries import PATIENT
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.adapters.models.start import start_host
from tui_agent.core.messages import AttemptFailed

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]
KEY = "own-server-key-987654321"


class Raw:
    """Answers each connection with the same bytes, and keeps what it was sent."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[bytes] = []
        self.answer = b""
        self._tls = tls
        self._listening = create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def play(self, answer: bytes) -> None:
        """Answer like this from now on, and forget what was heard."""
        self.answer = answer
        self.heard.clear()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.heard.append(b"")
            try:
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    self.heard[-1] = _request(connection)
                    connection.sendall(self.answer)
            except OSError:
                continue

    def close(self) -> None:
        self._listening.close()


def _request(connection: socket) -> bytes:
    """Read a whole request: closing with a part unread would reset the connection."""
    heard = b""
    while data := connection.recv(1 << 16):
        heard += data
        head, ended, body = heard.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if ended and (length is None or len(body) >= int(length[1])):
            break
    return heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Den:
    """Three servers, and a model that is led to them."""

    plain: Raw
    elsewhere: Raw
    secure: Raw
    model: RoutedModel

    async def hear(self, name: str) -> Heard:
        return await hear(self.model, asking(f"{name}/m"))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Raw, Raw, Raw]]:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    made = (Raw(), Raw(), Raw(tls))
    yield made
    for one in made:
        one.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def den(
    servers: tuple[Raw, Raw, Raw], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Den]:
    plain, elsewhere, secure = servers
    endpoints = [
        Endpoint(name=name, base_url=url, key_variable="OWN_SERVER_KEY")
        for name, url in (
            ("plain", f"http://127.0.0.1:{plain.port}/v1"),
            ("secure", f"https://127.0.0.1:{secure.port}/v1"),
            ("crooked", "http://["),
        )
    ]
    environ = {"PATH": os.environ["PATH"], "OWN_SERVER_KEY": KEY}
    model = RoutedModel(
        {"direct": start_host("direct", environ, extra_keys=["OWN_SERVER_KEY"])},
        Endpoints.of({}, endpoints),
        folder=tmp_path_factory.mktemp("scripts"),
        care=Care(retries=replace(PATIENT, first_wait=0.02, longest_wait=0.1)),
    )
    yield Den(plain=plain, elsewhere=elsewhere, secure=secure, model=model)
    await model.close()


def _answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), b"Connection: close"]
    return b"\r\n".join([*head, *headers]) + b"\r\n\r\n" + body


STREAM, JSON, PACKED = (
    b"Content-Type: text/event-stream",
    b"Content-Type: application/json",
    b"Content-Encoding: gzip",
)


def _bomb(first: bytes) -> bytes:
    """Return 150 MB in less than one."""
    return gzip.compress(first + b"x" * 150_000_000, 1)


def _memory_of_children() -> int:
    """Return the most memory, in MB, that a process below this one holds."""
    held = 0
    waiting = [str(os.getpid())]
    while waiting:
        pid = waiting.pop()
        for task in Path(f"/proc/{pid}/task").iterdir():
            children = (task / "children").read_text().split()
            waiting += children
            for child in children:
                status = Path(f"/proc/{child}/status").read_text()
                held = max(held, int(status.partition("VmHWM:")[2].split()[0]) // 1024)
    return held


@pytest.mark.case(94)
@pytest.mark.parametrize("kind", [STREAM, JSON], ids=["stream", "whole"])
async def test_a_bomb_is_one_clear_error_and_is_not_unpacked(den: Den, kind: bytes) -> None:
    den.plain.play(_answer(_bomb(b"data: "), kind, PACKED))
    heard = await den.hear("plain")
    assert heard.failure.kind == "broken"
    assert "more than an answer can hold" in heard.failure.message
    assert heard.only(AttemptFailed) == []
    assert len(den.plain.heard) == 1
    assert _memory_of_children() < 300


@pytest.mark.case(94)
@pytest.mark.parametrize(
    "body",
    [
        _answer(b"data: {no json\n\n", STREAM),
        _answer(b"data: [1, 2]\n\n", STREAM),
        _answer(b"not packed at all", STREAM, PACKED),
        _answer(b"<!doctype html><title>Sign in</title>", b"Content-Type: text/html"),
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["no json", "no object", "not packed", "a page", "no http"],
)
async def test_what_is_no_answer_is_one_clear_error(den: Den, body: bytes) -> None:
    den.plain.play(body)
    heard = await den.hear("plain")
    assert heard.failure.kind == "broken"
    assert "127.0.0.1" in heard.failure.message
    assert len(heard.failure.message) < 400
    assert len(den.plain.heard) <= 4


TOLD = (
    b'data: {"choices": [{"delta": {"content": "Hel"}}]}\n\n'
    b'data: {"choices": [{"delta": {"content": "lo."}, "finish_reason": "stop"}]}'
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TOLD, STREAM),
        (TOLD.replace(b"\n", b"\r\n") + b"\r\n", STREAM),
        (b"\xef\xbb\xbf" + TOLD + b"\n\n", STREAM),
        (TOLD + b"\n\n", b"Content-Type: text/event-stream; charset=utf-16"),
        (TOLD + b"\n\ndata: {", STREAM),
    ],
    ids=["no end of line", "one", "begins with a mark", "another charset", "cut off behind it"],
)
async def test_an_answer_is_whole_however_its_lines_begin_and_end(
    den: Den, body: bytes, kind: bytes
) -> None:
    den.plain.play(_answer(body, kind))
    heard = await den.hear("plain")
    assert heard.whole.text == "Hello."
    assert len(den.plain.heard) == 1


async def test_an_address_that_is_none_is_told_to_be_so(den: Den) -> None:
    heard = await den.hear("crooked")
    assert (heard.failure.kind, heard.failure.remedy) == ("unreachable", "check the base URL")


async def test_an_event_that_is_an_error_is_told_in_its_own_words(den: Den) -> None:
    told = b'event: error\ndata: {"message": "no such thing", "code": 400}\n\n'
    den.plain.play(_answer(told, STREAM))
    heard = await den.hear("plain")
    assert (heard.failure.kind, heard.only(AttemptFailed)) == ("refused", [])
    assert "no such thing" in heard.failure.message


@pytest.mark.case(95)
async def test_a_server_that_cannot_prove_who_it_is_gets_no_key_and_no_second_try(
    den: Den,
) -> None:
    den.secure.play(_answer(b"{}", JSON))
    heard = await den.hear("secure")
    assert heard.failure.kind == "unreachable"
    assert "cannot prove who it is" in heard.failure.message
    assert heard.only(AttemptFailed) == []
    assert len(den.secure.heard) == 1
    assert KEY.encode() not in b"".join(den.secure.heard)


@pytest.mark.case(95)
@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"307 Temporary", b"308 Permanent"])
async def test_a_redirect_to_another_host_gets_no_key_and_no_second_try(
    den: Den, status: bytes
) -> None:
    there = f"Location: http://localhost:{den.elsewhere.port}/v1/chat/completions"
    den.elsewhere.play(_answer(b"{}", JSON))
    den.plain.play(_answer(b"", there.encode(), status=status))
    heard = await den.hear("plain")
    assert heard.failure.kind in {"refused", "broken", "not_found"}
    assert heard.only(AttemptFailed) == []
    assert len(den.plain.heard) == 1
    assert den.elsewhere.heard == []
