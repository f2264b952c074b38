"""Keys that a user keeps: in the keyring, in a file under a passphrase, printed by a command."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.model_server import ModelServer
from tests.stories.program import Program
from tests.support.own_ring import make_no_ring, make_ring
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.repository import Repository

OLD = "sk-old-0123456789abcdef0123"
NEW = "sk-new-fedcba98765432109876"
WORDS = "correct horse battery"
HELLO = {"turn": [{"text": "Hello there.", "repeat": 9}]}
ASK = ("-p", "hello", "--model", "lab/any", "--no-sandbox")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90), pytest.mark.usefixtures("settings")]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(HELLO) as running:
        yield running


@pytest.fixture
def settings(home: Path, server: ModelServer) -> Path:
    """The user's own settings, with a server that wants a key."""
    (home / "agent").mkdir()
    file = home / "agent" / "config.toml"
    file.write_text(
        f'[[endpoints]]\nname = "lab"\nbase_url = "{server.url}/v1"\nkey_variable = "LAB_KEY"\n'
    )
    return file


def add(settings: Path, text: str) -> None:
    settings.write_text(settings.read_text() + text)


def kept_below(home: Path, *, without: Path | None = None) -> bytes:
    files = (one for one in home.rglob("*") if one.is_file() and one != without)
    return b"".join(one.read_bytes() for one in files)


@pytest.mark.capability("S3.23", part="keyring, rotation")
def test_a_key_in_the_keyring_is_used_replaced_and_the_old_one_is_refused(
    repository: Repository, home: Path, server: ModelServer
) -> None:
    ring = make_ring(home)
    agent = Program(repository.root)
    none = agent.run("keys", "test")
    assert (none.status, "There is no key to try." in none.err, none.out) == (5, True, "")
    done = agent.run("keys", "set", "lab", stdin=f"{OLD}\n")
    assert (done.status, OLD in done.out + done.err) == (0, False)
    assert "Kept in the keyring (a test's ring)" in done.err
    listed = agent.run("keys").out
    assert "lab          LAB_KEY                keyring, since" in listed
    assert agent.run(*ASK).out.strip() == "Hello there."
    assert server.keys == [OLD]

    twice = agent.run("keys", "set", "lab", stdin=f"{NEW}\n")
    assert (twice.status, "agent keys rotate lab" in twice.err) == (2, True)
    rotated = agent.run("keys", "rotate", "lab", stdin=f"{NEW}\n")
    assert (rotated.status, OLD in rotated.err, NEW in rotated.err) == (0, False, False)
    server.refused.add(OLD)
    assert "takes the key" in agent.run("keys", "test", "lab").out
    back = agent.run("keys", "rotate", "lab", stdin=f"{OLD}\n")
    assert (back.status, "was replaced on 2" in back.err) == (2, True)

    still_set = Program(repository.root, LAB_KEY=OLD)
    done = still_set.run(*ASK)
    assert done.out.strip() == "Hello there."
    assert "the key in LAB_KEY was replaced on" in done.err
    assert server.keys == [OLD, NEW, NEW]
    for key in (OLD, NEW):
        assert key.encode() not in kept_below(home, without=ring)

    assert agent.run("keys", "remove", "lab").status == 0
    assert NEW not in ring.read_text()
    assert agent.run(*ASK).status == 5


@pytest.mark.capability("S3.23", part="encrypted file")
def test_without_a_keyring_a_passphrase_seals_the_key(
    repository: Repository, home: Path, server: ModelServer
) -> None:
    make_no_ring(home)
    agent = Program(repository.root)
    environ, folder = agent.environ, repository.root
    with PseudoTerminal(agent.command("keys", "set", "lab"), environ, folder) as terminal:
        assert terminal.shows("Key for lab (not shown):")
        terminal.press(f"{OLD}\n")
        assert terminal.shows("New passphrase:")
        terminal.press(f"{WORDS}\n")
        assert terminal.shows("The same again:")
        terminal.press(f"{WORDS}\n")
        assert terminal.shows("Kept in the encrypted file.")
        assert OLD not in terminal.text
        assert WORDS not in terminal.text
    sealed = home / "agent" / "keys.sealed"
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    assert OLD.encode() not in kept_below(home)

    with PseudoTerminal(agent.command(*ASK), environ, folder) as terminal:
        assert terminal.shows("Passphrase of your keys:")
        terminal.press("wrong horse\n")
        assert terminal.shows("the passphrase does not open")
        terminal.press(f"{WORDS}\n")
        assert terminal.shows("Hello there.", 30)
    assert server.keys == [OLD]
    assert OLD.encode() not in kept_below(home)

    nobody_there = agent.run(*ASK)
    assert nobody_there.status == 5
    assert "in the encrypted file, which was not opened" in nobody_there.err
    assert "start agent on a terminal and type the passphrase" in nobody_there.err
    no_terminal = agent.run("keys", "rotate", "lab", stdin=f"{NEW}\n")
    assert (no_terminal.status, "there is none" in no_terminal.err) == (2, True)


