"""The file of keys: what a passphrase seals, nothing else opens, and no byte of it is a key."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import pytest

from tui_agent.adapters.key_store import KeysError
from tui_agent.adapters.key_store.index import Index, Replaced, read_index
from tui_agent.adapters.key_store.sealed import SealedError, WrongPassphraseError, seal, unseal
from tui_agent.adapters.key_store.store import KeyStore

KEYS = {"OPENAI_API_KEY": "sk-0123456789abcdef", "LAB_KEY": "lab-fedcba9876543210"}
OTHER = "lab-00112233445566"
ENDED = 7


def _ends_at(name: str) -> Callable[[str, tuple[Any, ...]], None]:
    """Return a hook that ends the process the moment it opens a file of this name."""

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event == "open" and name in str(given[0]):
            os._exit(ENDED)

    return hook


def store_in(folder: Path, asked: list[str]) -> KeyStore:
    def ask(purpose: Literal["open", "new"]) -> str:
        asked.append(purpose)
        return "a phrase"

    return KeyStore(folder=folder, ask=ask, now=lambda: "2026-01-02T03:04:05.000Z")


@pytest.mark.capability("S3.23", part="stored bytes hold no key")
def test_what_is_sealed_is_opened_by_the_same_phrase_alone() -> None:
    data = seal(KEYS, "a phrase")
    assert unseal(data, "a phrase") == KEYS
    with pytest.raises(WrongPassphraseError):
        unseal(data, "another")
    for key in KEYS.values():
        assert key.encode() not in data
        assert base64.b64encode(key.encode()) not in data
    assert seal(KEYS, "a phrase") != data


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "AAAA"},
        {"nonce": 5},
        {"salt": 5},
        {"salt": "no base64"},
        {"work": float("inf")},
        {"work": 3},
        {"work": True},
        {"version": [1]},
        {"more": 1},
    ],
)
def test_a_file_that_somebody_has_spoilt_is_refused_in_words(change: dict[str, object]) -> None:
    table = json.loads(seal(KEYS, "a phrase"))
    with pytest.raises(SealedError, match="the file of keys"):
        unseal(json.dumps({**table, **change}).encode(), "a phrase")


def test_what_is_nested_without_end_is_no_file_of_keys_and_no_index(tmp_path: Path) -> None:
    with pytest.raises(SealedError):
        unseal(b"[" * 100_000, "a phrase")
    (tmp_path / "keys.json").write_text("[" * 100_000)
    assert read_index(str(tmp_path)).kept == ()


def test_a_variable_of_no_text_is_no_key_that_was_replaced() -> None:
    replaced = (Replaced(variable="A_KEY", salt="salt", sha256="none", at="2026-01-02"),)
    assert Index(replaced=replaced).refused_in({"A_KEY": "k\udcff" * 8}) == {}


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed"])
def test_a_changed_file_does_not_open(name: str) -> None:
    table = json.loads(seal(KEYS, "a phrase"))
    raw = bytearray(base64.b64decode(table[name]))
    raw[0] ^= 1
    table[name] = base64.b64encode(raw).decode()
    with pytest.raises(WrongPassphraseError):
        unseal(json.dumps(table).encode(), "a phrase")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"sealed": 3}',
        b'{"version": 9, "sealed": ""}',
        b'{"version": 1, "work": 1073741824, "salt": "", "nonce": "", "sealed": ""}',
        b'{"version": 1, "work": 1000, "salt": "", "nonce": "", "sealed": ""}',
        b'{"version": 1, "work": 16, "salt": "", "nonce": "", "sealed": "", "more": 1}',
    ],
)
def test_what_is_no_file_of_ours_is_called_one(data: bytes) -> None:
    with pytest.raises(SealedError):
        unseal(data, "a phrase")


def test_keys_are_kept_replaced_and_taken_away(tmp_path: Path) -> None:
    asked: list[str] = []
    store = store_in(tmp_path, asked)
    for variable, key in KEYS.items():
        store.keep(variable, key, "file")
    store.replace("LAB_KEY", OTHER)
    assert asked == ["new", "open", "open"]
    assert store.opened("a phrase") == {**KEYS, "LAB_KEY": OTHER}
    assert store.index.replaced_at("LAB_KEY", KEYS["LAB_KEY"]) == "2026-01-02T03:04:05.000Z"
    assert store.index.refused_in({"LAB_KEY": KEYS["LAB_KEY"]}).keys() == {"LAB_KEY"}
    assert store.index.refused_in({"LAB_KEY": OTHER}) == {}
    store.remove("LAB_KEY")
    store.remove("OPENAI_API_KEY")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["keys.json", "keys.lock"]
    with pytest.raises(KeysError, match="replaced on 2026-01-02; it is refused"):
        store.keep("LAB_KEY", KEYS["LAB_KEY"], "file")


def test_a_replaced_key_is_refused_even_where_the_new_one_never_came_to_be_stored(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path, [])
    store.keep("LAB_KEY", KEYS["LAB_KEY"], "file")
    held = tmp_path / "keys.sealed"
    child = os.fork()
    if not child:
        try:
            sys.addaudithook(_ends_at(".keys.sealed."))
            store.replace("LAB_KEY", OTHER)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == ENDED
    assert unseal(held.read_bytes(), "a phrase") == {"LAB_KEY": KEYS["LAB_KEY"]}
    assert store.index.refused_in(KEYS).keys() == {"LAB_KEY"}
    store.replace("LAB_KEY", OTHER)
    assert store.opened("a phrase") == {"LAB_KEY": OTHER}
    assert len(store.index.replaced) == 1


def test_a_new_key_that_cannot_be_stored_leaves_the_old_one_in_use(tmp_path: Path) -> None:
    store = store_in(tmp_path, [])
    store.keep("LAB_KEY", KEYS["LAB_KEY"], "file")
    before = (tmp_path / "keys.json").read_bytes()
    (tmp_path / "keys.sealed").write_bytes(b"{}")
    with pytest.raises(SealedError):
        store.replace("LAB_KEY", OTHER)
    assert (tmp_path / "keys.json").read_bytes() == before


def test_two_keys_that_are_kept_at_once_are_both_kept(tmp_path: Path) -> None:
    both_asked = threading.Barrier(2, timeout=20)

    def ask(_: str) -> str:
        both_asked.wait()
        return "a phrase"

    store = KeyStore(folder=tmp_path, ask=ask, now=lambda: "2026-01-02T03:04:05.000Z")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: store.keep(name, KEYS[name], "file"), KEYS))
    assert store.opened("a phrase") == KEYS
    assert {one.variable for one in store.index.kept} == set(KEYS)


@pytest.mark.parametrize("key", ["short", "two words of a key", "a\nb-0123456789", "käy-01234567"])
def test_what_cannot_be_a_key_is_not_kept(tmp_path: Path, key: str) -> None:
    with pytest.raises(KeysError):
        store_in(tmp_path, []).keep("LAB_KEY", key, "file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kept": [3], "replaced": []}'])
def test_an_index_that_cannot_be_read_names_no_keys(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text, encoding="utf-8")
    assert read_index(str(tmp_path)).kept == ()
