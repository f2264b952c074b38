"""The tests' own surroundings keep what they promise."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.support.clock import CountedIds, HeldClock
from tests.support.network import NetworkRefusedError
from tests.support.repository import Repository
from tui_agent import __version__


def test_a_test_cannot_leave_the_machine() -> None:
    with socket.socket() as outside, pytest.raises(NetworkRefusedError):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkRefusedError):
        socket.getaddrinfo("example.invalid", 80)


def test_a_test_may_talk_to_itself() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=2),
    ):
        connection, _ = server.accept()
        connection.close()


def test_a_test_sees_no_keys_and_an_empty_home(home: Path) -> None:
    assert not [name for name in os.environ if name.endswith("_API_KEY")]
    assert Path.home() == home
    assert not list(home.iterdir())


def test_a_repository_has_the_same_history_every_time(repository: Repository) -> None:
    repository.write("a.txt", "one\n")
    assert repository.commit("First").startswith("d53780d0885a")
    assert repository.read("a.txt") == b"one\n"


def test_time_passes_only_when_a_test_says_so(clock: HeldClock) -> None:
    assert (clock.now(), clock.monotonic()) == ("2026-01-02T03:04:05.000Z", 0.0)
    clock.advance(1.25)
    assert (clock.now(), clock.monotonic()) == ("2026-01-02T03:04:06.250Z", 1.25)


def test_each_kind_of_name_counts_from_one(ids: CountedIds) -> None:
    assert [ids("call"), ids("call"), ids("turn")] == ["call-1", "call-2", "turn-1"]


def test_the_version_has_three_numbers() -> None:
    assert [part.isdigit() for part in __version__.split(".")] == [True, True, True]
