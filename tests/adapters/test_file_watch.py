"""A file that is written, replaced or removed is told of; its neighbours are not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tui_agent.adapters.file_watch import watch_file


async def test_each_change_of_the_file_is_told_once_and_nothing_after_the_end(
    tmp_path: Path,
) -> None:
    file = tmp_path / "sea.toml"
    changed = asyncio.Event()
    stop = watch_file(file, changed.set)

    async def told() -> None:
        await asyncio.wait_for(changed.wait(), 20)
        changed.clear()

    file.write_text("one")
    await told()
    (tmp_path / "other.toml").write_text("two")
    new = tmp_path / "new"
    new.write_text("three")
    new.rename(file)
    await told()
    file.unlink()
    await told()
    stop()
    stop()
    file.write_text("four")
    await asyncio.sleep(0)
    assert not changed.is_set()


async def test_a_change_is_told_even_where_the_kernel_has_lost_it_among_too_many(
    tmp_path: Path,
) -> None:
    changed = asyncio.Event()
    stop = watch_file(tmp_path / "sea.toml", changed.set)
    one, other = tmp_path / "one", tmp_path / "other"
    one.touch()
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    for _ in range(most // 2):
        one.rename(other)  # Two events, and none is taken while we do this.
        one, other = other, one
    (tmp_path / "sea.toml").write_text("lost")
    await asyncio.wait_for(changed.wait(), 20)
    stop()


async def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        watch_file(tmp_path / "none" / "sea.toml", lambda: None)
