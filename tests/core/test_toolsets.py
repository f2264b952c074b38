"""A set of tools holds what it names, and a project can only make it smaller."""

from __future__ import annotations

import pytest

from tui_agent.core.toolsets import TOOLSETS, available, chosen_sets, rooted_in_cwd

ALL = ("read", "list", "search", "edit", "apply_patch", "write", "shell", "plan", "ask")


def test_without_a_choice_every_tool_is_there() -> None:
    assert available((), ALL) == ALL
    assert not rooted_in_cwd(())


def test_a_read_only_set_has_no_tool_that_writes() -> None:
    for one in TOOLSETS:
        if one.name.endswith("_ro"):
            assert set(available((one,), ALL)) == {"read", "list", "search", "plan", "ask"}


def test_sets_add_up() -> None:
    sets = chosen_sets(["filesystem_cwd_ro", "shell_file_ops"])
    assert available(sets, ALL) == ("read", "list", "search", "shell", "plan", "ask")
    assert rooted_in_cwd(sets)
    assert not rooted_in_cwd(chosen_sets(["filesystem_cwd_ro", "filesystem_project_ro"]))
    assert not rooted_in_cwd(chosen_sets(["shell_file_ops"]))


def test_an_unknown_set_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no toolset all; there are filesystem_project,"):
        chosen_sets(["all"])
