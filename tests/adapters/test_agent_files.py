"""Definitions of child agents, read from the user's files and a trusted project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_agent.adapters.agent_files import read_definitions


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_definition_names_all_that_the_child_has(tmp_path: Path) -> None:
    text = (
        "---\nname: tester\ndescription: Runs the\n  tests.\ntools: [read, shell]\nmodel: local/m\n"
    )
    write(tmp_path / ".agent/agents", "t.md", text + "isolation: worktree\n---\nYou test.\n")
    found, problems = read_definitions(None, tmp_path)
    tester = found["tester"]
    assert problems == ()
    assert tester.description == "Runs the tests."
    assert tester.instructions == "You test."
    assert (tester.tools, tester.model) == (("read", "shell"), "local/m")
    assert tester.isolation == "worktree"
    assert tester.origin == ".agent/agents/t.md"


def test_what_a_definition_does_not_name_is_not_inherited(tmp_path: Path) -> None:
    write(tmp_path / ".agent/agents", "quiet.md", "Just words.\n")
    found, _ = read_definitions(None, tmp_path)
    assert found["quiet"].tools == ("read", "list", "search")
    assert found["quiet"].instructions == "Just words."
    assert found["quiet"].model == ""


def test_definitions_of_another_program_mean_our_tools_and_the_nearer_one_holds(
    tmp_path: Path,
) -> None:
    write(
        tmp_path / ".claude/agents",
        "r.md",
        "---\nname: r\ntools: Read, Grep, Bash, MultiEdit, Edit\nmodel: sonnet\n---\nA\n",
    )
    write(tmp_path / "home/agents", "r.md", "---\nname: r\n---\nmine\n")
    found, _ = read_definitions(tmp_path / "home", tmp_path)
    assert found["r"].tools == ("read", "search", "shell", "edit")
    assert found["r"].model == ""
    assert found["r"].origin == ".claude/agents/r.md"


def test_a_project_that_is_not_trusted_defines_nothing(tmp_path: Path) -> None:
    write(tmp_path / ".agent/agents", "t.md", "Just words.\n")
    found, problems = read_definitions(None, None)
    assert (list(found), problems) == (["explore"], ())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\nname: a\n", "has no end"),
        ("---\nname: [\n---\n", "is no YAML"),
        ("---\n- a\n---\n", "no list of keys and values"),
        ("---\nname: A B\n---\n", "small letters"),
        ("---\ntools: 3\n---\n", "tools is neither"),
        ("---\nisolation: moon\n---\n", "it is `worktree`"),
        ("---\ndescription: [[a, b], c]\n---\n", "description is no text"),
        ("---\nname: {a: b}\n---\n", "name is no text"),
        ("---\ntools: [read, [list]]\n---\n", "tools holds something that is no name"),
        (f"---\na: {'[' * 3000}\n---\n", "nested too deeply"),
        ("x" * 70_000, "larger than"),
    ],
)
def test_a_broken_definition_is_named_and_the_others_hold(
    tmp_path: Path, text: str, why: str
) -> None:
    write(tmp_path / ".agent/agents", "bad.md", text)
    write(tmp_path / ".agent/agents", "good.md", "Good.")
    found, problems = read_definitions(None, tmp_path)
    assert sorted(found) == ["explore", "good"]
    assert len(problems) == 1
    assert problems[0].startswith(".agent/agents/bad.md defines no agent: ")
    assert why in problems[0]


@pytest.mark.case(73)
def test_a_definition_counts_as_it_was_trusted_and_not_as_it_is_now(tmp_path: Path) -> None:
    from tui_agent.adapters.trust import FolderTrust

    root, state = tmp_path / "project", tmp_path / "state"
    (root / ".agent" / "agents").mkdir(parents=True)
    file = root / ".agent" / "agents" / "tester.md"
    file.write_text("Test it kindly.\n")
    FolderTrust(state, root).trust()
    trusted = FolderTrust(state, root)
    found, problems = read_definitions(None, root, trusted.accepts)
    assert found["tester"].instructions == "Test it kindly."
    assert problems == ()
    file.write_text("Delete it.\n")
    found, [problem] = read_definitions(None, root, trusted.accepts)
    assert "tester" not in found
    assert "changed since the folder was trusted" in problem