def test_a_command_of_the_users_prints_the_key_once_and_nobody_shows_it(
    repository: Repository, home: Path, server: ModelServer, settings: Path
) -> None:
    ran = home / "ran"
    printing = home / "print-key"
    printing.write_text(f"#!/bin/sh\necho run >> {ran}\necho {OLD}\n")
    printing.chmod(0o700)
    before = settings.read_text()
    add(settings, f'[api_key_cmd]\nlab = "{printing} $WHO"\n')
    agent = Program(repository.root, WHO="me", ANTHROPIC_API_KEY="sk-ant-0123456789abcdef")
    assert "LAB_KEY                api_key_cmd" in agent.run("keys").out
    assert not ran.exists()
    server.play({"turn": [{"text": f"Your key is {OLD}."}]})
    done = agent.run(*ASK, "--json")
    assert (done.status, server.keys) == (0, [OLD])
    assert "Your key is [LAB_KEY]." in done.out
    assert ran.read_text() == "run\n"
    assert OLD not in done.out + done.err
    assert OLD.encode() not in kept_below(home, without=printing)

    settings.write_text(f'{before}[api_key_cmd]\nlab = "echo {OLD} >&2; echo {OLD}; exit 3"\n')
    failed = agent.run(*ASK)
    assert failed.status == 5
    assert "api_key_cmd ended with status 3" in failed.err
    assert OLD not in failed.out + failed.err
    tried = agent.run("keys", "test", "lab")
    assert tried.status == 5
    assert "was not asked: no key for LAB_KEY: api_key_cmd ended with status 3" in tried.out


def test_a_project_names_no_command_that_prints_keys(repository: Repository, home: Path) -> None:
    repository.write(".agentrc", f'[api_key_cmd]\nlab = "touch {home}/ran; echo {OLD}"\n')
    repository.commit()
    done = Program(repository.root).run(*ASK, "--trust")
    assert done.status == 5
    assert "only your own settings may say this" in done.err
    assert not (home / "ran").exists()


@contextmanager
def first_card(repository: Repository, home: Path) -> Iterator[tuple[Program, PseudoTerminal]]:
    """Start the screen where there is no key, and wait for its first card."""
    make_no_ring(home)
    agent = Program(repository.root)
    environ = {**agent.environ, "TERM": "xterm-256color"}
    with PseudoTerminal(agent.command(), environ, repository.root) as terminal:
        assert terminal.shows("paste a key", 30)
        yield agent, terminal


@pytest.mark.usefixtures("settings")
def test_a_key_pasted_on_the_first_card_is_kept_where_the_user_says(
    repository: Repository, home: Path
) -> None:
    pasted = "gsk_0123456789abcdef0123"
    with first_card(repository, home) as (agent, terminal):
        terminal.press("k")
        assert terminal.shows("Paste a key, then Enter", 10), terminal.text
        terminal.press(f"{pasted}\r")
        assert terminal.shows("in an encrypted file", 10), terminal.text
        assert "in the keyring" not in terminal.text
        terminal.press("2")
        assert terminal.shows("New passphrase:", 10)
        terminal.press(f"{WORDS}\n")
        assert terminal.shows("The same again:", 10)
        terminal.press(f"{WORDS}\n")
        assert terminal.shows("groq/openai/gpt-oss-120b", 30), terminal.text
    assert (home / "agent" / "keys.sealed").exists()
    assert pasted.encode() not in kept_below(home)
    assert "GROQ_API_KEY           encrypted file" in agent.run("keys").out


def test_who_leaves_the_first_card_can_look_around_and_is_told_how_to_get_a_model(
    repository: Repository, home: Path
) -> None:
    with first_card(repository, home) as (_, terminal):
        terminal.press("\x1b")
        assert terminal.shows("What commands print", 30), terminal.text
        terminal.press("hello\r")
        assert terminal.shows("no model is chosen", 30), terminal.text
        assert "agent keys set" in terminal.text
