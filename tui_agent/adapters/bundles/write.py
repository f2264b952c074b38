"""Writes a bundle: the log as it is, the payloads that it names, the trees that it recorded."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_agent.adapters.bundles.archive import EVENTS, FORMAT, MANIFEST, PACK, blob_entry
from tui_agent.adapters.session_log.blobs import BlobFolder
from tui_agent.adapters.session_log.chain import EVENTS_FILE
from tui_agent.adapters.session_log.stored import blobs_in
from tui_agent.core.events import Record, SnapshotTaken, ToolFinished

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same session gives the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What was put into a bundle."""

    path: Path
    size: int
    records: int
    payloads: int
    trees: int
    left_out: tuple[str, ...] = ()
    """What was not put in, in sentences."""


def write_bundle(
    folder: Path,
    records: Sequence[Record],
    target: Path,
    *,
    pack: bytes,
    holds_secret: Callable[[str], bool],
) -> Bundled:
    """Write the bundle of a session on disk; `pack` holds its trees, or nothing.

    The log was masked when it was written. A payload in which `holds_secret` finds one is left out,
    and said to be. Raises OSError.
    """
    blobs = BlobFolder(folder / "blobs")
    payloads: dict[str, bytes] = {}
    left_out: list[str] = []
    for sha in dict.fromkeys(_named(records)):
        try:
            data = blobs.get(sha)
        except KeyError as error:
            left_out.append(str(error.args[0]))
            continue
        if holds_secret(data.decode("utf-8", "replace")):
            left_out.append(f"the payload {sha[:12]} may hold a secret")
        else:
            payloads[sha] = blobs.path(sha).read_bytes()
    trees = len({one.event.tree for one in records if isinstance(one.event, SnapshotTaken)})
    if not pack and trees:
        left_out.append("the trees of the workspace")
    manifest = {"format": FORMAT, "session": folder.name, "left_out": left_out}
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
            _add(archive, EVENTS, (folder / EVENTS_FILE).read_bytes())
            for sha, packed in sorted(payloads.items()):
                _add(archive, blob_entry(sha), packed)
            if pack:
                _add(archive, PACK, pack)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return Bundled(
        path=target,
        size=target.stat().st_size,
        records=len(records),
        payloads=len(payloads),
        trees=trees if pack else 0,
        left_out=tuple(left_out),
    )


def _named(records: Sequence[Record]) -> Iterator[str]:
    """Yield every payload that the log names; of files that were only read, those of edits later.

    What the model saw of a file is a payload, too, though no record carries it as one.
    """
    for record in records:
        for blob in blobs_in(record.event):
            yield blob.sha
        if isinstance(record.event, ToolFinished):
            yield from (one.sha for one in record.event.output.seen)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, data)
