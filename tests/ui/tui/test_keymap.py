"""Keys come from one table; what clashes is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_agent.ui.tui import keys_table
from tui_agent.ui.tui.keymap import KeymapError, build_keymap, contexts_of, show_key
from tui_agent.ui.tui.keys_table import ACTIONS, CONTEXTS, PRESETS

TABLE = Path(keys_table.__file__)
PANES = TABLE.parent


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_free_of_clashes(preset: str) -> None:
    assert build_keymap(preset).actions.keys() == {action.id for action in ACTIONS}


def test_every_action_stands_in_a_context_and_says_what_it_does() -> None:
    for action in ACTIONS:
        assert action.context in CONTEXTS
        assert action.description.endswith(".")
        assert action.label


def test_a_clash_in_one_context_names_both_actions() -> None:
    with pytest.raises(KeymapError, match=r"'y' is given to both review\.accept and review\.split"):
        build_keymap(changes={"review.split": "y"})


def test_a_clash_with_a_key_that_works_everywhere_names_both_actions() -> None:
    with pytest.raises(KeymapError, match=r"review\.accept and app\.palette"):
        build_keymap(changes={"review.accept": "ctrl+p"})


def test_unknown_actions_and_presets_are_refused() -> None:
    with pytest.raises(KeymapError, match=r"review\.acept"):
        build_keymap(changes={"review.acept": "y"})
    with pytest.raises(KeymapError, match="wordstar"):
        build_keymap("wordstar")


def test_the_nearest_context_is_heard_first() -> None:
    keymap = build_keymap()
    assert keymap.find(contexts_of("review"), ["j"]) == ["review.down", "pane.down"]
    assert keymap.find(contexts_of("prompt"), ["j"]) == []


def test_a_changed_key_is_shown_and_heard() -> None:
    keymap = build_keymap(changes={"app.palette": "ctrl+k"})
    assert keymap.footer("app")[0] == ("^K", "commands")
    assert keymap.find(["app"], ["ctrl+k"]) == ["app.palette"]
    assert keymap.find(["app"], ["ctrl+p"]) == []


@pytest.mark.parametrize(
    ("key", "shown"),
    [("ctrl+p", "^P"), ("shift+tab", "Shift-Tab"), ("f6", "F6"), ("A", "A"), ("escape", "Esc")],
)
def test_keys_are_shown_as_people_call_them(key: str, shown: str) -> None:
    assert show_key(key) == shown


def test_keys_that_belong_together_share_a_place_in_the_footer() -> None:
    assert ("[ ]", "hunk") in build_keymap().footer("review")


def test_every_action_is_done_somewhere() -> None:
    code = "\n".join(file.read_text() for file in PANES.rglob("*.py") if file != TABLE)
    undone = [
        one.id
        for one in ACTIONS
        if f'"{one.id}"' not in code
        and f'"{one.id.partition(".")[2]}"' not in code
        and f"def do_{one.id.partition('.')[2]}(" not in code
    ]
    assert undone == []
