"""Trust: bound to the folder itself and to the bytes of every file that steers the agent."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.adapters.trust import FolderTrust, trusted_folders
from tui_agent.core.trust import headline, told_lines

SETTINGS = 'mode = "plan"\n'


class Place:
    """A project and the state folder."""

    def __init__(self, folder: Path) -> None:
        self.root, self.state = folder / "project", folder / "state"
        for one in (self.root, self.state):
            one.mkdir()

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def look(self, cwd: str = ".", *, granted: bool = False) -> FolderTrust:
        return FolderTrust(self.state, self.root, cwd=cwd, granted=granted)

    def changes(self, cwd: str = ".") -> list[tuple[str, str]]:
        question = self.look(cwd).question()
        return [(one.path, one.kind) for one in question.changes] if question else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_folder_that_brings_nothing_needs_no_trust(place: Place) -> None:
    place.write("src/a.py", "a = 1\n")
    place.write(".env", "KEY=1\n")
    assert place.look().trusted
    assert place.look().question() is None


STEERING = [
    ".agentrc",
    ".agentrc.local",
    "AGENTS.md",
    "AGENTS.override.md",
    "CLAUDE.md",
    "GEMINI.md",
    ".mcp.json",
    ".agent/hooks/before.sh",
    ".agent/commands/deploy.md",
    ".agent/agents/tester.md",
    ".agents/skills/release/scripts/run.py",
]


@pytest.mark.case(73)
@pytest.mark.parametrize("path", STEERING)
def test_what_steers_the_agent_is_asked_about_and_again_when_it_changes(
    place: Place, path: str
) -> None:
    place.write(path, "one\n")
    assert not place.look().trusted
    assert place.changes() == [(path, "new")]
    place.look().trust()
    assert place.look().trusted
    place.write(path, "two\n")
    assert not place.look().trusted
    [change] = (place.look().question() or pytest.fail("not asked")).changes
    assert list(told_lines(change)) == ["@@ -1 +1 @@", "-one", "+two"]
    place.look().trust()
    (place.root / path).unlink()
    assert place.changes() == [(path, "removed")]


def test_an_env_file_is_watched_beside_the_others_and_never_shown(place: Place) -> None:
    place.write(".agentrc", SETTINGS)
    place.write(".env", "KEY=first-secret\n")
    place.look().trust()
    assert "first-secret" not in "".join(
        path.read_text() for path in place.state.rglob("*") if path.is_file()
    )
    place.write(".env", "KEY=second-secret\n")
    question = place.look().question()
    assert question is not None
    [change] = question.changes
    assert (change.path, change.before, change.after) == (".env", None, None)
    assert "secret" not in "".join(told_lines(change)).replace("hold secrets", "")


def test_trust_is_for_this_very_folder(place: Place) -> None:
    place.write(".agentrc", SETTINGS)
    place.look().trust()
    place.root.rename(place.root.with_name("moved"))
    place.root.mkdir()
    place.write(".agentrc", SETTINGS)
    assert not place.look().trusted
    moved = FolderTrust(place.state, place.root.with_name("moved"))
    assert not moved.trusted


def test_what_changes_after_the_question_is_not_trusted_with_it(place: Place) -> None:
    place.write("AGENTS.md", "be kind\n")
    seen = place.look()
    place.write("AGENTS.md", "be evil\n")
    seen.trust()
    assert seen.content("AGENTS.md") == b"be kind\n"
    assert seen.accepts("AGENTS.md", _sha("be kind\n"))
    assert not seen.accepts("AGENTS.md", _sha("be evil\n"))
    assert place.changes() == [("AGENTS.md", "changed")]


def test_instructions_count_from_the_root_down_to_where_one_works(place: Place) -> None:
    place.write("AGENTS.md", "root\n")
    place.write("sub/AGENTS.md", "sub\n")
    place.look().trust()
    assert place.look().trusted
    assert place.changes("sub") == [("sub/AGENTS.md", "new")]
    place.look("sub").trust()
    place.write("sub/AGENTS.md", "other\n")
    assert place.look().trusted
    place.look().trust()
    assert place.changes("sub") == [("sub/AGENTS.md", "changed")]


def test_trust_for_one_run_is_not_remembered(place: Place) -> None:
    place.write(".agentrc", SETTINGS)
    once = place.look(granted=True)
    assert once.trusted
    assert once.content(".agentrc") == SETTINGS.encode()
    assert not place.look().trusted
    assert trusted_folders(place.state) == []


def test_what_cannot_be_read_or_leads_out_never_counts(place: Place) -> None:
    (place.root.parent / "elsewhere").write_text("be evil\n")
    (place.root / "AGENTS.md").symlink_to("../elsewhere")
    os.mkfifo(place.root / ".agentrc")
    with (place.root / ".mcp.json").open("wb") as file:
        file.truncate(5 << 20)
    trust = place.look(granted=True)
    assert [trust.content(path) for path in ("AGENTS.md", ".agentrc", ".mcp.json")] == [None] * 3
    assert not trust.accepts("AGENTS.md", _sha("be evil\n"))
    assert not trust.accepts("AGENTS.md", "")


def test_trust_is_private_can_be_listed_and_taken_back(place: Place) -> None:
    place.write(".agentrc", SETTINGS)
    place.look().trust()
    [kept] = trusted_folders(place.state)
    assert (kept.root, list(kept.files)) == (str(place.root), [".agentrc"])
    for path in (place.state / "trust").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert place.look().distrust()
    assert not place.look().trusted
    assert not place.look().distrust()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": 2}', b"\xff"]
)
def test_a_damaged_record_trusts_nothing(place: Place, damage: bytes) -> None:
    place.write(".agentrc", SETTINGS)
    place.look().trust()
    [file] = (place.state / "trust").iterdir()
    file.write_bytes(damage)
    assert not place.look().trusted
    assert trusted_folders(place.state) == []


@pytest.mark.property
@given(
    before=st.dictionaries(st.sampled_from(STEERING), st.text(max_size=8), min_size=1, max_size=5),
    after=st.dictionaries(st.sampled_from(STEERING), st.text(max_size=8), max_size=5),
)
def test_a_folder_is_trusted_exactly_while_every_file_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, str], after: dict[str, str]
) -> None:
    place = Place(tmp_path_factory.mktemp("trust"))
    for path, text in before.items():
        place.write(path, text)
    place.look().trust()
    for path in before:
        (place.root / path).unlink()
    for path, text in after.items():
        place.write(path, text)
    same = {path: text.encode() for path, text in before.items()} == {
        path: text.encode() for path, text in after.items()
    }
    assert place.look().trusted == same
    assert bool(place.changes()) != same


def test_the_question_names_the_files_and_since_when(place: Place) -> None:
    place.write("AGENTS.md", "one\n")
    question = place.look().question()
    assert question is not None
    assert headline(question).startswith("This folder brings AGENTS.md")
    place.look().trust()
    place.write("AGENTS.md", "two\n")
    again = place.look().question()
    assert again is not None
    assert headline(again).startswith("You trusted this folder on 20")
    assert headline(again).endswith("Since then: AGENTS.md.")
