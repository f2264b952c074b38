"""A session in a bundle, read in memory: like one on disk, and never written."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

from tui_agent.adapters.bundles.archive import EVENTS, LARGEST_ENTRY, PACK, Archive, BundleError
from tui_agent.adapters.session_log.blobs import BlobFolder
from tui_agent.adapters.session_log.chain import parse
from tui_agent.adapters.session_log.stored import StoredSession


class BundledSession(StoredSession):
    """Reads a bundle; its chain and the hash of every payload are checked first.

    Raises BundleError, FileNotFoundError.
    """

    def __init__(self, path: Path) -> None:
        self.folder = path
        self._archive = Archive(path)
        self._reading = parse(self._archive.get(EVENTS))
        wrong = [one.text for one in (*self._reading.gaps, *self._reading.breaks)]
        if wrong or self._reading.tail:
            why = wrong[0] if wrong else "its end is torn"
            message = f"{path.name} holds a log that is not whole ({why}): it is not opened"
            raise BundleError(message)
        self._blobs = PackedBlobs({sha: self._unfolded(sha) for sha in self._archive.blobs})

    @cached_property
    def pack(self) -> bytes:
        """The packed trees; empty where the bundle has none."""
        try:
            return self._archive.get(PACK)
        except KeyError:
            return b""

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was left out when it was made, in sentences."""
        found = self._archive.manifest.get("left_out", [])
        return tuple(str(one) for one in found) if isinstance(found, list) else ()

    def _unfolded(self, sha: str) -> bytes:
        import zstandard

        packed = self._archive.get(self._archive.blobs[sha])
        try:
            promised = zstandard.get_frame_parameters(packed).content_size
            if promised > LARGEST_ENTRY:
                raise self._wrong(sha, "unfolds to more than a bundle may hold")
            data = zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST_ENTRY)
        except zstandard.ZstdError as error:
            raise self._wrong(sha, "cannot be unfolded") from error
        if hashlib.sha256(data).hexdigest() != sha:
            raise self._wrong(sha, "is not what its name says")
        return data

    def _wrong(self, sha: str, why: str) -> BundleError:
        return BundleError(f"{self.folder.name}: the payload {sha[:12]} {why}: it is not opened")


class PackedBlobs(BlobFolder):
    """The payloads of a bundle."""

    def __init__(self, payloads: dict[str, bytes]) -> None:
        self._payloads = payloads

    def get(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing."""
        try:
            return self._payloads[sha]
        except KeyError:
            message = f"the payload {sha[:12]} is not in the bundle"
            raise KeyError(message) from None
