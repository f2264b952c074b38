"""Of the files that were looked at, a bounded number of lines stays read."""

from __future__ import annotations

from tests.core.patch.making import put
from tui_agent.core.patch import FileChange, FilePatch, Patch, describe
from tui_agent.ui.tui.reviewed import KEPT_LINES, Texts


def edited(path: str, lines: int) -> tuple[Patch, dict[str, bytes]]:
    before = "".join(f"{path} line {number}\n" for number in range(lines)).encode()
    after = before + b"one more\n"
    patch = describe(FileChange(path=path, before=before, after=after), put)
    return Patch(files=(patch,)), {put(one).sha: one for one in (before, after)}


async def test_old_files_go_for_new_ones_once_they_have_too_many_lines() -> None:
    blobs: dict[str, bytes] = {}

    async def load(sha: str) -> bytes:
        return blobs[sha]

    texts = Texts(load)
    patches = []
    for number in range(9):
        patch, sides = edited(f"file_{number}.py", KEPT_LINES // 8)
        blobs |= sides
        patches.append(patch)
        await texts.read(patch)
        assert texts.lines_kept <= KEPT_LINES
    assert texts.ready(patches[0]) is None
    assert texts.ready(patches[-1]) is not None


async def test_all_files_of_one_edit_stay_however_long_they_are() -> None:
    blobs: dict[str, bytes] = {}

    async def load(sha: str) -> bytes:
        return blobs[sha]

    texts = Texts(load)
    files: list[FilePatch] = []
    for number in range(3):
        patch, sides = edited(f"file_{number}.py", KEPT_LINES // 2)
        blobs |= sides
        files += patch.files
    whole = Patch(files=tuple(files))
    read = await texts.read(whole)
    assert texts.ready(whole) == read
