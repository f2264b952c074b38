"""Payloads beside a log: compressed files named by their hash, durable before they are named."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from pathlib import Path

from tui_agent.core.blob import Blob

PREVIEW = 160
"""Characters of a text that stand in its event."""
KEPT_BYTES = 16 * 1024 * 1024
"""Bytes of the blobs last used that stay in memory: each request of a turn asks for all again."""
LARGEST = 1 << 31
"""Bytes: what a blob may unfold to at most."""


def describe(data: bytes, mime: str) -> Blob:
    """Return the blob that stands for `data`."""
    text = data[: PREVIEW * 4].decode("utf-8", "replace") if mime.startswith("text/") else ""
    return Blob(
        sha=hashlib.sha256(data).hexdigest(), size=len(data), mime=mime, preview=text[:PREVIEW]
    )


class BlobFolder:
    """The blobs of one session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_size = 0

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Store a payload durably. Raises OSError: nothing was stored."""
        blob = describe(data, mime)
        path = self.path(blob.sha)
        if blob.sha not in self._kept and not path.exists():
            self._write(path, data)
        self._keep(blob.sha, data)
        return blob

    def get(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing or damaged."""
        data = self._kept.get(sha)
        if data is None:
            data = self._read(sha)
            if hashlib.sha256(data).hexdigest() != sha:
                message = f"the stored payload {sha[:12]} is damaged"
                raise KeyError(message)
        self._keep(sha, data)
        return data

    def path(self, sha: str) -> Path:
        """Return where a payload is kept."""
        return self._folder / sha[:2] / f"{sha}.zst"

    def _read(self, sha: str) -> bytes:
        import zstandard

        try:
            packed = self.path(sha).read_bytes()
            return zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST)
        except (OSError, zstandard.ZstdError) as error:
            message = f"the payload {sha[:12]} cannot be read: {error}"
            raise KeyError(message) from error

    def _write(self, path: Path, data: bytes) -> None:
        import zstandard

        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            try:
                write_whole(descriptor, zstandard.ZstdCompressor(level=3).compress(data))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            temporary.rename(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _keep(self, sha: str, data: bytes) -> None:
        if sha in self._kept:
            self._kept.move_to_end(sha)
            return
        self._kept[sha] = data
        self._kept_size += len(data)
        while self._kept_size > KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_size -= len(dropped)


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all of `data`. Raises OSError where the disk takes only a part."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
