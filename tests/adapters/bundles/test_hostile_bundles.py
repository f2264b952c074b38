"""A bundle from elsewhere is looked at before anything of it is used."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.support.recording import Recording
from tui_agent.adapters.bundles import BundledSession, BundleError, write_bundle
from tui_agent.adapters.session_log import FileLog
from tui_agent.core.blob import Blob
from tui_agent.core.events import SessionStarted, TurnStarted

SECRET = b"api_key=sk-ant-api03-" + b"a1B2" * 20


def recorded(folder: Path, *, secret: bool = False) -> FileLog:
    """Record a session of two lines, the second with a payload."""
    log = FileLog.create(folder)
    data = SECRET if secret else b"a long text\n" * 600
    text: Blob = log.put(data)
    recording = Recording().add(
        SessionStarted(session_id="s", program="agent", cwd="/w", workspace="/w"),
        TurnStarted(text=text, mode="ask"),
    )
    for record in recording.records:
        log.append(record, sync=False)
    log.close()
    return log


def bundle(tmp_path: Path, *, secret: bool = False) -> Path:
    folder = tmp_path / "session"
    recorded(folder, secret=secret)
    log, records = FileLog.open(folder, now="2026-01-02T03:04:05.000Z")
    log.close()
    target = tmp_path / "good.agentz"
    write_bundle(folder, records, target, pack=b"", holds_secret=lambda text: "sk-ant-" in text)
    return target


def rewritten(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Return a copy of a bundle, its entries changed."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    target = path.with_name("bad.agentz")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target


def blob_of(entries: dict[str, bytes]) -> str:
    return next(name for name in entries if name.startswith("blobs/"))


def test_a_sound_bundle_gives_back_log_and_payloads(tmp_path: Path) -> None:
    session = BundledSession(bundle(tmp_path))
    turn = session.records[1].event
    assert isinstance(turn, TurnStarted)
    assert isinstance(turn.text, Blob)
    assert session.payload(turn.text.sha) == b"a long text\n" * 600
    assert session.verify() == ()


def test_a_payload_with_a_secret_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    session = BundledSession(bundle(tmp_path, secret=True))
    assert any("may hold a secret" in one for one in session.left_out)
    assert any("is not in the bundle" in one for one in session.verify())


HOSTILE: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "a path that leads out": (
        lambda entries: entries.update({"../../home/.bashrc": b"x"}),
        "which no bundle holds",
    ),
    "an absolute path": (
        lambda entries: entries.update({"/etc/cron.d/x": b"x"}),
        "no bundle holds",
    ),
    "a payload under a name of another": (
        lambda entries: entries.update({f"blobs/aa/{'b' * 64}.zst": b"x"}),
        "no bundle holds",
    ),
    "another payload than the name says": (
        lambda entries: entries.update(
            {blob_of(entries): zstandard.ZstdCompressor().compress(b"something else")}
        ),
        "is not what its name says",
    ),
    "a payload that is none": (
        lambda entries: entries.update({blob_of(entries): b"nonsense"}),
        "cannot be unfolded",
    ),
    "a changed line": (
        lambda entries: entries.update(
            {"events.jsonl": entries["events.jsonl"].replace(b'"ask"', b'"auto"')}
        ),
        "does not continue the chain",
    ),
    "a torn log": (
        lambda entries: entries.update({"events.jsonl": entries["events.jsonl"][:-40]}),
        "not whole",
    ),
    "no log": (lambda entries: entries.pop("events.jsonl"), "lacks its manifest or its log"),
    "a manifest that is none": (
        lambda entries: entries.update({"manifest.json": b"[1]"}),
        "says no format",
    ),
    "a manifest without an end": (
        lambda entries: entries.update({"manifest.json": b"[" * 50_000}),
        "no JSON",
    ),
    "a log without an end": (
        lambda entries: entries.update(
            {"events.jsonl": b"[" * 50_000 + b',"h":"%s"}\n' % (b"0" * 64)}
        ),
        "not whole",
    ),
    "a later format": (
        lambda entries: entries.update({"manifest.json": json.dumps({"format": 99}).encode()}),
        "newer version",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_bundle_that_is_not_sound_is_refused_with_the_reason(tmp_path: Path, kind: str) -> None:
    change, why = HOSTILE[kind]
    bad = rewritten(bundle(tmp_path), change)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BundleError, match=why):
        BundledSession(bad)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"manifest.json", b"manifest.\xff\xfe\xff\xfe"))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    while at >= 0:
        data[at + 9] |= 8  # that its name is UTF-8
        at = data.rfind(b"PK\x01\x02", 0, at)
    path.write_bytes(data)
    with pytest.raises(BundleError, match="damaged"):
        BundledSession(path)


def test_a_link_in_a_bundle_is_refused(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    data = b"/etc/passwd"
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo(f"blobs/{'a' * 2}/{'a' * 64}.zst")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, data)
    with pytest.raises(BundleError, match="a link"):
        BundledSession(path)


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("trees.pack", "w", force_zip64=True) as entry,
    ):
        for _ in range(300):
            entry.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(BundleError, match="unfolds"):
        BundledSession(path)


def test_a_payload_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    def bomb(entries: dict[str, bytes]) -> None:
        data = bytes(257 << 20)
        sha = hashlib.sha256(data).hexdigest()
        entries[f"blobs/{sha[:2]}/{sha}.zst"] = zstandard.ZstdCompressor().compress(data)

    with pytest.raises(BundleError, match="unfolds to more"):
        BundledSession(rewritten(bundle(tmp_path), bomb))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.agentz"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(BundleError, match="no bundle"):
        BundledSession(path)
    path.write_bytes(b"")
    with pytest.raises(BundleError, match="no bundle"):
        BundledSession(path)
