"""Line mode without a model offers what the first card does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import Program, with_sample
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_one_looks_again_and_takes_the_demo_which_plays_in_lines(repository: Repository) -> None:
    with at_terminal(with_sample(repository).root) as person:
        person.sees("No model was found.")
        person.sees("Which? [k d l Enter]")
        person.presses("l", first=True)
        person.sees("No model was found.")
        person.sees("Which? [k d l Enter]")
        person.presses("d", first=True)
        person.sees("A demo: the model is a script; files, diffs and tests are real.")
        person.sees("1/2 [y n r e")


def test_on_a_dumb_terminal_one_goes_on_without_a_model(repository: Repository) -> None:
    with at_terminal(with_sample(repository).root, term="dumb") as person:
        person.sees("Which? [k d l Enter]")
        person.presses("\r", first=True)
        person.sees("model none, mode ask")
        assert person.leaves() == 0


def test_a_key_is_pasted_unseen_and_kept_where_one_says(repository: Repository, home: Path) -> None:
    root = with_sample(repository).root
    secret = "sk-ant-" + "a1B2" * 9
    with at_terminal(root) as person:
        person.sees("Which? [k d l Enter]")
        person.presses("k", first=True)
        person.sees("Where is the key to be kept?")
        person.presses("1", first=True)
        person.sees("it is not shown: ")
        person.says(secret)
        person.sees("model anthropic/")
        assert secret not in str(person.child.before)
        assert person.leaves() == 0
    assert secret.encode() not in b"".join(
        one.read_bytes() for one in home.rglob("*") if one.is_file()
    )
    assert Program(root).run("-p", "x").status == 5, "it was kept nowhere"
