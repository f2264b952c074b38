"""The archive: a zip file of few kinds of entries. One from elsewhere is read with suspicion.

Nothing of it is ever unpacked under a name that it chose: entries are looked up by names of ours,
and every other name refuses the whole file. Sizes are those that really come out, not those that a
header promises.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST, EVENTS, PACK = "manifest.json", "events.jsonl", "trees.pack"

MOST_ENTRIES = 50_000
LARGEST_FILE = 1 << 30
"""Bytes of the archive itself."""
LARGEST_ENTRY = 256 << 20
"""Bytes that one entry may unfold to."""
LARGEST_WHOLE = 1 << 30
"""Bytes that all entries together may unfold to."""
_KNOWN = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(EVENTS)}|{re.escape(PACK)}|blobs/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}\.zst"
)
_PIECE = 1 << 20


class BundleError(OSError):
    """A bundle that cannot be used; the message says why, and nothing of it was used."""


class Archive:
    """A bundle, open for reading; everything has been looked at before anything is given out.

    Raises BundleError for what is no sound bundle, FileNotFoundError where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfolded = 0
        if not path.is_file():
            raise FileNotFoundError(2, "No such bundle", str(path))
        if path.stat().st_size > LARGEST_FILE:
            raise self._refused("is larger than a bundle may be")
        try:
            with zipfile.ZipFile(path) as archive:
                self._entries = self._checked(archive)
                self._data = {one.filename: self._read(archive, one) for one in self._entries}
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as bad:
            raise self._refused(f"is no bundle, or a damaged one ({bad})") from bad
        self.manifest = self._manifest()

    def get(self, name: str) -> bytes:
        """Return an entry. Raises KeyError where there is none."""
        return self._data[name]

    @property
    def blobs(self) -> Mapping[str, str]:
        """The stored payloads: hash and entry."""
        return {
            name.rpartition("/")[2].removesuffix(".zst"): name
            for name in self._data
            if name.startswith("blobs/")
        }

    def _refused(self, why: str) -> BundleError:
        return BundleError(f"{self.path.name} {why}: it is not opened")

    def _checked(self, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise self._refused(f"has {len(entries):,} entries, more than {MOST_ENTRIES:,}")
        names = [one.filename for one in entries]
        if len(set(names)) != len(names):
            raise self._refused("holds one name twice")
        for one in entries:
            if not _KNOWN.fullmatch(one.filename):
                raise self._refused(f"holds {one.filename[:80]!r}, which no bundle holds")
            kind = stat.S_IFMT(one.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise self._refused(f"holds {one.filename}, which is no plain file but a link")
            if one.flag_bits & 1:
                raise self._refused("is encrypted")
        if MANIFEST not in names or EVENTS not in names:
            raise self._refused("lacks its manifest or its log")
        return entries

    def _read(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
        whole = bytearray()
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                whole += piece
                self._unfolded += len(piece)
                if len(whole) > LARGEST_ENTRY or self._unfolded > LARGEST_WHOLE:
                    raise self._refused(f"unfolds {entry.filename} to more than a bundle may hold")
        return bytes(whole)

    def _manifest(self) -> dict[str, Any]:
        try:
            found = json.loads(self._data[MANIFEST])
        except (ValueError, RecursionError) as error:
            raise self._refused("has a manifest that is no JSON") from error
        if not isinstance(found, dict) or not isinstance(found.get("format"), int):
            raise self._refused("has a manifest that says no format")
        if found["format"] > FORMAT:
            raise self._refused("was written by a newer version of this program")
        return found


def blob_entry(sha: str) -> str:
    """Return under which name a payload is stored."""
    return f"blobs/{sha[:2]}/{sha}.zst"
